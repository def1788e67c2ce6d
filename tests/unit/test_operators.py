"""What a stack file may say about operators, and what it is told otherwise."""

import json

import pytest

from components.mistakes import NotADeployment
from components.operators.operator import image_parts
from evaluation.program import evaluate
from local.paths import PROJECT
from policies.rule import Exemption, Resource, findings
from policies.rules.pods import NAMESPACE
from tests import stack_file

MISTAKES = [
    (
        {"operators.resources": {"namespace": "pulsar"}},
        "operators.resources.namespace: pulsar is made for Pulsar as well (pulsar.namespace), and goes with it.",
    ),
    (
        {"operators.resources": {"namespace": "both"}, "operators.function_mesh": {"namespace": "both"}},
        "both is made for Function Mesh as well (operators.function_mesh.namespace)",
    ),
    (
        {
            "monitoring": {"kind": "prometheus-operator", "install": True, "namespace": "m"},
            "operators.resources": {"namespace": "m"},
        },
        "spec.monitoring.namespace: m is made for the Pulsar resources operator as well (operators.resources.",
    ),
    (
        {"operators.resources": {"install": False, "version": "v0.19.6"}},
        "operators.resources.version: is for installing the Pulsar resources operator",
    ),
    ({"operators.resources": {"version": ">=0.19"}}, "is not one release of a chart"),
    ({"operators.resources": {"repository": "charts.example.com"}}, "is not the address of a chart repository"),
    ({"operators.resources": {"image": "r.example.com/o@sha256:" + "a" * 64}}, "Name it by its tag"),
    ({"operators.resource": {}}, "resources"),
]


@pytest.mark.parametrize(("changes", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_a_mistake_gets_its_sentence(changes, sentence):
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec(changes)

    assert sentence in str(refused.value)


def test_an_operator_that_somebody_else_brought_may_share_a_namespace():
    assert stack_file.spec({"operators.resources": {"install": False, "namespace": "pulsar"}})


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("docker.io/streamnative/operator:v1", ("docker.io", "streamnative/operator", "v1")),
        ("streamnative/operator:v1", ("docker.io", "streamnative/operator", "v1")),
        ("localhost:5000/operator:v1", ("localhost:5000", "operator", "v1")),
    ],
)
def test_an_image_is_told_to_a_chart_in_the_parts_that_it_asks_for(image, parts):
    assert image_parts(image) == parts


def test_production_s_rules_know_the_operators_namespaces():
    spec = stack_file.raw({"operators": {"resources": {}, "function_mesh": {}}})
    registered = evaluate("test", {"pulsar:spec": spec})
    told = json.loads((PROJECT / "policies" / "production.json").read_text())[NAMESPACE.id]
    resources = [Resource(type=each.type, name=each.name, properties=each.inputs) for each in registered]

    found = findings(NAMESPACE, resources, exempt=[Exemption(**each) for each in told["exempt"]])
    assert [sentence for _, sentence in found] == []
