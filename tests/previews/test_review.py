"""The review without an engine, held to the engine: what it says of a change is what Pulumi's own preview plans."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from evaluation import stack_files
from review import changes, engine_plan, probe, sides
from tests.previews.project import Preview, Project
from tests.review_case import Case
from tests.review_cases import CASES
from tests.upgrades.record import STATES

pytestmark = pytest.mark.engine

ON_KUBERNETES = [case for case in CASES if case.stack != "aws"]
IN_A_CLOUD = [case for case in CASES if case.stack == "aws"]
_NOT_KNOWN_YET = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_MADE_UP = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], Project]:
    """A stack that the engine knows as up: as it was recorded, with what came since and what the case has
    besides; or, of a stack on another metadata store, as the engine would make it from nothing."""
    made: dict[str, Project] = {}

    def make(case: Case) -> Project:
        key = case.besides
        if key not in made:
            made[key] = Project(tmp_path_factory.mktemp("review"), case.stack)
            if "pulsar.metadata" not in case.more:
                made[key].take_over((STATES / f"{case.stack}.json").read_text())
            configure(made[key], case, after=False)
            assume(made[key])
        return made[key]

    return make


def configure(project: Project, case: Case, *, after: bool) -> None:
    """Write the stack file of a case, with the secrets beside the spec encrypted as people encrypt them."""
    project.configure(case.config(after=after)[stack_files.SPEC])
    for key, value in case.secrets(after=after).items():
        project.run("config", "set", "--secret", key, value)


def assume(project: Project) -> None:
    """Let the engine take what it would do now as done, and as done as it was asked for."""
    shown = project.preview()
    assert shown.code == 0, shown.said
    state = json.loads(project.run("stack", "export", "--show-secrets").output)
    known = {each["urn"]: each for each in state["deployment"].get("resources") or ()}
    for step in shown.steps:
        if step["op"] in ("create", "update") and (new := step.get("newState")):
            before = known.get(step["urn"], {})
            done = {**new, "outputs": before.get("outputs") or new.get("inputs", {})}
            if new.get("custom"):
                done["id"] = before.get("id") or new.get("id") or _MADE_UP
            known[step["urn"]] = done
        elif step["op"] == "delete":
            known.pop(step["urn"], None)
        elif step["op"] in ("create-replacement", "replace", "delete-replaced"):
            # Of a Job, which is the same by another name.
            known[step["urn"]] |= {"inputs": step["newState"]["inputs"]} if step.get("newState") else {}
    state["deployment"]["resources"] = in_order(known)
    project.take_over(json.dumps(state).replace(_NOT_KNOWN_YET, _MADE_UP))


def in_order(known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The resources as a state must have them: each after those that it needs."""
    found: dict[str, dict[str, Any]] = {}

    def put(urn: str) -> None:
        each = known.get(urn)
        if each is None or urn in found:
            return
        provider = each.get("provider", "").rpartition("::")[0]
        for needed in (each.get("parent", ""), provider, *(each.get("dependencies") or ())):
            put(needed)
        found[urn] = each

    for urn in known:
        put(urn)
    return list(found.values())


def said(case: Case) -> tuple[dict[str, changes.Change], bool]:
    """What the review says without an engine, and whether that is that the change is refused."""
    before = probe.told(case.stack, case.config(after=False))
    after = probe.told(case.stack, case.config(after=True), lambda: before)
    found = changes.between(sides.side(before).resources, sides.side(after).resources)
    lost = any(each.protected and each.action in ("replace", "delete") for each in found)
    return {f"{each.type} {each.name}": each for each in found}, bool(after["refusals"]) or lost


def previewed(case: Case, project: Project) -> Preview:
    configure(project, case, after=True)
    return project.preview()


def planned(shown: Preview) -> dict[str, str]:
    return {f"{each.type} {each.name}": each.action for each in engine_plan.changes(shown.steps)}


@pytest.mark.parametrize("case", ON_KUBERNETES, ids=lambda case: case.name)
def test_the_review_says_what_the_engine_plans(case: Case, running: Callable[[Case], Project]):
    found, refused = said(case)
    shown = previewed(case, running(case))

    if refused:
        assert shown.code != 0, f"The review says that it is refused, and the engine plans it:\n{shown.output}"
        return
    assert shown.code == 0, shown.said
    assert planned(shown) == {name: each.action for name, each in found.items()}


@pytest.mark.parametrize("case", IN_A_CLOUD, ids=lambda case: case.name)
def test_the_review_never_says_less_of_a_cloud_than_the_engine_plans(case: Case, running: Callable[[Case], Project]):
    found, refused = said(case)
    shown = previewed(case, running(case))

    if shown.code != 0:
        assert refused, shown.said
        return
    lost = {name for name, action in planned(shown).items() if action in ("replace", "delete")}
    told = {name for name, each in found.items() if each.action in ("replace", "delete") or each.uncertain}
    assert lost <= told, f"Unforeseen: {sorted(lost - told)}"
