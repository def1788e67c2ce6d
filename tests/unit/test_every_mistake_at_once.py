"""One run tells all that is wrong, in the reader's words; nobody fixes a file one error at a time."""

import json
from typing import Any

import pulumi
import pytest

from components import mistakes, stack
from tests import stack_file

TEN = {
    "cluster.contxt": "staging",
    "pulsar.name": "Events",
    "pulsar.keep_data": "yes",
    "pulsar.password": "x",
    "pulsar.metadata": {"replicas": 2},
    "pulsar.bookkeeper": {"replicas": 2, "ensemble": 3, "ledgers": {"size": "200G"}},
    "pulsar.broker": {"replicas": "3", "memory": {"heap": "4Gi", "direct": "4Gi", "limit": "6Gi"}},
    "pulsar.proxy": {"service": {"type": "NodePort", "node_ports": {"pulsar": 30080, "http": 30080}}},
    "pulsar.websocket": {"run_in": "pod"},
    "pulsar.broker.config": {"clusterName": "other"},
}
PLACES = [
    "cluster.contxt",
    "pulsar.bookkeeper.ledgers.size",
    "pulsar.bookkeeper.replicas",
    "pulsar.broker.config.clusterName",
    "pulsar.broker.memory.limit",
    "pulsar.broker.replicas",
    "pulsar.keep_data",
    "pulsar.metadata.replicas",
    "pulsar.name",
    "pulsar.password",
    "pulsar.proxy.service.node_ports",
    "pulsar.websocket",
]


def refusal(raw: Any) -> mistakes.NotADeployment:
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(raw, "test")
    return refused.value


def test_a_dozen_mistakes_are_told_in_one_run():
    error = refusal(stack_file.raw(TEN))

    assert [".".join(map(str, where)) for where, _ in error.found] == PLACES


def test_a_mistake_is_told_once_and_its_consequences_are_not():
    error = refusal(stack_file.raw({"pulsar.bookkeeper": {"ensemble": "five", "replicas": 1}}))

    assert [".".join(map(str, where)) for where, _ in error.found] == ["pulsar.bookkeeper.ensemble"], (
        "A sentence about an ensemble of three would speak of a default that nobody wrote."
    )


def test_no_message_speaks_of_the_library_that_found_it():
    text = str(refusal(stack_file.raw(TEN)))

    jargon = ("pydantic", "Traceback", "validation error", "Input should", "type=", "ValidationError", "NoneType")
    assert not [word for word in jargon if word in text]


EMPTY = "is missing or empty. The key pulsar:spec holds cluster and pulsar: start from stacks/Pulumi.local.yaml."
WHOLE = {
    "nothing": (None, EMPTY),
    "an empty mapping": ({}, EMPTY),
    "a list": ([1], "is a list, and must be a mapping with cluster and pulsar. See stacks/Pulumi.local.yaml."),
    "a text": (
        "pulsar",
        "is the text 'pulsar', and must be a mapping with cluster and pulsar. See stacks/Pulumi.local.yaml.",
    ),
    "a number": (4, "is 4, and must be a mapping with cluster and pulsar. See stacks/Pulumi.local.yaml."),
    "a truth": (True, "is true, and must be a mapping with cluster and pulsar. See stacks/Pulumi.local.yaml."),
}


@pytest.mark.parametrize(("raw", "sentence"), WHOLE.values(), ids=WHOLE)
def test_a_spec_that_is_no_mapping_is_told_what_it_must_be(raw: Any, sentence: str):
    assert str(refusal(raw)) == (
        f"stacks/Pulumi.test.yaml does not describe a deployment. Nothing was changed.\n  spec: {sentence}"
    )


@pytest.mark.parametrize("configured", [{}, {"pulsar:spec": "{broken"}, {"pulsar:spec": json.dumps([1])}])
def test_the_program_ends_with_a_sentence_and_without_a_traceback(configured: dict[str, str]):
    pulumi.runtime.set_all_config(configured)

    with pytest.raises(pulumi.RunError) as refused:
        stack.load(pulumi.Config("pulsar"))

    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
