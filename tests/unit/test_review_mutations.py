"""Stack files changed at random: whatever is made anew or deleted is told, and is never called harmless."""

import functools
from collections.abc import Mapping
from typing import Any

import hypothesis
from hypothesis import strategies

from components.mistakes import NotADeployment
from evaluation import stack_files
from review import changes, probe, report, sides
from review.risk import Risk
from tests import stack_file

SIZES = strategies.sampled_from(("1Gi", "20Gi", "40Gi", "2Ti"))
NAMES = strategies.sampled_from(("events", "messages", "fast-ssd", "slow"))
COUNTS = strategies.integers(1, 7)
SETTINGS: Mapping[str, strategies.SearchStrategy[Any]] = {
    "cluster.storage_class": NAMES,
    "pulsar.name": NAMES,
    "pulsar.namespace": NAMES,
    "pulsar.version": strategies.sampled_from(("4.0.12", "4.0.13", "4.2.2")),
    "pulsar.jvm": strategies.sampled_from(("standard", "compact")),
    "pulsar.spread": strategies.sampled_from(("required", "preferred")),
    "pulsar.keep_data": strategies.booleans(),
    "pulsar.metadata.store": strategies.sampled_from(("etcd", "zookeeper")),
    "pulsar.metadata.replicas": strategies.sampled_from((1, 3, 5)),
    "pulsar.metadata.volume.size": SIZES,
    "pulsar.bookkeeper.replicas": COUNTS,
    "pulsar.bookkeeper.ensemble": COUNTS,
    "pulsar.bookkeeper.write_quorum": COUNTS,
    "pulsar.bookkeeper.journal.size": SIZES,
    "pulsar.bookkeeper.ledgers.storage_class": NAMES,
    "pulsar.autorecovery": strategies.sampled_from(({"run_in": "bookies"}, {"run_in": "pods", "replicas": 1})),
    "pulsar.broker.replicas": COUNTS,
    "pulsar.broker.memory.heap": SIZES,
    "pulsar.broker.config.brokerDeleteInactiveTopicsEnabled": strategies.booleans(),
    "pulsar.proxy.replicas": COUNTS,
    "pulsar.proxy.service.type": strategies.sampled_from(("ClusterIP", "LoadBalancer")),
    "pulsar.websocket": strategies.sampled_from(({"run_in": "proxy"}, {"run_in": "pods", "replicas": 1})),
    "demo": strategies.sampled_from(({}, {"rate": 50})),
}
MUTATIONS = strategies.dictionaries(
    strategies.sampled_from(sorted(SETTINGS)), strategies.none(), min_size=1, max_size=3
)


def told(mutation: Mapping[str, Any], before: Any = None) -> dict[str, Any]:
    given = stack_files.read("onprem")
    spec = stack_file.raw(mutation, base=given[stack_files.SPEC])
    return probe.told("onprem", {**given, stack_files.SPEC: spec}, before)


@functools.cache
def running() -> dict[str, Any]:
    return told({})


@hypothesis.settings(max_examples=30, deadline=None, suppress_health_check=[hypothesis.HealthCheck.filter_too_much])
@hypothesis.given(chosen=MUTATIONS, data=strategies.data())
def test_what_is_made_anew_or_deleted_is_never_called_harmless(chosen: Mapping[str, None], data: Any):
    mutation = {path: data.draw(SETTINGS[path], label=path) for path in chosen}
    try:
        after = told(mutation, running)
    except NotADeployment:
        hypothesis.reject()
    before = sides.side(running())
    result = report.review("onprem", "0" * 40, before, sides.side(after))

    lost = [
        each
        for each in changes.between(before.resources, sides.side(after).resources)
        if each.action in ("replace", "delete")
    ]
    worried = " ".join(
        f"{each.about} {each.sentence} {each.details}" for each in result.findings if each.risk > Risk.HARMLESS
    )
    for change in lost:
        called = (change.object.get("metadata") or {}).get("name", change.name)
        assert called in worried or change.name in worried, f"Nobody is told of the {change.kind} {called}."
    assert not lost or result.risk > Risk.HARMLESS
