"""The pack in the real engine's hands: every rule stops what breaks it, and mends what it may mend."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

import pytest

from local.engine import Engine
from local.paths import PROJECT
from policies.rule import Resource, ResourceRule, findings
from policies.rules import RULES
from tests.engine.trial import Trial, stand_in_engine

from .cases import CASES, PASSWORD
from .model import LEFT_OUT, Model, changed, kubernetes, model

pytestmark = pytest.mark.engine

PACK = PROJECT / "policies"
PROGRAM = """
    import json, pathlib, pulumi

    # The engine asks a policy about a component as about any other resource, and needs no plugin for it. What becomes
    # of it isn't told, as of a resource in a cluster that doesn't exist yet.
    for each in json.loads(pathlib.Path("resources.json").read_text()):
        options = pulumi.ResourceOptions(protect=each["protected"])
        pulumi.ComponentResource(each["type"], each["name"], each["properties"], options)
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return stand_in_engine()


@pytest.fixture
def trial(engine: Engine, tmp_path: pathlib.Path) -> Trial:
    return Trial(engine, tmp_path)


def previewed(
    trial: Trial, resources: Sequence[Resource], config: dict[str, Any] | None = None, refused: bool = False
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a preview with the pack plans, and what its rules say."""
    told = [
        {"type": each.type, "name": each.name, "properties": each.properties, "protected": each.protected}
        for each in resources
    ]
    trial.write("resources.json", json.dumps(told))
    trial.write("__main__.py", PROGRAM)
    trial.write("rules.json", json.dumps(config or {}))
    log = trial.folder / "events.json"
    options = ("--policy-pack", str(PACK), "--policy-pack-config", "rules.json", "--event-log", str(log))
    # The engine hides its log of events among the options for those who debug it.
    said = trial.run("preview", *options, expect=None, PULUMI_DEBUG_COMMANDS="true")
    events = [json.loads(line) for line in log.read_text().splitlines()]
    planned = {
        event["resourcePreEvent"]["metadata"]["urn"].rpartition("::")[2]: event["resourcePreEvent"]["metadata"]["new"]
        for event in events
        if "resourcePreEvent" in event
    }
    violations = [event["policyEvent"] for event in events if "policyEvent" in event]
    assert (said.code != 0) == refused, said.output
    return planned, violations


def broken_stack() -> list[Resource]:
    """As few resources as break every rule: the model once, and its Kubernetes objects again for what excludes it."""
    copies: list[Model] = [model(), kubernetes("again")]
    broken: list[str] = []
    for rule in RULES:
        copies = next(
            found
            for case in CASES
            if case.rule == rule.id
            for place in range(len(copies))
            if (found := _with(copies, place, case.changes)) and _fires(found, [*broken, rule.id])
        )
        broken.append(rule.id)
    return [each for found in copies for each in found.values()]


def _with(copies: list[Model], place: int, changes: Any) -> list[Model] | None:
    try:
        return [changed(changes, each) if index == place else each for index, each in enumerate(copies)]
    except (KeyError, IndexError):
        return None


def _fires(copies: list[Model], rules: list[str]) -> bool:
    resources = [each for found in copies for each in found.values()]
    return all(findings(rule, resources) for rule in RULES if rule.id in rules)


def test_the_engine_hears_of_every_rule_what_its_function_says(trial: Trial):
    stack = broken_stack()

    _, violations = previewed(trial, stack, {"all": "advisory"})

    assert {each["policyName"] for each in violations} == {rule.id for rule in RULES}
    expected = sorted(f"{rule.says}\n{sentence}" for rule in RULES for _, sentence in findings(rule, stack))
    assert sorted(each["message"].strip() for each in violations) == expected
    assert PASSWORD not in "".join(each["message"] for each in violations), (
        "A build's log must not hold the secret that was found."
    )


def test_what_is_mandatory_stops_a_preview_unless_the_object_is_exempted(trial: Trial):
    stack = changed({"bookie-budget": LEFT_OUT, "etcd.spec.replicas": 1})
    exempt = [{"object": "pulsar-etcd", "reason": "a stack to try things in", "stack": "trial"}]
    config = {"metadata-survives-a-member": {"enforcementLevel": "mandatory", "exempt": exempt}}

    _, violations = previewed(trial, list(stack.values()), config, refused=True)

    assert [(each["policyName"], each["enforcementLevel"]) for each in violations] == [
        ("one-pod-away-at-a-time", "mandatory")
    ]


def test_what_may_be_mended_is_mended_in_the_plan(trial: Trial):
    mendable = [rule for rule in RULES if isinstance(rule, ResourceRule) and rule.remedy]
    stack = changed(
        {
            "bookie.spec.persistentVolumeClaimRetentionPolicy.whenDeleted": "Delete",
            "bookie.spec.template.spec.automountServiceAccountToken": None,
            "storage-class.reclaimPolicy": "Delete",
            "s3-block.blockPublicAcls": False,
            "account.allowBlobPublicAccess": True,
        }
    )
    planned, violations = previewed(trial, list(stack.values()), {rule.id: "remediate" for rule in mendable})

    assert [each for each in violations if each["enforcementLevel"] == "mandatory"] == []
    inputs = {name: each["inputs"] for name, each in planned.items()}
    bookie = inputs["bookie"]["spec"]
    assert bookie["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert bookie["template"]["spec"]["automountServiceAccountToken"] is False
    assert inputs["storage-class"]["reclaimPolicy"] == "Retain"
    assert inputs["s3-block"]["blockPublicAcls"] is True
    assert inputs["account"]["allowBlobPublicAccess"] is False
