"""What a preview says of a Pulsar that is handed to an operator: all of it in resources, and what may not happen."""

import pathlib
from typing import Any

import pytest

from evaluation.program import evaluate
from evaluation.render import manifests
from tests import custom_resources, kaap_stacks, stack_file, streamnative_stacks
from tests.upgrades.record import STATES

from .project import Preview, Project

pytestmark = pytest.mark.engine

KINDS = {
    "kaap": ["PulsarCluster"],
    "streamnative": ["PulsarCoordinator", "ZooKeeperCluster", "BookKeeperCluster", "PulsarBroker", "PulsarProxy"],
}
STACKS: dict[str, dict[str, Any]] = {"kaap": kaap_stacks.KAAP, "streamnative": streamnative_stacks.STREAMNATIVE}


def handed(operator: str) -> dict[str, Any]:
    # The stand-in for the Kubernetes plugin runs no Helm.
    return stack_file.raw({**STACKS[operator], "pulsar.operator.install": False})


@pytest.fixture(scope="module", params=KINDS)
def operator(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def preview(operator: str, tmp_path_factory: pytest.TempPathFactory) -> Preview:
    project = Project(tmp_path_factory.mktemp(operator), "local")
    project.configure(handed(operator))
    return project.preview(rules="production")


def planned(preview: Preview, kind: str) -> dict[str, Any]:
    found = [step["newState"]["inputs"] for step in preview.steps if f":{kind}::" in step["urn"]]
    (only,) = found
    return {key: value for key, value in only.items() if not key.startswith("__")}


def test_what_was_reviewed_as_files_is_what_the_operator_is_told(operator: str, preview: Preview):
    rendered = manifests(evaluate("local", {"pulsar:spec": handed(operator)}))
    for kind in KINDS[operator]:
        (told,) = (each for each in rendered.values() if each["kind"] == kind)

        assert planned(preview, kind) == told
        custom_resources.validate(told)


def test_no_pod_of_pulsar_is_this_program_s(preview: Preview):
    kinds = [urn.rpartition("::")[0].rpartition(":")[2] for urn in preview.operations]
    names = [urn.rpartition("::")[2] for urn in preview.operations if ":Deployment::" in urn]

    assert not set(kinds) & {"StatefulSet", "Job"}
    assert set(names) <= {"pulsar-toolset"}


def test_production_s_rules_ask_for_a_word_about_the_namespace_and_for_nothing_else(preview: Preview):
    assert preview.code != 0
    (told,) = preview.violations
    assert told.startswith("namespaces-enforce-restricted (mandatory): ")
    assert "Namespace pulsar admits pods that are not restricted." in told


def test_a_pulsar_that_is_there_is_not_handed_over(operator: str, tmp_path: pathlib.Path):
    project = Project(tmp_path, "local")
    project.take_over((STATES / "local.json").read_text())
    project.configure(handed(operator))

    refused = project.preview()

    assert refused.code != 0
    assert f"operator.kind goes from native to {operator}" in refused.said
    assert "Traceback" not in refused.output
