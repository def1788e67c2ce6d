"""The life of each cloud's stack: up, again, changed by somebody else, protected, and taken down.

The engine, the program, its Kubernetes objects and the API server that takes them are real. The cloud is a stand-in.
"""

import dataclasses
import json
from typing import Any

import pytest

from tests.cloud_plugins.provider import FAIL
from tests.cloud_plugins.store import files
from tests.engine.trial import Outcome
from tests.previews.project import Project

from .stacks import STACKS, kind, type_of

pytestmark = pytest.mark.engine
UP = ("up", "--yes", "--skip-preview")


@dataclasses.dataclass(frozen=True)
class Running:
    """A stack that came up at the second attempt."""

    stack: str
    project: Project
    failed: Outcome
    resumed: Outcome
    pools: int
    """How many were there when it was up."""

    def state(self) -> dict[str, dict[str, Any]]:
        """What the engine knows of each resource."""
        exported = json.loads(self.project.run("stack", "export").output)
        return {each["urn"]: each for each in exported["deployment"].get("resources", [])}


@pytest.fixture(scope="module", params=STACKS)
def running(
    request: pytest.FixtureRequest, kubernetes: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Running:
    stack = request.param
    project = Project(tmp_path_factory.mktemp(stack), stack, kubernetes)
    failed = project.run(*UP, expect=None, env={FAIL: kind(stack).pool})
    resumed = project.run(*UP, expect=None)
    return Running(stack, project, failed, resumed, len(files(project.cloud, kind(stack).pool)))


def test_an_update_that_failed_half_way_is_taken_up_where_it_ended(running: Running):
    assert running.failed.code != 0
    assert f"failed, as {FAIL} says" in running.failed.output
    assert running.resumed.code == 0, running.resumed.output
    assert "replaced" not in running.resumed.output
    assert len(files(running.project.cloud, kind(running.stack).cluster)) == 1, "The cluster was made once."


def test_what_is_secret_is_shown_to_nobody(running: Running):
    for text in (running.failed.output, running.resumed.output, running.project.raw_state()):
        assert "made-up" not in text, "All that the stand-ins keep secret says so."
        assert "client.authentication.k8s.io" not in text, "The kubeconfig is a secret."


def test_a_second_update_changes_nothing(running: Running):
    shown = running.project.preview()

    assert shown.operations == {}, shown.output
    assert shown.said == ""


def test_what_somebody_changed_or_deleted_in_the_cloud_is_noticed(running: Running):
    known = kind(running.stack)
    (cluster,), (pool, *_) = files(running.project.cloud, known.cluster), files(running.project.cloud, known.pool)
    gone, made = json.loads(pool.read_text())["urn"], json.loads(cluster.read_text())
    made["properties"][known.version] = "1.2"
    cluster.write_text(json.dumps(made))
    pool.unlink()

    running.project.run("refresh", "--yes", "--skip-preview", *_only(made["urn"], gone))

    now = running.state()
    assert now[made["urn"]]["inputs"][known.version] == "1.2"
    assert gone not in now


def _only(*urns: str) -> list[str]:
    return [word for urn in urns for word in ("--target", urn)]


def test_what_holds_data_can_t_be_taken_down_by_mistake(running: Running):
    known, made = running.state(), sorted(running.project.cloud.rglob("*.json"))

    # Its preview is what refuses before anything is touched: without it the engine deletes what isn't protected.
    refused = running.project.run("destroy", "--yes", expect=None)

    assert refused.code != 0
    assert "protected" in refused.output
    assert sorted(running.project.cloud.rglob("*.json")) == made
    assert running.state().keys() == known.keys(), "What holds no data stays as well: messages flow on."


def test_without_protection_all_is_put_right_and_then_taken_down(running: Running):
    project, known = running.project, kind(running.stack)
    project.set("cluster.deletion_protection", "false")
    project.set("pulsar.keep_data", "false")
    repaired = project.run(*UP)

    (cluster,) = files(project.cloud, known.cluster)
    assert json.loads(cluster.read_text())["properties"][known.version] != "1.2"
    assert len(files(project.cloud, known.pool)) == running.pools, "What was deleted by hand is there again."
    assert "replaced" not in repaired.output

    project.run("destroy", "--yes", "--skip-preview")

    assert {type_of(urn) for urn in running.state()} <= {"pulumi:pulumi:Stack"}
    assert [path.read_text() for path in project.cloud.rglob("*.json")] == []
