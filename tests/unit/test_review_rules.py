"""The review's rules: every setting has one, and nothing that is lost is ever called harmless."""

import pathlib
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies

from components.model import Spec
from components.stack import StackSpec
from evaluation import stack_files
from local.paths import PROJECT
from review import changes, edits, effects, findings, sides
from review.risk import Risk
from review.rules import RULES, rule_for
from review.sides import Resource, Side

UNDO = "Add a rule in review/rules/: what a change of it does to Pulsar and its clients, and where that is written."


def specs(annotation: Any) -> Iterator[tuple[type[Spec], str]]:
    """The parts that may stand at a setting, and what stands between."""
    origin = typing.get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation, ""
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from ((part, ".name") for part, _ in specs(typing.get_args(annotation)[1]))
    else:
        for each in typing.get_args(annotation):
            yield from specs(each)


def paths(model: type[Spec], around: str = "", seen: tuple[type[Spec], ...] = ()) -> Iterator[str]:
    """Every setting that a stack file can have, and every part of it."""
    for name, field in model.model_fields.items():
        found = list(specs(field.annotation))
        # A part that is always there neither comes nor goes.
        if not found or type(None) in typing.get_args(field.annotation):
            yield f"{around}{name}"
        for part, between in found:
            if between:
                yield f"{around}{name}{between}"
            if part not in seen:
                yield from paths(part, f"{around}{name}{between}.", (*seen, part))


SETTINGS = sorted(set(paths(StackSpec)) - set(StackSpec.model_fields))


@pytest.mark.parametrize("path", SETTINGS)
def test_what_a_change_of_a_setting_does_is_known(path: str):
    assert rule_for(path), f"{path} has no rule. {UNDO}"


def test_a_setting_that_nobody_wrote_a_rule_for_is_not_harmless():
    found = list(findings.of_edits([edits.Edit("pulsar.brand_new", "1", "2")], {}))

    assert [each.risk for each in found] == [Risk.INTERRUPTS]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_a_rule_names_a_page_that_exists(rule):
    assert rule.source.startswith("https://") or (PROJECT / pathlib.Path(rule.source)).exists(), rule.source


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_a_rule_has_a_sentence_for_what_comes_what_goes_and_what_changes(rule):
    path = rule.pattern.replace(".**", ".x").replace("*", "x")
    numbers = ("4.0.1", "4.0.2") if path == "pulsar.version" else ("1", "2")
    pairs = [numbers, numbers[::-1]]
    if path != "pulsar.version":
        pairs += [(None, "there"), ("there", None), ("(none)", "1Gi")]

    for before, after in pairs:
        _, sentence = rule.says(edits.Edit(path, before, after), {})
        assert sentence.endswith("."), sentence
        assert "{" not in sentence, sentence


KINDS = (
    "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Service",
    "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Namespace", "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:batch/v1:Job", "kubernetes:core/v1:Secret", "kubernetes:example.org/v1:Anything",
    "kubernetes:helm.sh/v3:Release", "pulsar-admin:functions:Function", "pulsar-admin:tenants:Topic",
    "aws:s3/bucket:Bucket", "aws:ec2/subnet:Subnet",
    "gcp:container/nodePool:NodePool", "azure-native:storage:StorageAccount",
)  # fmt: skip


@hypothesis.given(
    kind=strategies.sampled_from(KINDS),
    action=strategies.sampled_from(("replace", "delete")),
    protected=strategies.booleans(),
    refused=strategies.booleans(),
)
def test_a_replacement_or_a_deletion_is_never_harmless(kind, action, protected, refused):
    field = changes.Field("spec.anything", 1, 2, replaces=action == "replace")
    change = changes.Change(action, kind, "thing", {"kind": "Thing"}, {}, (field,), protected)

    found = list(effects.of_changes([change], {"thing": "No."} if refused else {}))

    assert found, "It is told."
    assert min(each.risk for each in found) > Risk.HARMLESS
    if protected or refused:
        assert max(each.risk for each in found) == Risk.REFUSED


VALUES = strategies.one_of(strategies.integers(0, 9), strategies.text(max_size=3), strategies.booleans())
STATEFUL = strategies.dictionaries(
    strategies.sampled_from(("replicas", "serviceName", "podManagementPolicy", "template", "minReadySeconds")), VALUES
)


@hypothesis.given(before=STATEFUL, after=STATEFUL)
def test_what_kubernetes_never_changes_in_place_is_a_replacement(before: Mapping[str, Any], after: Mapping[str, Any]):
    def asked(spec: Mapping[str, Any]) -> list[Resource]:
        inputs = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "x"}, "spec": dict(spec)}
        return [Resource("kubernetes:apps/v1:StatefulSet", "x", inputs)]

    found = changes.between(asked(before), asked(after))
    fixed = any(before.get(key) != after.get(key) for key in ("serviceName", "podManagementPolicy"))

    assert [each.action for each in found if each.action == "replace"] == (["replace"] if fixed else [])


def test_a_stack_file_that_is_taken_away_is_no_small_thing():
    from review.report import review

    told = review("old", "0" * 40, Side(settings={"pulsar.version": "4.0.13"}), Side(absent=True))

    assert told.risk == Risk.DATA
    assert "stays up" in told.findings[0].sentence


def test_a_new_environment_is_told_as_one_and_interrupts_nobody():
    from review.report import review

    made = Side([Resource("kubernetes:core/v1:ConfigMap", "pulsar", {})], settings={"pulsar.version": "4.0.13"})

    told = review("new", "0" * 40, Side(absent=True), made)

    assert told.risk == Risk.HARMLESS
    assert "Objects: 1 made." in told.verdict
    assert "new environment" in told.findings[0].sentence


def test_a_file_that_described_nothing_before_is_compared_with_nothing():
    from review.report import review

    told = review("old", "0" * 40, Side(mistakes="spec.pulsar.version: is missing."), Side())

    assert told.risk == Risk.INTERRUPTS
    assert "--engine" in told.findings[0].sentence


def test_mistakes_in_the_file_are_what_the_review_says():
    from review.report import review

    told = review("old", "0" * 40, Side(), Side(mistakes="spec.pulsar.version: is missing."))

    assert told.risk == Risk.REFUSED
    assert "is missing" in told.findings[0].sentence


def test_a_secret_is_never_in_a_report():
    from review import probe

    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
    inputs = {"kind": "Secret", "stringData": {"key": "hunter2"}, "other": [secret]}

    assert "hunter2" not in str(probe.content("kubernetes:core/v1:Secret", inputs))


def test_a_base_that_git_does_not_know_is_said_with_the_way_out():
    from local.problem import Problem

    with pytest.raises(Problem, match="Fetch it"), sides.checkout("no-such-branch"):
        pass


def test_the_shipped_stacks_can_be_reviewed_in_a_checkout_of_another_time():
    probe = sides.PROBE.read_text()

    assert "from review" not in probe, "The base's own program may have no review."
    assert stack_files.names()
