"""Today's program on the recorded state of a stack that runs: an update may change it, and loses nothing.

`states/<stack>.json` is what `python -m tests.upgrades.record` wrote when the stack was last recorded. What changed in
the program since then shows here as the engine itself sees it, which for a Kubernetes object compares the inputs of
then and now, and asks no cluster.
"""

import json
import pathlib
from collections.abc import Callable

import pytest

from evaluation import stack_files
from tests.previews.project import Preview, Project

pytestmark = pytest.mark.engine

STATES = pathlib.Path(__file__).parent / "states"
HARMLESS = ("same", "update")
_WAY_OUT = (
    "A running stack would lose what is deleted or replaced, or have it twice. Leave the resource's name, its parent "
    "and what can't change as they were, or give it an alias (pulumi.Alias). If something new is meant, record the "
    "states again: python -m tests.upgrades.record."
)

Running = Callable[..., Project]


@pytest.fixture
def running(tmp_path: pathlib.Path) -> Running:
    """The project with a stack that is up already, as far as the engine knows."""

    def make(stack: str, state: str | None = None) -> Project:
        project = Project(tmp_path, stack)
        file = tmp_path / "state.json"
        file.write_text(state or (STATES / f"{stack}.json").read_text())
        project.run("stack", "import", "--file", str(file))
        return project

    return make


def losses(preview: Preview) -> str:
    """What an update would make, replace or delete, and what to do about it; empty when it does none of that."""
    found = [f"{step['op']}: {step['urn']}" for step in preview.steps if step["op"] not in HARMLESS]
    return "\n".join([_WAY_OUT, *found]) if found else ""


def updated(preview: Preview) -> set[str]:
    """The logical names of what is updated where it is."""
    return {urn.rpartition("::")[2] for urn, operation in preview.operations.items() if operation == "update"}


@pytest.mark.parametrize("stack", stack_files.names())
def test_a_running_stack_keeps_all_that_it_has_when_it_gets_today_s_program(stack: str, running: Running):
    recorded = json.loads((STATES / f"{stack}.json").read_text())["deployment"]["resources"]

    shown = running(stack).preview()

    assert not losses(shown), losses(shown)
    assert shown.code == 0, shown.said
    assert sum(shown.counts.values()) == len(recorded), "Everything that was recorded is compared."


def test_a_changed_setting_changes_objects_where_they_are(running: Running):
    project = running("onprem")
    already = updated(project.preview())
    project.set("pulsar.broker.config.backlogQuotaDefaultLimitGB", "7")

    shown = project.preview()

    assert not losses(shown), losses(shown)
    assert updated(shown) - already == {"events-broker-config", "events-broker"}, "Brokers roll, and nobody else does."


NAMED, RENAMED = '    "pulsar",\n    spec.pulsar,', '    "messaging",\n    spec.pulsar,'
COMPONENT = "urn:pulumi:{stack}::pulsar::pulsar:pulsar:Pulsar::"


@pytest.mark.parametrize("stack", stack_files.names())
def test_a_renamed_resource_is_noticed_and_named(stack: str, running: Running):
    project = running(stack)
    project.edit("__main__.py", NAMED, RENAMED)

    told = losses(project.preview()).splitlines()

    component = COMPONENT.format(stack=stack)
    assert sorted(told[1:]) == [f"create: {component}messaging", f"delete: {component}pulsar"]
    assert "give it an alias" in told[0]


def test_a_renamed_resource_with_an_alias_is_the_same_resource(running: Running):
    project = running("local")
    project.edit("__main__.py", NAMED, RENAMED)
    providers = "providers=[cluster.provider]"
    project.edit("__main__.py", providers, f'{providers}, aliases=[pulumi.Alias(name="pulsar")]')

    assert losses(project.preview()) == ""


def test_a_namespace_that_is_protected_is_told_of_as_well(running: Running):
    project = running("onprem")
    project.edit("components/pulsar/__init__.py", '-namespace",', '-space",')

    shown = project.preview()

    assert shown.code != 0, "The engine refuses to delete it."
    assert "delete: urn:pulumi:onprem::pulsar::pulsar:pulsar:Pulsar$kubernetes:core/v1:Namespace::" in losses(shown)


def test_a_field_that_can_t_change_is_noticed_without_a_cluster(running: Running):
    now = (STATES / "local.json").read_text()
    before = now.replace('"podManagementPolicy": "Parallel"', '"podManagementPolicy": "OrderedReady"')
    assert before != now

    replaced = {line.rpartition("::")[2] for line in losses(running("local", before).preview()).splitlines()[1:]}

    assert {"pulsar-bookie", "pulsar-etcd"} <= replaced, "A set that is made again is down meanwhile."


def test_no_recording_holds_a_secret_a_place_on_a_disk_or_a_time():
    for path in STATES.glob("*.json"):
        recorded = json.loads(path.read_text())
        assert not {"secrets_providers", "pending_operations"} & recorded["deployment"].keys()
        for each in recorded["deployment"]["resources"]:
            assert not {"created", "modified", "sourcePosition", "stackTrace", "initErrors"} & each.keys()
            assert "kubeconfig" not in each.get("inputs", {}) or each["inputs"]["kubeconfig"] == ".local/kubeconfig"


def test_no_recording_is_left_of_a_stack_that_is_gone_and_none_is_missing():
    assert sorted(path.stem for path in STATES.glob("*.json")) == stack_files.names()
