"""The review without an engine, held to the engine: what it says of a change is what Pulumi's own preview plans."""

import functools
import pathlib
from collections.abc import Callable

import pytest

from evaluation import stack_files
from review import changes, engine_plan, probe, sides
from tests.previews.project import Preview, Project
from tests.review_cases import CASES, Case
from tests.stack_file import raw

pytestmark = pytest.mark.engine

STATES = pathlib.Path(__file__).parent.parent / "upgrades" / "states"
PLAIN = [case for case in CASES if not case.more and not case.beside]
ON_KUBERNETES = [case for case in PLAIN if case.stack == "onprem"]
IN_A_CLOUD = [case for case in PLAIN if case.stack == "aws"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """A stack as it was recorded, which the engine knows as up."""

    @functools.cache
    def make(stack: str) -> Project:
        project = Project(tmp_path_factory.mktemp("review"), stack)
        project.take_over((STATES / f"{stack}.json").read_text())
        return project

    return make


def said(case: Case) -> tuple[dict[str, changes.Change], bool]:
    """What the review says without an engine, and whether that is that the change is refused."""
    before = probe.told(case.stack, case.config(after=False))
    after = probe.told(case.stack, case.config(after=True), lambda: before)
    found = changes.between(sides.side(before).resources, sides.side(after).resources)
    lost = any(each.protected and each.action in ("replace", "delete") for each in found)
    return {f"{each.type} {each.name}": each for each in found}, bool(after["refusals"]) or lost


def previewed(case: Case, project: Project) -> Preview:
    project.configure(raw(case.changes, base=stack_files.read(case.stack)[stack_files.SPEC]))
    return project.preview()


def planned(shown: Preview) -> dict[str, str]:
    return {f"{each.type} {each.name}": each.action for each in engine_plan.changes(shown.steps)}


@pytest.mark.parametrize("case", ON_KUBERNETES, ids=lambda case: case.name)
def test_the_review_says_what_the_engine_plans(case: Case, running: Callable[[str], Project]):
    found, refused = said(case)
    shown = previewed(case, running(case.stack))

    if refused:
        assert shown.code != 0, f"The review says that it is refused, and the engine plans it:\n{shown.output}"
        return
    assert shown.code == 0, shown.said
    assert planned(shown) == {name: each.action for name, each in found.items()}


@pytest.mark.parametrize("case", IN_A_CLOUD, ids=lambda case: case.name)
def test_the_review_never_says_less_of_a_cloud_than_the_engine_plans(case: Case, running: Callable[[str], Project]):
    found, refused = said(case)
    shown = previewed(case, running(case.stack))

    if shown.code != 0:
        assert refused, shown.said
        return
    lost = {name for name, action in planned(shown).items() if action in ("replace", "delete")}
    told = {name for name, each in found.items() if each.action in ("replace", "delete") or each.uncertain}
    assert lost <= told, f"Unforeseen: {sorted(lost - told)}"
