"""What the engine's users see when a preview is refused, and what nobody may see."""

import pathlib
import secrets
from typing import Any

import pytest
import yaml

from evaluation import stack_files
from tests import stack_file
from tests.upgrades.record import STATES

from .project import NOBODY, Preview, Project

pytestmark = pytest.mark.engine

NOT_A_DEPLOYMENT = "stacks/Pulumi.local.yaml does not describe a deployment. Nothing was changed."
MISTAKES = {
    "two settings that aren't any": (
        stack_file.raw({"pulsar.brokr": 1, "pulsar.proxy.replicas": 0}),
        [
            "spec.pulsar.brokr: is not a setting here. Did you mean broker?",
            "spec.pulsar.proxy.replicas: 0 is too small. Use at least 1.",
        ],
    ),
    "text": ("events", ["spec: is the text 'events', and must be a mapping with cluster and pulsar."]),
    "a list": ([1], ["spec: is a list, and must be a mapping with cluster and pulsar."]),
    "nothing": ({}, ["spec: is missing or empty. The key pulsar:spec holds cluster and pulsar"]),
}


@pytest.mark.parametrize(("spec", "sentences"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told_as_sentences_before_anything_is_planned(
    tmp_path: pathlib.Path, spec: Any, sentences: list[str]
):
    project = Project(tmp_path, "local")
    project.configure(spec)

    refused = project.preview()

    _assert_refused(refused)
    assert NOT_A_DEPLOYMENT in refused.said
    for sentence in sentences:
        assert refused.said.count(sentence) == 1, refused.said


def test_a_mistake_in_a_base_names_the_base_and_so_does_a_base_that_is_not_there(tmp_path: pathlib.Path):
    project = Project(tmp_path, "hybrid-onprem")
    project.edit("stacks/base/hybrid.yaml", "write_quorum: 3", "write_quorum: three")

    refused = project.preview()
    project.set("extends", "base/hybird.yaml")
    missing = project.preview()

    _assert_refused(refused)
    assert "spec.pulsar.bookkeeper.write_quorum (stacks/base/hybrid.yaml): is the text 'three'" in refused.said
    _assert_refused(missing)
    assert "spec.extends: there is no stacks/base/hybird.yaml." in missing.said
    assert "Did you mean base/hybrid.yaml?" in missing.said


def test_a_change_of_a_base_reaches_whoever_extends_it(tmp_path: pathlib.Path):
    project = Project(tmp_path, "hybrid-onprem")
    project.run("stack", "import", "--file", str(STATES / "hybrid-onprem.json"))
    before = project.preview()
    project.edit("stacks/base/hybrid.yaml", "broker: {replicas: 3", "broker: {replicas: 5")

    after = project.preview()

    assert (before.code, after.code) == (0, 0), before.said + after.said
    assert {urn.rpartition("::")[2] for urn, operation in after.operations.items() if operation == "update"} >= {
        "onprem-broker"
    }
    assert "onprem-broker" not in {
        urn.rpartition("::")[2] for urn, operation in before.operations.items() if operation != "same"
    }


def test_a_secret_in_the_spec_is_refused_before_it_can_get_into_the_state(tmp_path: pathlib.Path):
    project, secret = Project(tmp_path, "local"), secrets.token_hex()
    project.run("config", "set", "--secret", "--path", f"{stack_files.SPEC}.pulsar.broker.config.motd", secret)

    refused = project.preview()

    _assert_refused(refused)
    assert "spec: holds a secret (`secure:`), which would stand in the state in the clear." in refused.said
    assert secret not in refused.output
    assert secret not in project.raw_state()


def test_the_kubeconfig_s_credentials_stand_in_no_preview_and_no_state(tmp_path: pathlib.Path):
    project, token = Project(tmp_path, "onprem"), secrets.token_hex()
    kubeconfig = {
        **NOBODY,
        "clusters": [{"name": "nobody", "cluster": {"server": "http://127.0.0.1:2"}}],
        "users": [{"name": "nobody", "user": {"token": token}}],
    }
    project.run("config", "set", "--secret", "pulsar:kubeconfig", stdin=yaml.safe_dump(kubeconfig))

    shown = project.preview()
    for_people = project.run("preview", "--diff")
    failed = project.run("up", "--yes", "--skip-preview", expect=None)

    assert shown.code == 0, shown.said
    assert failed.code != 0
    assert "http://127.0.0.1:2" in failed.output, "The kubeconfig from the configuration is the one that is used."
    assert "pulumi:providers:kubernetes::cluster" in project.raw_state(), "The state knows the connection."
    for text in (shown.output, for_people.output, failed.output, project.raw_state(), project.file.read_text()):
        assert token not in text, "Whoever reads a build's log or the state could log in to the cluster."


@pytest.mark.parametrize(
    ("setting", "replicas", "sentence"),
    [
        ("pulsar.bookkeeper.replicas", 2, "bookkeeper.replicas goes from 3 to 2, and the ledgers on events-bookie-2"),
        ("pulsar.metadata.replicas", 1, "metadata.replicas goes from 3 to 1, and etcd's members don't follow"),
    ],
    ids=["bookies", "metadata"],
)
def test_a_change_that_would_lose_data_is_refused_in_the_preview(
    tmp_path: pathlib.Path, setting: str, replicas: int, sentence: str
):
    project = Project(tmp_path, "onprem")
    project.take_over((STATES / "onprem.json").read_text())
    project.set(setting, str(replicas))

    refused = project.preview()

    assert refused.code != 0
    assert sentence in refused.said
    assert "Traceback" not in refused.output


def test_an_upgrade_that_closes_the_way_back_asks_first(tmp_path: pathlib.Path):
    project = Project(tmp_path, "onprem")
    project.take_over((STATES / "onprem.json").read_text())
    state = project.raw_state()
    # This cluster's store has a refusal of its own, which would come first.
    project.edit("components/versions.py", 'metadata_stores=("oxia", "zookeeper")', 'metadata_stores=("etcd",)')
    project.set("pulsar.version", "5.0.0")

    refused = project.preview()

    assert refused.code != 0
    assert "version goes from 4.0.13 to 5.0.0, and Pulsar 5.0 can do what no earlier broker can read." in refused.said
    assert "Traceback" not in refused.output
    assert project.raw_state() == state


@pytest.mark.parametrize("role", ["bookie", "broker"])
def test_an_upgrade_is_made_one_role_after_the_other(tmp_path: pathlib.Path, role: str):
    project = Project(tmp_path, "onprem")
    project.run("stack", "import", "--file", str(STATES / "onprem.json"))
    project.set("pulsar.version", "4.2.4")

    preview = project.preview("--target", f"**{role}**")

    assert preview.code == 0, preview.output
    changed = {urn.rpartition("::")[2] for urn, operation in preview.operations.items() if operation != "same"}
    assert f"events-{role}" in changed
    assert all(name.startswith(f"events-{role}") for name in changed), "docs/howto/upgrade.md promises one role."


def _assert_refused(preview: Preview) -> None:
    assert preview.code != 0
    assert "Traceback" not in preview.output
    assert preview.operations == {}, "Nothing may be planned from a stack file that isn't understood."
