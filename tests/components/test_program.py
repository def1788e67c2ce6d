"""The program as the engine sees it: what stands in what, what waits for what, what is protected."""

import json
from typing import Any

import pytest

from evaluation import stack_files
from tests import stack_file
from tests.conftest import Deploy, Deployment, as_the_engine_passes

PODS_OF = {
    "Etcd": "etcd",
    "Bookie": "bookie",
    "Autorecovery": "autorecovery",
    "Broker": "broker",
    "Proxy": "proxy",
    "Websocket": "websocket",
    "Toolset": "toolset",
}


def deployed(deploy: Deploy, changes: dict[str, Any] | None = None, **secrets: str) -> Deployment:
    config = {f"pulsar:{key}": value for key, value in secrets.items()}
    return deploy(config={"pulsar:spec": json.dumps(stack_file.raw(changes)), **config})


def test_every_role_has_a_component_with_its_objects_in_it(deploy: Deploy):
    registered = deployed(deploy)

    for kind, role in PODS_OF.items():
        component = registered.one(kind, f"pulsar-{role}")
        inside = {each.name for each in registered if each.parent == component.urn}
        assert {f"pulsar-{role}", f"pulsar-{role}-account"} <= inside
        assert all(name.startswith(f"pulsar-{role}") for name in inside)


def test_nothing_stands_outside_of_the_two_top_components(deploy: Deploy):
    registered = deployed(deploy)

    top = {each.name for each in registered if "::pulumi:pulumi:Stack::" in each.parent}
    assert top == {"cluster", "pulsar"}
    assert all(each.parent for each in registered)


def test_no_role_waits_for_another(deploy: Deploy):
    registered = deployed(deploy)

    by_urn = {each.urn: each for each in registered}
    for each in registered:
        if each.type.startswith("kubernetes:"):
            others = [
                by_urn[urn].urn
                for urn in each.dependencies
                if by_urn[urn].parent != each.parent and by_urn[urn].type != "kubernetes:core/v1:Namespace"
            ]
            assert others == [], f"{each.name} would start only when {others} is ready, and a start would take minutes."


def test_nothing_is_made_before_the_namespace_or_outlives_it(deploy: Deploy):
    registered = deployed(deploy)

    by_urn = {each.urn: each for each in registered}
    namespace = registered.one("Namespace", "pulsar-namespace")
    for each in registered:
        if each.type.startswith("kubernetes:") and each is not namespace:
            # A component that waits makes everything in it wait.
            around = [each, by_urn[each.parent]]
            assert any(namespace.urn in one.dependencies for one in around), f"{each.name} might come first and fail."


def test_pods_start_with_the_account_and_the_configuration_that_they_need(deploy: Deploy):
    registered = deployed(deploy)

    broker = registered.one("StatefulSet", "pulsar-broker")
    assert {urn.rpartition("::")[2] for urn in broker.dependencies} >= {"pulsar-broker-account", "pulsar-broker-config"}


def test_data_outlives_a_destroy_unless_the_file_says_otherwise(deploy: Deploy):
    protected = {each.name for each in deployed(deploy) if each.protect}
    unprotected = {each.name for each in deployed(deploy, {"pulsar.keep_data": False}) if each.protect}

    assert protected == {"pulsar-namespace", "pulsar-etcd", "pulsar-bookie"}
    assert unprotected == set()


def test_the_cluster_is_reached_as_the_file_says(deploy: Deploy):
    registered = deployed(deploy, {"cluster.kubeconfig_path": "some/kubeconfig", "cluster.context": "staging"})

    provider = registered.one("kubernetes", "cluster").inputs
    assert provider["kubeconfig"] == "some/kubeconfig"
    assert provider["context"] == "staging"


def test_a_kubeconfig_from_the_configuration_stays_a_secret(deploy: Deploy):
    registered = deployed(deploy, kubeconfig="made for this test")

    kubeconfig = registered.one("kubernetes", "cluster").inputs["kubeconfig"]
    assert kubeconfig["value"] == "made for this test"
    assert len(kubeconfig) == 2, "Without the mark of a secret the engine would write it into the state in the clear."


def test_every_object_goes_through_the_cluster_s_own_provider(deploy: Deploy):
    registered = deployed(deploy)

    provider = registered.one("kubernetes", "cluster")
    strangers = [
        each.name
        for each in registered
        if each.type.startswith("kubernetes:") and not each.provider.startswith(provider.urn)
    ]
    assert strangers == [], "They would go to whatever cluster kubectl points to."


@pytest.mark.parametrize("stack", stack_files.names())
def test_every_stack_of_the_project_deploys(stack: str, deploy: Deploy):
    registered = deploy(stack=stack, config=as_the_engine_passes(stack_files.read(stack)))

    assert registered.of("StatefulSet")
    assert len({each.urn for each in registered}) == len(registered)
