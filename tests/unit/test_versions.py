"""What the version table decides, and the moves between releases that would lose something."""

import dataclasses

import pytest

from components import versions
from components.mistakes import NotADeployment
from components.pulsar.lifecycle.upgrades import ORDER, Running, inputs, refusal
from tests import stack_file


@pytest.fixture
def any_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A 5.0 that takes the smallest stack's metadata store, to look at all else."""
    monkeypatch.setitem(versions.LINES, "5.0", dataclasses.replace(versions.LINES["5.0"], metadata_stores=("etcd",)))  # pyright: ignore[reportArgumentType]


def test_every_line_says_all_that_a_deployment_needs_to_know():
    for name, line in versions.LINES.items():
        assert line.newest.startswith(f"{name}."), name
        assert line.metadata_stores, name
        assert line.java >= 21, "Pulsar 4 and 5 need Java 21 in their servers."
        spoken = line.handlers.keys() | line.refused_handlers.keys()
        assert spoken == {"kafka", "mqtt", "amqp"}, f"{name}: a handler is either known or refused for a reason."


def test_what_a_version_decides_can_be_read_beside_the_settings():
    told = dict(versions.decided("5.0.0"))

    assert told["java"] == "25"
    assert told["metadata_stores"] == "oxia, zookeeper"
    assert "filesystem" not in told["offloaders"]
    assert told["connectors"] == "not in the image"
    assert told["protocol_handlers"] == "none was built for this line"
    assert told["changed_default.defaultNumberOfNamespaceBundles"] == "4 to 32"
    assert dict(versions.decided("4.2.4"))["protocol_handlers"] == "mqtt 4.2.1.8, amqp 4.2.1.8"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("4.0.8", "4.0.13"),
        ("4.0.13", "4.0.8"),
        ("4.0.13", "4.2.4"),
        ("4.2.4", "4.0.13"),
        ("3.2.1", "4.0.13"),
        ("4.0.13", "4.0.13"),
    ],
)
def test_what_pulsar_supports_is_free_in_both_directions(before: str, after: str):
    assert refusal(Running(before), Running(after)) is None


def test_a_long_term_line_is_never_skipped():
    refused = refusal(Running("3.2.1"), Running("5.0.0", way_back=True))

    assert refused is not None
    assert refused.startswith(
        "version goes from 3.2.1 to 5.0.0, and Pulsar keeps data readable from one long-term line"
    )
    assert "Go to 4.0 first" in refused
    assert ORDER in refused


def test_a_long_term_line_is_never_skipped_on_the_way_back():
    refused = refusal(Running("5.0.0", way_back=True), Running("3.0.9"))

    assert refused is not None
    assert "Go to 4.0 first" in refused


@pytest.mark.parametrize("before", ["4.0.13", "4.2.4"])
def test_the_upgrade_that_closes_the_way_back_asks_which_is_meant(before: str):
    refused = refusal(Running(before), Running("5.0.0"))

    assert refused is not None
    assert f"way_back: true to keep that off, so that you can return to {before}, or way_back: false" in refused
    assert refused.endswith(f"{ORDER}.")


def test_an_old_release_is_advised_to_be_renewed_first():
    refused = refusal(Running("4.0.8"), Running("5.0.0"))

    assert refused is not None
    assert f"run {versions.LINES['4.0'].newest} for a while before" in refused


@pytest.mark.parametrize("way_back", [True, False])
def test_an_upgrade_that_says_which_is_meant_is_free(way_back: bool):
    assert refusal(Running("4.0.13"), Running("5.0.0", way_back)) is None


@pytest.mark.parametrize("way_back", [None, False])
def test_a_cluster_that_may_hold_what_old_brokers_cannot_read_does_not_go_back(way_back: bool | None):
    refused = refusal(Running("5.0.0", way_back), Running("4.0.13"))

    assert refused is not None
    assert "this cluster may hold what no earlier broker can read" in refused
    assert "Stay on 5.0.x, or bring a new cluster up" in refused


def test_a_cluster_that_kept_its_way_back_may_go_it():
    assert refusal(Running("5.0.0", way_back=True), Running("4.0.13", way_back=True)) is None


def test_a_way_back_is_never_claimed_afterwards():
    refused = refusal(Running("5.0.0"), Running("5.0.0", way_back=True))

    assert refused is not None
    assert "this cluster has run without it" in refused


def test_closing_the_way_back_is_free():
    assert refusal(Running("5.0.0", way_back=True), Running("5.0.0", way_back=False)) is None


def test_the_state_remembers_what_was_said():
    assert inputs(Running("4.0.8")) == {"version": "4.0.8"}
    assert inputs(Running("5.0.0", way_back=False)) == {"version": "5.0.0", "way_back": False}


@pytest.mark.usefixtures("any_store")
def test_the_way_back_keeps_off_what_older_brokers_cannot_read():
    kept = _spec({"pulsar.version": "5.0.0", "pulsar.way_back": True})
    free = _spec({"pulsar.version": "5.0.0"})

    assert kept["scalableTopicsEnabled"] == "false"
    assert kept["packagesManagementJsonSerializationEnabled"] == "false"
    assert "scalableTopicsEnabled" not in free


@pytest.mark.usefixtures("any_store")
def test_the_way_back_can_not_be_undone_by_a_key():
    with pytest.raises(NotADeployment, match="scalableTopicsEnabled: 'true' can't be set: way_back needs 'false'"):
        _spec(
            {
                "pulsar.version": "5.0.0",
                "pulsar.way_back": True,
                "pulsar.broker.config": {"scalableTopicsEnabled": True},
            }
        )


def test_a_line_without_one_way_features_needs_no_keys():
    assert "scalableTopicsEnabled" not in _spec({"pulsar.way_back": True})


def _spec(changes: dict) -> dict[str, str]:
    pulsar = stack_file.spec(changes).pulsar
    return {key: setting.value for key, setting in pulsar.settings("broker").items()}
