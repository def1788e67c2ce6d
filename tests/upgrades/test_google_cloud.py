"""What an update does to the recorded stack on Google Cloud: nothing that holds messages or serves is made anew."""

import pytest

from tests.upgrades.test_replay import Running, losses, running, updated  # noqa: F401 - a fixture

pytestmark = pytest.mark.engine

CLUSTER, STORAGE = "cluster", "pulsar.tiered_storage"


def test_a_newer_kubernetes_and_other_machines_are_updates_where_they_are(running: Running):  # noqa: F811
    project = running("gcp")
    before = updated(project.preview())
    project.set(f"{CLUSTER}.kubernetes", "1.35")
    project.set(f"{CLUSTER}.pools.bookie.machine", "n2-highmem-8")
    project.set(f"{CLUSTER}.pools.bookie.nodes", "6")

    shown = project.preview()

    assert shown.code == 0, shown.said
    assert not losses(shown), losses(shown)
    assert updated(shown) - before == {"cluster", "cluster-bookie"}


def test_a_new_key_is_there_before_brokers_roll_and_the_old_one_goes_after(running: Running):  # noqa: F811
    project = running("gcp")
    project.set(f"{STORAGE}.key_generation", "2")

    shown = project.preview()

    assert shown.code == 0, shown.said
    changed = {urn.rpartition("::")[2]: operation for urn, operation in shown.operations.items()}
    assert changed == {
        "tiered-storage-key-2": "create",
        "events-offload-2": "create",
        "events-broker": "update",
        "events-metadata-backup": "update",
        "tiered-storage-key-1": "delete",
        "events-offload-1": "delete",
    }
    order = list(changed)
    assert order.index("events-broker") < min(map(order.index, ("tiered-storage-key-1", "events-offload-1")))


def test_another_kind_of_disk_makes_the_class_anew_and_nothing_that_has_a_volume(running: Running):  # noqa: F811
    project = running("gcp")
    project.set(f"{CLUSTER}.disk", "hyperdisk-balanced")

    shown = project.preview()

    assert shown.code == 0, shown.said
    changed = {urn.rpartition("::")[2]: operation for urn, operation in shown.operations.items()}
    pools = dict.fromkeys(("cluster-bookie", "cluster-broker", "cluster-general"), "update")
    assert changed == {**pools, "cluster-storage-class": "replace"}
