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
def test_a_newer_kubernetes_and_more_or_other_nodes_leave_the_cluster_where_it_is(stack: str, tmp_path: pathlib.Path):
    project, now, known = recorded(tmp_path, stack), cluster(stack), kind(stack)
    planned, newer = now.planned(spec(stack).pulsar.demands()), now.kubernetes_versions[-1]
    assert newer != now.kubernetes, "The stack file leaves a version to go to."
    other = next(each.name for each in reversed(now.machines) if each.name != planned["broker"].machine)
    project.set("cluster.kubernetes", newer)
    project.set("cluster.pools.general.nodes", str(planned["general"].nodes + len(now.zones)))
    project.set("cluster.pools.broker.machine", other)
    project.set("cluster.pools.broker.nodes", str(planned["broker"].nodes))

    shown = project.preview()

    assert shown.code == 0, shown.said
    operations = {urn: operation for urn, operation in shown.operations.items() if operation not in HARMLESS}
    assert {type_of(urn) for urn in operations} <= {known.pool}, losses(shown)
    assert all("broker" in urn.rpartition("::")[2] for urn in operations), "More nodes are no new nodes."
    updated = {type_of(urn) for urn, operation in shown.operations.items() if operation == "update"}
    assert {known.cluster, known.pool} <= updated
