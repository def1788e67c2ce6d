"""The review without an engine, held to the engine: what it says of a change is what Pulumi's own preview plans."""

import pathlib

import pytest

from evaluation import stack_files
from review import changes, engine_plan, probe, sides
from tests.previews.project import Project
from tests.review_cases import CASES, Case
from tests.stack_file import raw

pytestmark = pytest.mark.engine

STATES = pathlib.Path(__file__).parent.parent / "upgrades" / "states"
FROM_THE_STATE = [case for case in CASES if not case.more and not case.beside and case.stack == "onprem"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The stack as it was recorded, which the engine knows as up."""
    project = Project(tmp_path_factory.mktemp("review"), "onprem")
    project.take_over((STATES / "onprem.json").read_text())
    return project


@pytest.mark.parametrize("case", FROM_THE_STATE, ids=lambda case: case.name)
def test_the_review_says_what_the_engine_plans(case: Case, running: Project):
    before = probe.told(case.stack, case.config(after=False))
    after = probe.told(case.stack, case.config(after=True), lambda: before)
    said = {each.name: each for each in changes.between(sides.side(before).resources, sides.side(after).resources)}

    running.configure(raw(case.changes, base=stack_files.read("onprem")[stack_files.SPEC]))
    shown = running.preview()

    if after["refusals"] or any(each.protected and each.action in ("replace", "delete") for each in said.values()):
        assert shown.code != 0, f"The review says that it is refused, and the engine plans it:\n{shown.output}"
        return
    assert shown.code == 0, shown.said
    plan = {each.name: each.action for each in engine_plan.changes(shown.steps)}
    assert plan == {name: each.action for name, each in said.items()}
