"""Changes that would lose data are refused, and those that are safe are not."""

import pytest

from components.pulsar.lifecycle.guards import bookies_only_grow, members_stay, volume_only_grows

NAME = "events-bookie"


@pytest.mark.parametrize(("before", "after"), [(3, 3), (3, 5), (1, 2)])
def test_adding_bookies_is_free(before, after):
    assert bookies_only_grow(NAME, ())(before, after) is None


def test_bookies_that_still_hold_ledgers_do_not_go():
    assert bookies_only_grow(NAME, ())(5, 3) == (
        "bookkeeper.replicas goes from 5 to 3, and the ledgers on events-bookie-3, events-bookie-4 would lose a copy. "
        "Decommission them first and name them under bookkeeper.decommissioned (docs/howto/bookies.md says how), "
        "or leave replicas as it is."
    )


def test_one_bookie_that_was_not_decommissioned_is_named_alone():
    refused = bookies_only_grow(NAME, ["events-bookie-4"])(5, 3)
    assert refused
    assert "events-bookie-3 would lose a copy" in refused


def test_bookies_that_were_decommissioned_may_go():
    assert bookies_only_grow(NAME, ["events-bookie-3", "events-bookie-4"])(5, 3) is None


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (3, 5)])
def test_etcd_keeps_its_members(before, after):
    refused = members_stay("etcd")(before, after)
    assert refused
    assert f"metadata.replicas goes from {before} to {after}" in refused


def test_an_unchanged_number_of_members_is_fine():
    assert members_stay("etcd")(3, 3) is None


def claim(size: str | None) -> dict:
    return {"spec": {"resources": {"requests": {"storage": size}}}}


def refused(before: str | None, after: str | None) -> str | None:
    return volume_only_grows("events-prometheus-data", claim(before), claim(after))


def test_a_volume_that_would_shrink_is_refused_before_kubernetes_does_so_halfway():
    sentence = refused("11Gi", "4Gi")
    assert sentence
    assert "events-prometheus-data would shrink from 11Gi to 4Gi" in sentence
    assert "{size: 11Gi}" in sentence


@pytest.mark.parametrize(("before", "after"), [("4Gi", "4096Mi"), ("4Gi", "11Gi"), (None, "4Gi"), ("4Gi", None)])
def test_a_volume_that_keeps_its_size_or_grows_is_not(before: str | None, after: str | None):
    assert refused(before, after) is None
