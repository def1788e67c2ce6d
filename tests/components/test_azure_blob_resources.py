"""The storage account as Azure is asked for it: nobody else reads it, and nothing in it is ever lost by a rule."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi_kubernetes as k8s

from components import stack
from tests import stack_file
from tests.azure_stack import SMALLEST
from tests.conftest import Deploy, Deployment

_SEEN: dict[str, Deployment] = {}


def deployed(deploy: Deploy, changes: Mapping[str, Any] | None = None) -> Deployment:
    """What cluster and store register: each only once, since Azure's SDK takes its time."""
    key = json.dumps(changes, sort_keys=True)
    if key not in _SEEN:
        store = {"pulsar.tiered_storage": {"kind": "azure-blob", "account": "eventsolder", "reached_from": "cluster"}}
        spec = stack.read(stack_file.raw({**store, **(changes or {})}, SMALLEST), "test")

        def program() -> None:
            cluster = spec.cluster.create("cluster", kubeconfig=None, demands=spec.pulsar.demands())
            access = spec.pulsar.tiered_access("tiered-storage", cluster=cluster, secrets={})
            assert access is not None
            for name, content in access.secrets.items():
                k8s.core.v1.Secret(name, string_data=content)

        _SEEN[key] = deploy(program)
    return _SEEN[key]


def account(registered: Deployment) -> dict[str, Any]:
    return registered.one("StorageAccount", "tiered-storage-account").inputs


def test_the_public_reads_nothing_and_nobody_reads_it_on_the_way(deploy: Deploy):
    inputs = account(deployed(deploy))

    assert inputs["allowBlobPublicAccess"] is False
    assert inputs["enableHttpsTrafficOnly"] is True
    assert inputs["minimumTlsVersion"] == "TLS1_2"
    container = deployed(deploy).one("BlobContainer", "tiered-storage-container").inputs
    assert container["publicAccess"] == "None"


def test_copies_are_in_three_zones(deploy: Deploy):
    assert account(deployed(deploy))["sku"] == {"name": "Standard_ZRS"}


def test_only_the_cluster_s_nodes_reach_it_where_the_file_says_so(deploy: Deploy):
    rules = account(deployed(deploy))["networkRuleSet"]

    assert rules["defaultAction"] == "Deny"
    assert [each["virtualNetworkResourceId"] for each in rules["virtualNetworkRules"]] == ["cluster-subnet-id"]


def test_whoever_has_a_key_reaches_it_where_the_file_says_that(deploy: Deploy):
    rules = account(deployed(deploy, {"pulsar.tiered_storage.reached_from": "anywhere"}))["networkRuleSet"]

    assert rules["defaultAction"] == "Allow"


def test_the_account_never_expires_blobs(deploy: Deploy):
    assert deployed(deploy).of("ManagementPolicy") == [], "A rule that deletes blobs deletes messages."


def test_what_was_deleted_can_be_brought_back_for_a_week(deploy: Deploy):
    recovery = deployed(deploy).one("BlobServiceProperties", "tiered-storage-recovery").inputs

    assert recovery["deleteRetentionPolicy"] == {"enabled": True, "days": 7}
    assert recovery["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 7}


def test_the_messages_are_protected_and_locked_unless_the_file_says_otherwise(deploy: Deploy):
    kept = deployed(deploy)
    freed = deployed(deploy, {"pulsar.keep_data": False})

    mine = {each.name for each in kept if each.protect and each.name.startswith("tiered-storage")}
    assert mine == {"tiered-storage-resource-group", "tiered-storage-account", "tiered-storage-container"}
    assert [each.name for each in kept.of("ManagementLockByScope") if each.name.startswith("tiered")] == [
        "tiered-storage-lock"
    ]
    assert not [each for each in freed if each.name.startswith("tiered-storage") and each.protect]


def test_the_key_in_use_reaches_kubernetes_as_a_secret(deploy: Deploy):
    first = deployed(deploy).one("Secret", "pulsar-offload-1").inputs["stringData"]
    second = deployed(deploy, {"pulsar.tiered_storage.key_generation": 2}).one("Secret", "pulsar-offload-2")

    assert first["value"] == {"access-key": "${storage:eventsolder.key1}"}
    assert second.inputs["stringData"]["value"] == {"access-key": "${storage:eventsolder.key2}"}
    assert len(first) == 2, "Without the mark of a secret the engine would write it into the state in the clear."


def test_account_and_cluster_share_one_connection_to_azure(deploy: Deploy):
    registered = deployed(deploy)

    (provider,) = registered.of("azure-native")
    assert registered.one("StorageAccount", "tiered-storage-account").provider.startswith(provider.urn)
