"""A report as people read it: nothing in it is cut, painted over, or read as something else than text."""

import pytest

from review import writing
from review.changes import Change, Field
from review.findings import Finding
from review.report import Report
from review.risk import Risk

LONG = "Brokers roll, " + "one after another, " * 20 + "and that is all."


def report(sentence: str, *changes: Change) -> Report:
    return Report("onprem", "0" * 40, [Finding(Risk.ROLLS, "pulsar.broker.cpu", sentence)], changes=changes)


def broker(replicas: int) -> Change:
    return Change(
        "update",
        "kubernetes:apps/v1:StatefulSet",
        "events-broker",
        {},
        {},
        (Field("spec.replicas", 3, replicas),),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("def __init__(self)", r"def \_\_init\_\_(self)"),
        ("a * b * c", r"a \* b \* c"),
        ("<img src=x>", "&lt;img src=x>"),
        ("[here](https://example.com)", r"[here]\(https://example.com)"),
        ("@everyone", "@<!-- -->everyone"),
        ("see #12", "see #<!-- -->12"),
    ],
)
def test_a_value_in_a_pull_request_is_text_and_nothing_else(value: str, text: str):
    assert text in writing.markdown(report(f"The brokers are told {value}."))


@pytest.mark.parametrize("text", ["with `an __up__ of its own`", "ack_quorum 2", "pulsar@sha256:0", "[a, b] (2 zones)"])
def test_what_means_nothing_to_markdown_stays_as_it_is(text: str):
    assert text in writing.markdown(report(f"The brokers roll {text}."))


def test_lines_are_as_wide_as_the_terminal_and_no_word_is_cut():
    text = writing.terminal(report(LONG), width=60)

    assert max(map(len, text.splitlines())) <= 60
    assert " ".join(LONG.split()) in " ".join(text.split())


def test_without_a_terminal_a_finding_is_one_line_for_those_who_search_it():
    assert f"  pulsar.broker.cpu: {LONG}" in writing.terminal(report(LONG)).splitlines()


def test_the_terminal_lists_the_fields_when_it_is_asked_for_them():
    told = report("The brokers roll.", broker(4))

    assert "spec.replicas" not in writing.terminal(told)
    assert "1 field differs: --fields lists it." in writing.terminal(told)
    assert "  StatefulSet events-broker: spec.replicas: 3 → 4" in writing.terminal(told, fields=True)


def test_colours_are_only_there_when_they_are_asked_for():
    told = report("The brokers roll.")

    assert "\033[" not in writing.terminal(told)
    assert "\033[1mpulsar.broker.cpu\033[0m: The brokers roll." in writing.terminal(told, colour=True)


def test_drift_is_never_told_as_harmless():
    proxies = Change(
        "update",
        "kubernetes:apps/v1:Deployment",
        "events-proxy",
        {},
        {},
        (Field("spec.replicas", 0, 2),),
    )
    text = writing.markdown(Report("onprem", "what runs", [], changes=[proxies], source="drift"))

    assert "### 🟡 onprem: What runs is not what the stack file says. To bring it back: 1 changed." in text
    assert "armless" not in text
