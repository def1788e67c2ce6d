"""What a preview says of a Pulsar that is handed to KAAP: all of it in one resource, and what may not happen to it."""

import pathlib
from typing import Any

import pytest

from evaluation.program import evaluate
from evaluation.render import manifests
from tests import custom_resources, stack_file

from .project import Preview, Project

pytestmark = pytest.mark.engine

STATES = pathlib.Path(__file__).parent.parent / "upgrades" / "states"


def handed(**operator: Any) -> dict[str, Any]:
    # The stand-in for the Kubernetes plugin runs no Helm.
    told = {"kind": "kaap", "install": False, **operator}
    return stack_file.raw({"pulsar.operator": told, "pulsar.metadata": {"store": "zookeeper"}})


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    project = Project(tmp_path_factory.mktemp("kaap"), "local")
    project.configure(handed())
    return project.preview(rules="production")


def planned(preview: Preview) -> dict[str, Any]:
    found = [step["newState"]["inputs"] for step in preview.steps if ":PulsarCluster::" in step["urn"]]
    (only,) = found
    return {key: value for key, value in only.items() if not key.startswith("__")}


def test_what_was_reviewed_as_a_file_is_what_kaap_is_told(preview: Preview):
    rendered = manifests(evaluate("local", {"pulsar:spec": handed()}))
    (told,) = (each for each in rendered.values() if each["kind"] == "PulsarCluster")

    assert planned(preview) == told
    custom_resources.validate(planned(preview))


def test_no_pod_of_pulsar_is_this_program_s(preview: Preview):
    kinds = {urn.rpartition("::")[0].rpartition(":")[2] for urn in preview.operations}

    assert not kinds & {"StatefulSet", "Deployment", "Job", "ConfigMap"}


def test_production_s_rules_ask_for_a_word_about_the_namespace_and_for_nothing_else(preview: Preview):
    assert preview.code != 0
    (told,) = preview.violations
    assert told.startswith("namespaces-enforce-restricted (mandatory): ")
    assert "Namespace pulsar admits pods that are not restricted." in told


def test_a_pulsar_that_is_there_is_not_handed_over(tmp_path: pathlib.Path):
    project = Project(tmp_path, "local")
    project.take_over((STATES / "local.json").read_text())
    project.configure(handed())

    refused = project.preview()

    assert refused.code != 0
    assert "operator.kind goes from native to kaap" in refused.said
    assert "Traceback" not in refused.output
