"""A Pulsar that an operator runs is held to the rules of numbers and quorums as one whose pods the stack makes."""

from typing import Any

import pytest

from evaluation.program import evaluate
from policies.operators import KAAP, STREAMNATIVE, pod_sets
from policies.rule import Resource, StackRule, findings
from policies.rules import quorums
from policies.values import UNKNOWN
from tests import kaap_stacks, stack_file, streamnative_stacks

BY: dict[str, dict[str, Any]] = {"kaap": kaap_stacks.KAAP, "streamnative": streamnative_stacks.STREAMNATIVE}


def resources(changes: dict[str, Any], operator: str = "kaap") -> list[Resource]:
    raw = stack_file.raw({**BY[operator], **changes})
    registered = evaluate("test", {"pulsar:spec": raw, **streamnative_stacks.LICENCE})
    return [Resource(type=each.type, name=each.name, properties=each.inputs, urn=each.name) for each in registered]


BROKEN = [
    (
        quorums.TWICE,
        {"pulsar.bookkeeper": {"ack_quorum": 1}},
        "StatefulSet pulsar-broker acknowledges a message once 1",
    ),
    (quorums.SPARE, {"pulsar.bookkeeper": {"replicas": 2}}, "StatefulSet pulsar-bookie has 2 pods for ensembles of 2"),
    (
        quorums.MAJORITY,
        {"pulsar.metadata": {"store": "zookeeper", "replicas": 1}},
        "StatefulSet pulsar-zookeeper has 1 member",
    ),
    (quorums.ZONES, {}, "StatefulSet pulsar-broker keeps 2 copies of a message in 1 zones"),
]


@pytest.mark.parametrize("operator", BY)
@pytest.mark.parametrize(("rule", "changes", "sentence"), BROKEN, ids=lambda each: getattr(each, "id", None))
def test_what_breaks_a_rule_is_told_of_the_operator_s_resource(
    rule: StackRule, changes: dict[str, Any], sentence: str, operator: str
):
    settings = {"zones": 1} if rule is quorums.ZONES else {}
    made = resources(changes, operator)
    found = list(findings(rule, made, settings))

    assert [text for _, text in found if text.startswith(sentence)], found
    told = {each.urn for each in made if each.token == KAAP or each.token in STREAMNATIVE}
    assert {each.urn for each, _ in found} <= told, "The engine shows it where the reader can change it."


@pytest.mark.parametrize("operator", BY)
@pytest.mark.parametrize("rule", [quorums.FIT, quorums.TWICE, quorums.SPARE, quorums.MAJORITY, quorums.SPREAD])
def test_the_defaults_keep_to_the_rules(rule: StackRule, operator: str):
    assert list(findings(rule, resources({}, operator))) == []


def test_pods_that_are_not_spread_over_zones_are_found():
    found = resources({})
    cluster = next(each for each in found if each.token == KAAP)
    del cluster.properties["spec"]["global"]["antiAffinity"]["zone"]

    assert [text for _, text in findings(quorums.SPREAD, found) if "pulsar-bookie may have all its pods" in text]


def test_pods_of_a_broker_s_resource_that_are_not_spread_over_zones_are_found():
    found = resources({}, "streamnative")
    bookies = next(each for each in found if STREAMNATIVE.get(each.token) == "bookie")
    del bookies.properties["spec"]["pod"]["topologySpreadConstraints"]

    assert [text for _, text in findings(quorums.SPREAD, found) if "pulsar-bookie may have all its pods" in text]


def test_of_a_resource_that_is_not_known_yet_nothing_is_held_against_it():
    cluster = Resource(type=KAAP, name="pulsar", properties={"spec": UNKNOWN})

    assert len(list(pod_sets([cluster]))) == 4
    for rule in (quorums.FIT, quorums.TWICE, quorums.SPARE, quorums.MAJORITY, quorums.SPREAD):
        assert list(findings(rule, [cluster])) == []
