"""What a running cluster in a cloud goes through without being made again: newer versions, more or other nodes."""

import pathlib

import pytest

from tests.previews.project import Project
from tests.upgrades.test_replay import HARMLESS, STATES, losses

from .stacks import STACKS, cluster, kind, spec, type_of

pytestmark = pytest.mark.engine


def recorded(folder: pathlib.Path, stack: str) -> Project:
    """The project with a stack that is up already, as far as the engine knows."""
    project = Project(folder, stack)
    project.take_over((STATES / f"{stack}.json").read_text())
    return project


@pytest.mark.parametrize("stack", STACKS)
def test_a_newer_kubernetes_and_more_nodes_change_the_cluster_where_it_is(stack: str, tmp_path: pathlib.Path):
    project, now, known = recorded(tmp_path, stack), cluster(stack), kind(stack)
    newer = now.kubernetes_versions[-1]
    assert newer != now.kubernetes, "The stack file leaves a version to go to."
    nodes = now.planned(spec(stack).pulsar.demands())["general"].nodes
    project.set("cluster.kubernetes", newer)
    project.set("cluster.pools.general.nodes", str(nodes + len(now.zones)))

    shown = project.preview()

    assert shown.code == 0, shown.said
    assert not losses(shown), losses(shown)
    updated = {type_of(urn) for urn, operation in shown.operations.items() if operation == "update"}
    assert {known.cluster, known.pool} <= updated


@pytest.mark.parametrize("stack", STACKS)
def test_another_machine_replaces_nodes_at_most(stack: str, tmp_path: pathlib.Path):
    project, now = recorded(tmp_path, stack), cluster(stack)
    pool = now.planned(spec(stack).pulsar.demands())["broker"]
    larger = next(each.name for each in reversed(now.machines) if each.name != pool.machine)
    project.set("cluster.pools.broker.machine", larger)
    project.set("cluster.pools.broker.nodes", str(pool.nodes))

    shown = project.preview()

    assert shown.code == 0, shown.said
    lost = {type_of(urn) for urn, operation in shown.operations.items() if operation not in HARMLESS}
    assert lost <= {kind(stack).pool}, losses(shown)
