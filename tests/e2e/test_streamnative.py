"""A whole Pulsar handed to StreamNative's operator, by what its definitions say of it, on the real API server.

The definitions are written anew, of the fields that are used (`tests/streamnative_definitions.py`).
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests import stack_file
from tests.e2e import crds
from tests.e2e.contract_player import Resource, until
from tests.e2e.handed_over import LOSSES, Stage, changes_nothing, keeps_data, staged
from tests.streamnative_stacks import STACKS, STREAMNATIVE, resources

PARTS = ("zookeeperclusters", "bookkeeperclusters", "pulsarbrokers", "pulsarproxies")
ZOOKEEPER, BOOKIES, BROKERS, PROXIES = PARTS
PLAYED = [
    ("zookeeper.streamnative.io/v1alpha1", (ZOOKEEPER,)),
    ("bookkeeper.streamnative.io/v1alpha1", (BOOKIES,)),
    ("pulsar.streamnative.io/v1alpha1", (BROKERS, PROXIES)),
]
SPEC = {
    **STREAMNATIVE,
    # The tools' pod starts here, and StreamNative's image isn't to be had.
    "pulsar.image": "docker.io/apachepulsar/pulsar-all:4.0.8",
    "pulsar.operator": {
        "kind": "streamnative",
        "licence_acknowledged": True,
        "install": False,
        "ready_within": "5s",
    },
    "pulsar.bookkeeper": {"replicas": 4, "ensemble": 2},
    "pulsar.keep_data": False,
    "operators.resources": {"install": False, "ready_within": "5s"},
    "tenants.shop": {},
}


def counted(resource: Resource, ready: int, words: str = "") -> dict[str, Any]:
    """What the operator says: how many pods are ready, and in words what is wrong, in each kind's own shape."""
    numbers = {"replicas": resource["spec"]["replicas"], "readyReplicas": ready, "updatedReplicas": ready}
    status = {"observedGeneration": resource["metadata"]["generation"], "labelSelector": "a=b", **numbers}
    if resource["kind"] in ("PulsarBroker", "PulsarProxy"):
        condition = {"condition": "StatefulSetReady", "status": "False", "action": words}
        return {**status, "conditions": {"StatefulSet": condition} if words else {}}
    listed = [{"type": "Ready", "status": "False", "reason": "PodsNotReady", "message": words}] if words else []
    if resource["kind"] == "ZooKeeperCluster":
        service = {"externalServiceEndpoint": "", "internalServiceEndpoint": "", "numReadyServers": ready}
        status |= {**service, "servers": {"ready": [], "notReady": []}}
    return {**status, "conditions": listed}


def all_ready(resource: Resource) -> dict[str, Any]:
    """What the operator says when all is well."""
    return counted(resource, resource["spec"]["replicas"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, local_stack) -> Iterator[Stage]:
    api = crds.client()
    for operator in ("streamnative", "pulsar-resources-operator"):
        crds.apply(api, operator)
    yield from staged(Stage(tmp_path_factory.mktemp("streamnative"), api, SPEC, PLAYED), all_ready)


@pytest.mark.parametrize("changes", STACKS.values(), ids=STACKS)
def test_the_api_server_takes_every_field_of_what_the_operator_is_told(stage: Stage, changes: dict[str, Any]):
    for told in resources(stack_file.spec({**STREAMNATIVE, **changes})).values():
        assert crds.refusal(stage.api, told) is None
        assert 'unknown field "spec.pods"' in str(
            crds.refusal(stage.api, {**told, "spec": {**told["spec"], "pods": 3}})
        )


@pytest.mark.parametrize("failing", ["BookKeeperCluster", "PulsarBroker"])
def test_what_the_operator_says_is_the_error_of_an_up_and_no_later_part_is_made(stage: Stage, failing: str):
    stage.play(lambda each: counted(each, 1, "no room for one more") if each["kind"] == failing else all_ready(each))
    said = stage.up(expect=1)

    assert f"{failing} {stage.namespace}/pulsar was not ready after 5 s" in said
    assert "readyReplicas: 1" in said
    assert "no room for one more" in said
    created = [kind for kind, _ in stage.happened("created")]
    later = {"BookKeeperCluster": BROKERS, "PulsarBroker": PROXIES}[failing]
    assert later not in created, created


def test_it_goes_on_and_each_part_is_made_once_the_one_before_it_is_ready(stage: Stage):
    stage.play(all_ready)
    stage.up()

    chain = [(kind, "pulsar") for kind in PARTS] + [("pulsartenants", "shop")]
    for before, after in itertools.pairwise(chain):
        assert stage.journal.index(("ready", *before)) < stage.journal.index(("created", *after)), stage.journal
    assert stage.found(BOOKIES)["spec"]["replicas"] == 4


def test_a_second_up_changes_nothing(stage: Stage):
    changes_nothing(stage, *PARTS)


def test_a_changed_key_is_told_to_the_part_that_it_is_for(stage: Stage):
    before = {kind: stage.found(kind)["metadata"]["generation"] for kind in PARTS}
    stage.up({"pulsar.broker": {"config": {"brokerDeduplicationEnabled": True}}})

    changed = [kind for kind in PARTS if stage.found(kind)["metadata"]["generation"] != before[kind]]
    assert changed == [BROKERS]
    assert stage.found(BROKERS)["spec"]["config"]["custom"]["PULSAR_PREFIX_brokerDeduplicationEnabled"] == "true"


@LOSSES
def test_what_would_lose_data_is_refused_before_anything_changes(stage: Stage, changes: dict[str, Any], sentence: str):
    before = [stage.found(kind)["spec"] for kind in PARTS]

    assert sentence in stage.refused(changes)
    assert [stage.found(kind)["spec"] for kind in PARTS] == before


def test_a_bookie_that_was_decommissioned_may_go(stage: Stage):
    stage.up({"pulsar.bookkeeper": {"replicas": 3, "ensemble": 2, "decommissioned": ["pulsar-bookie-3"]}})

    assert stage.found(BOOKIES)["spec"]["replicas"] == 3


def test_drift_is_put_back(stage: Stage):
    stage.change_by_hand(PROXIES, {"replicas": 9})
    stage.change_by_hand(ZOOKEEPER, {"config": {"tickTime": 1}})

    stage.up(None, "--refresh")

    assert stage.found(PROXIES)["spec"]["replicas"] == 2


def test_an_up_that_was_killed_goes_on(stage: Stage):
    first = stage.up_that_is_killed(
        {"pulsar.broker": {"replicas": 5}}, BROKERS, lambda resource: resource["spec"]["replicas"] == 5
    )

    found = stage.found(BROKERS)
    assert found["metadata"]["uid"] == first["metadata"]["uid"]
    assert found["spec"]["replicas"] == 5


def test_as_long_as_data_is_kept_nothing_is_deleted(stage: Stage):
    keeps_data(stage, BOOKIES)


def test_a_destroy_takes_the_parts_in_the_other_order_and_leaves_no_finalizer(stage: Stage):
    stage.journal.clear()
    stage.destroy()

    until(lambda: (ZOOKEEPER, "pulsar") in stage.happened("gone"))
    chain = [("pulsartenants", "shop"), *((kind, "pulsar") for kind in reversed(PARTS))]
    gone = [each for each in stage.happened("gone") if each in chain]
    assert gone == chain
    assert stage.is_gone()
