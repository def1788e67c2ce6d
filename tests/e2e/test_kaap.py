"""A whole Pulsar handed to KAAP, by its contract, on the real API server."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests import stack_file
from tests.e2e import crds
from tests.e2e.contract_player import Resource, failed, ready, until
from tests.e2e.handed_over import LOSSES, Stage, changes_nothing, keeps_data, staged
from tests.kaap_stacks import KAAP, STACKS, resource

KIND = "pulsarclusters"
CLUSTER = (KIND, "pulsar")
SPEC = {
    "pulsar.operator": {"kind": "kaap", "install": False, "ready_within": "5s"},
    "pulsar.metadata": {"store": "zookeeper"},
    "pulsar.bookkeeper": {"replicas": 4, "ensemble": 2},
    "pulsar.keep_data": False,
    "operators.resources": {"install": False, "ready_within": "5s"},
    "tenants.shop": {},
}


def initialising(resource: Resource) -> dict[str, Any]:
    """What KAAP says until everything is ready."""
    return failed(resource, "", reason="Initializing")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, local_stack) -> Iterator[Stage]:
    api = crds.client()
    for operator in ("kaap", "pulsar-resources-operator"):
        crds.apply(api, operator)
    played = [("kaap.oss.datastax.com/v1beta1", (KIND,))]
    yield from staged(Stage(tmp_path_factory.mktemp("kaap"), api, SPEC, played), ready)


@pytest.mark.parametrize("changes", STACKS.values(), ids=STACKS)
def test_the_api_server_takes_every_field_of_what_kaap_is_told(stage: Stage, changes: dict[str, Any]):
    told = resource(stack_file.spec({**KAAP, **changes}))

    assert crds.refusal(stage.api, told) is None
    assert 'unknown field "spec.broker.brokers"' in str(
        crds.refusal(stage.api, {**told, "spec": {**told["spec"], "broker": {"brokers": 3}}})
    )


def test_what_kaap_says_is_the_error_of_an_up_that_was_waited_for_in_vain(stage: Stage):
    stage.play(initialising)
    slow = stage.up(expect=1)
    wrong = 'invalid configuration property "global.name"'
    stage.play(lambda resource: failed(resource, wrong, reason="InvalidSpec"))
    refused = stage.up(expect=1)

    assert "PulsarCluster" in slow
    assert "which is False (Initializing)" in slow
    assert f"InvalidSpec: {wrong}" in refused
    assert not stage.happened("ready")


def test_it_goes_on_and_what_lives_in_pulsar_waits_until_kaap_says_ready(stage: Stage):
    waited = threading.Event()

    def answer(resource: Resource) -> dict[str, Any]:
        if not waited.is_set():
            threading.Timer(2, waited.set).start()
        return ready(resource) if waited.is_set() else initialising(resource)

    stage.play(answer)
    stage.up()
    stage.play(ready)

    assert stage.journal.index(("ready", *CLUSTER)) < stage.journal.index(("created", "pulsartenants", "shop"))
    found = stage.found(KIND)
    assert found["spec"]["bookkeeper"]["replicas"] == 4
    assert found["spec"]["global"]["components"]["bookkeeperBaseName"] == "bookie"


def test_a_second_up_changes_nothing(stage: Stage):
    changes_nothing(stage, KIND)


def test_a_changed_key_is_one_update_that_is_waited_for(stage: Stage):
    changed = {"pulsar.broker": {"config": {"brokerDeduplicationEnabled": True}}}
    stage.play(
        lambda resource: (
            ready(resource)
            if resource["spec"]["broker"]["config"].get("brokerDeduplicationEnabled") != "true"
            else failed(resource, "the brokers are not rolled", reason="Initializing")
        )
    )
    waiting = stage.up(changed, expect=1)
    stage.play(ready)
    stage.up()

    assert "the brokers are not rolled" in waiting, "The condition of the generation before counts for nothing."
    assert stage.found(KIND)["spec"]["broker"]["config"]["brokerDeduplicationEnabled"] == "true"


@LOSSES
def test_what_would_lose_data_is_refused_before_anything_changes(stage: Stage, changes: dict[str, Any], sentence: str):
    before = stage.found(KIND)["spec"]

    assert sentence in stage.refused(changes)
    assert stage.found(KIND)["spec"] == before


def test_a_bookie_that_was_decommissioned_may_go(stage: Stage):
    stage.up({"pulsar.bookkeeper": {"replicas": 3, "ensemble": 2, "decommissioned": ["pulsar-bookie-3"]}})

    assert stage.found(KIND)["spec"]["bookkeeper"]["replicas"] == 3


def test_drift_is_put_back(stage: Stage):
    stage.change_by_hand(KIND, {"proxy": {"replicas": 9}})

    stage.up(None, "--refresh")

    assert stage.found(KIND)["spec"]["proxy"]["replicas"] == 2


def test_an_up_that_was_killed_goes_on(stage: Stage):
    first = stage.up_that_is_killed(
        {"pulsar.broker": {"replicas": 5}}, KIND, lambda resource: resource["spec"]["broker"]["replicas"] == 5
    )

    found = stage.found(KIND)
    assert found["metadata"]["uid"] == first["metadata"]["uid"]
    assert found["spec"]["broker"]["replicas"] == 5


def test_as_long_as_data_is_kept_nothing_is_deleted(stage: Stage):
    keeps_data(stage, KIND)


def test_a_destroy_takes_pulsar_before_its_namespace_and_leaves_no_finalizer(stage: Stage):
    asked = threading.Event()

    def hold(resource: Resource) -> bool:
        was_asked = asked.is_set()
        asked.set()
        return was_asked

    stage.play(on_delete=hold)
    stage.journal.clear()
    stage.destroy()
    stage.play(on_delete=lambda resource: True)

    assert asked.is_set()
    until(lambda: CLUSTER in stage.happened("gone"))
    gone = stage.happened("gone")
    assert gone.index(("pulsartenants", "shop")) < gone.index(CLUSTER), gone
    assert stage.is_gone()
