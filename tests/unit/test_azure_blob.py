"""Older messages on Azure: what its names allow, which key is used, and what Pulsar is told."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from components import stack
from components.buckets.azure_blob import AzureBlobSpec
from components.buckets.bucket import credentials
from components.mistakes import NotADeployment
from components.pulsar.spec import PulsarSpec
from tests import stack_file
from tests.azure_stack import SMALLEST, SUBSCRIPTION

STORE = {"pulsar.tiered_storage": {"kind": "azure-blob", "account": "eventsolder"}}
EXISTING = {"provider": "existing"}


def raw(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return stack_file.raw({**copy.deepcopy(STORE), **(changes or {})}, SMALLEST)


def pulsar(changes: Mapping[str, Any] | None = None) -> PulsarSpec:
    return stack.read(raw(changes), "test").pulsar


def store(changes: Mapping[str, Any] | None = None) -> AzureBlobSpec:
    found = pulsar(changes).tiered_storage
    assert isinstance(found, AzureBlobSpec)
    return found


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "an account with a hyphen": (
        {"pulsar.tiered_storage.account": "events-older"},
        "spec.pulsar.tiered_storage.account: 'events-older' is not a storage account's name: 3 to 24 lower-case "
        "letters and digits, and nothing else, not even a hyphen. Nobody else on Azure may have it.",
    ),
    "an account that is too long": (
        {"pulsar.tiered_storage.account": "e" * 25},
        f"spec.pulsar.tiered_storage.account: '{'e' * 25}' is not a storage account's name: 3 to 24 lower-case "
        "letters and digits, and nothing else, not even a hyphen. Nobody else on Azure may have it.",
    ),
    "an account that Azure keeps": (
        {"pulsar.tiered_storage.account": "microsoftevents"},
        "spec.pulsar.tiered_storage.account: microsoftevents holds the word microsoft, which Azure reserves for "
        "itself. Choose a name without it.",
    ),
    "a container with two hyphens": (
        {"pulsar.tiered_storage.container": "older--messages"},
        "spec.pulsar.tiered_storage.container: 'older--messages' is not a container's name: 3 to 63 lower-case "
        "letters, digits and single hyphens, with a letter or digit at both ends.",
    ),
    "an identity instead of a key": (
        {"pulsar.tiered_storage.access": "identity"},
        "spec.pulsar.tiered_storage.access: identity is what Pulsar's offloader can't do on Azure: it reads "
        "AZURE_STORAGE_ACCESS_KEY and knows no other way. Leave it out: the account is for this alone, and "
        "key_generation changes its key.",
    ),
    "networks that shut nobody out": (
        {"pulsar.tiered_storage.networks": ["198.51.101.0/24"]},
        "spec.pulsar.tiered_storage.networks: shut nobody out while reached_from is anywhere. Set reached_from to "
        "cluster.",
    ),
    "the cluster's resource group": (
        {"pulsar.tiered_storage.resource_group": "pulsar"},
        "spec.pulsar.tiered_storage.resource_group: pulsar is one of the cluster's, and is deleted with it. Choose "
        "another.",
    ),
    "no region on another cluster": (
        {"cluster": EXISTING, "pulsar.tiered_storage.subscription": SUBSCRIPTION},
        "spec.pulsar.tiered_storage.region: is missing, and a cluster of provider existing is in no region of Azure "
        "that it could be taken from. Give it here.",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), CASES.values(), ids=CASES)
def test_what_azure_or_pulsar_can_t_do_is_told_before_anything_is_made(changes: dict[str, Any], sentence: str):
    with pytest.raises(NotADeployment) as refused:
        stack.read(raw(changes), "test")

    assert str(refused.value).splitlines()[1:] == [f"  {sentence}"]


def test_brokers_find_the_container_and_take_the_key_from_a_secret():
    found = pulsar()
    broker = {key: each.value for key, each in found.settings("broker").items()}
    contribution = store().contribution(found.place)

    assert broker["managedLedgerOffloadDriver"] == "azureblob"
    assert broker["managedLedgerOffloadBucket"] == "offload"
    assert contribution.environment == {"broker": {"AZURE_STORAGE_ACCOUNT": "eventsolder"}}
    (key,) = contribution.secret_environment["broker"].items()
    assert (key[0], key[1].secret) == ("AZURE_STORAGE_ACCESS_KEY", credentials(found.place, 1))


def test_a_new_generation_rolls_the_brokers_to_the_other_key():
    one, other, third = (store({"pulsar.tiered_storage.key_generation": each}) for each in (1, 2, 3))

    assert (one.key, other.key, third.key) == ("key1", "key2", "key1")
    names = {credentials(pulsar().place, each.key_generation) for each in (one, other, third)}
    assert len(names) == 3, "Pods start anew only when their template changes."


def test_account_and_cluster_share_subscription_region_and_tags_unless_told():
    here = store({"cluster.tags": {"team": "events"}})
    there = store({"pulsar.tiered_storage.region": "northeurope"})

    assert (here.subscription, here.region, here.tags) == (SUBSCRIPTION, "westeurope", {"team": "events"})
    assert there.region == "northeurope"


def test_any_cluster_may_keep_its_older_messages_on_azure():
    changes = {
        "cluster": EXISTING,
        "pulsar.tiered_storage.subscription": SUBSCRIPTION,
        "pulsar.tiered_storage.region": "westeurope",
    }

    assert store(changes).subscription == SUBSCRIPTION


def test_backups_reach_the_same_container_with_the_same_key():
    remote = store().remote(pulsar().place)

    assert remote.path == "store:offload"
    assert remote.environment["RCLONE_CONFIG_STORE_ACCOUNT"] == "eventsolder"
    assert set(remote.secret_environment) == {"RCLONE_CONFIG_STORE_KEY"}
