"""What a preview shows before anything is there: the same as what is rendered, and no more than what is foreseen."""

import pathlib
from typing import Any

import pytest

from evaluation import stack_files
from evaluation.program import Registered, evaluate
from evaluation.render import LEFT_OUT, manifests

from .project import Preview, Project

pytestmark = pytest.mark.engine

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes what isn't known yet."""

INVENTORIES = pathlib.Path(__file__).parent.parent / "upgrades" / "urns"


@pytest.fixture(scope="module", params=stack_files.names())
def stack(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def preview(stack: str, tmp_path_factory: pytest.TempPathFactory) -> Preview:
    rules = "development" if stack == "local" else "production"
    shown = Project(tmp_path_factory.mktemp(stack), stack).preview(rules=rules)
    assert shown.code == 0, "\n".join([shown.said, *shown.violations])
    return shown


def _objects(preview: Preview) -> dict[str, dict[str, Any]]:
    planned = [step["newState"] for step in preview.steps]
    return manifests(
        Registered(each["type"], each["urn"].rpartition("::")[2], _own(each.get("inputs", {}))) for each in planned
    )


def _own(inputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


def test_what_was_reviewed_as_files_is_what_gets_deployed(stack: str, preview: Preview):
    rendered = manifests(evaluate(stack, stack_files.read(stack)))

    planned = _objects(preview)
    assert sorted(planned) == sorted(rendered)
    for name, manifest in rendered.items():
        if manifest["kind"] == "Secret" and not planned[name]["metadata"]["annotations"][LEFT_OUT]:
            # The plan doesn't know the keys of what a cloud is yet to make.
            del planned[name]["metadata"]["annotations"][LEFT_OUT], manifest["metadata"]["annotations"][LEFT_OUT]
        assert _where_known(planned[name], manifest) == manifest, (
            f"{name} would be deployed otherwise than `make render` writes it."
        )


def _where_known(planned: Any, rendered: Any) -> Any:
    """What is planned, with what only the cloud knows as it is rendered: the name of an output."""
    if isinstance(planned, dict) and isinstance(rendered, dict):
        return {key: _where_known(value, rendered.get(key)) for key, value in planned.items()}
    if isinstance(planned, list) and isinstance(rendered, list) and len(planned) == len(rendered):
        return [_where_known(one, other) for one, other in zip(planned, rendered, strict=True)]
    named = isinstance(rendered, str) and "${" in rendered
    return rendered if planned == _UNKNOWN and named else planned


def test_a_first_update_makes_every_resource_of_the_inventory_and_touches_nothing_else(stack: str, preview: Preview):
    inventory = (INVENTORIES / f"{stack}.txt").read_text().splitlines()

    assert preview.operations == dict.fromkeys(inventory, "create")


def test_every_name_is_given_by_the_program(preview: Preview):
    made_up = [step["urn"] for step in preview.steps if step.get("newState", {}).get("inputs", {}).get("__defaults")]

    assert made_up == [], "A name that a plugin makes up is another one when the resource is made again."


def test_a_preview_needs_no_cluster_and_complains_about_none(preview: Preview):
    assert preview.said == ""


def test_every_stack_keeps_to_the_rules_of_its_environment(preview: Preview):
    assert [each for each in preview.violations if "(mandatory)" in each] == []
