"""Today's program on the recorded state of a stack that runs: an update may change it, and loses nothing.

`states/<stack>.json` is what `python -m tests.upgrades.record` wrote when the stack was last recorded. What changed in
the program since then shows here as the engine itself sees it, which for a Kubernetes object compares the inputs of
then and now, and asks no cluster.
"""

import base64
import json
import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from evaluation import stack_files
from tests.cloud_plugins.kubernetes import NOBODY
from tests.previews.project import Preview, Project
from tests.upgrades.record import STATES

pytestmark = pytest.mark.engine

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
        project.take_over(state or (STATES / f"{stack}.json").read_text())
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
COMPONENT = "urn:pulumi:onprem::pulsar::pulsar:pulsar:Pulsar::"


def test_a_renamed_resource_is_noticed_and_named(running: Running):
    project = running("onprem")
    project.edit("__main__.py", NAMED, RENAMED)

    told = losses(project.preview()).splitlines()

    assert sorted(told[1:]) == [f"create: {COMPONENT}messaging", f"delete: {COMPONENT}pulsar"]
    assert "give it an alias" in told[0]


def test_a_renamed_resource_with_an_alias_is_the_same_resource(running: Running):
    project = running("local")
    project.edit("__main__.py", NAMED, RENAMED)
    alias = 'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="pulsar")])'
    project.edit(
        "__main__.py",
        "secrets=secrets,\n    opts=within,",
        f"secrets=secrets,\n    opts=pulumi.ResourceOptions.merge(within, {alias}),",
    )

    assert losses(project.preview()) == ""


def test_a_namespace_that_is_protected_is_told_of_as_well(running: Running):
    project = running("onprem")
    project.edit("components/pulsar/deployment.py", '-namespace",', '-space",')

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
            assert "kubeconfig" not in each.get("inputs", {}) or _names_no_user(each["inputs"]["kubeconfig"])


def _names_no_user(kubeconfig: Any) -> bool:
    """A place, or what asks a cloud's own program who one is."""
    if isinstance(kubeconfig, str):
        return kubeconfig == ".local/kubeconfig"
    text = json.dumps(kubeconfig)
    # Of Azure's program, `get-token` is what it is told to do.
    return "client.authentication.k8s.io" in text and not re.search(r"(?<![-\w])token\\|client-key", text)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "plaintext" in value:
            yield value["plaintext"]
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)


def test_every_secret_in_a_recording_was_made_up():
    for path in STATES.glob("*.json"):
        for secret in _secrets(json.loads(path.read_text())):
            assert _is_made_up(secret), f"{path.name} holds a secret that no stand-in made up: {secret[:20]}…"


def _is_made_up(secret: str) -> bool:
    """By the stand-ins, which say so; or it is the kubeconfig of a cluster that they made up, or nothing."""
    return any(each in secret for each in ("made-up", base64.b64encode(b"made-u").decode(), NOBODY)) or secret in (
        "null",
        "{}",
        '""',
    )


def test_no_recording_is_left_of_a_stack_that_is_gone_and_none_is_missing():
    assert sorted(path.stem for path in STATES.glob("*.json")) == stack_files.names()
