"""A stack file that can't be read at all says where and why."""

import pathlib

import pytest

from components.mistakes import NotADeployment
from evaluation import stack_files

SPEC = "\n  pulsar:spec: {cluster: {provider: existing}}\n"
CASES = {
    "an empty file": (
        "",
        "stacks/Pulumi.dev.yaml is empty. It needs `config:` with pulsar:spec; stacks/Pulumi.local.yaml is an example.",
    ),
    "a list": ("- a\n", "stacks/Pulumi.dev.yaml is a list, and must be a mapping that starts with `config:`."),
    "a text": ("a\n", "stacks/Pulumi.dev.yaml is the text 'a', and must be a mapping that starts with `config:`."),
    "no configuration": (
        "a: 1\n",
        "stacks/Pulumi.dev.yaml has no `config:`, under which pulsar:spec stands.",
    ),
    "a mistyped configuration": (
        "confg:" + SPEC,
        "stacks/Pulumi.dev.yaml has no `config:`, under which pulsar:spec stands. Is 'confg' meant to be it?",
    ),
    "an empty configuration": (
        "config:\n",
        "`config:` in stacks/Pulumi.dev.yaml is empty, and must be a mapping that holds pulsar:spec.",
    ),
    "a mistyped key": (
        "config:\n  pulsar:spce: {}\n",
        "`config:` in stacks/Pulumi.dev.yaml has no pulsar:spec, which holds the whole deployment. "
        "Is 'pulsar:spce' meant to be it?",
    ),
    "a key without the project": (
        "config:\n  spec: {}\n",
        "`config:` in stacks/Pulumi.dev.yaml has no pulsar:spec, which holds the whole deployment. "
        "Is 'spec' meant to be it?",
    ),
    "a tab": (
        "config:\n\tpulsar:spec: {}\n",
        "stacks/Pulumi.dev.yaml is not YAML at line 2, column 1: found character '\\t' that cannot start any token.",
    ),
    "an open bracket": (
        "config: {a: [1}\n",
        "stacks/Pulumi.dev.yaml is not YAML at line 1, column 15: expected ',' or ']', but got '}'.",
    ),
    "a setting that stands there twice": (
        "config:\n  pulsar:spec:\n    cluster: {}\n    cluster: {}\n",
        "stacks/Pulumi.dev.yaml is not YAML at line 4, column 5: cluster stands there twice.",
    ),
    "a character that no text has": (
        "config: \x00\n",
        "stacks/Pulumi.dev.yaml is not YAML: it holds the character U+0000, which YAML does not allow, at position 8.",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), CASES.values(), ids=CASES)
def test_a_file_that_holds_no_stack_says_what_it_needs(tmp_path: pathlib.Path, content: str, sentence: str):
    (tmp_path / "Pulumi.dev.yaml").write_text(content)

    with pytest.raises(NotADeployment) as refused:
        stack_files.read("dev", tmp_path)

    assert str(refused.value) == sentence


def test_a_stack_that_does_not_exist_is_told_which_do(tmp_path: pathlib.Path):
    for name in ("local", "onprem"):
        (tmp_path / f"Pulumi.{name}.yaml").touch()

    with pytest.raises(NotADeployment) as refused:
        stack_files.read("onpremise", tmp_path)

    assert str(refused.value) == (
        "There is no stack onpremise: stacks/Pulumi.onpremise.yaml does not exist. "
        "Those that exist: local, onprem. Did you mean onprem?"
    )


def test_a_stack_name_reaches_no_file_outside_of_the_folder(tmp_path: pathlib.Path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.x.yaml").write_text("config:" + SPEC)

    with pytest.raises(NotADeployment, match=r"^There is no stack \.\./Pulumi"):
        stack_files.read("../Pulumi.x", tmp_path / "stacks")


def test_words_and_dates_are_read_as_the_engine_reads_them(tmp_path: pathlib.Path):
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  pulsar:spec: {a: yes, b: on, c: 2026-01-01, d: true, e: 1:30, f: 30080, g: 0.5}\n"
    )

    read = stack_files.read("dev", tmp_path)["pulsar:spec"]

    assert read == {"a": "yes", "b": "on", "c": "2026-01-01", "d": True, "e": "1:30", "f": 30080, "g": 0.5}


def test_every_stack_file_of_the_project_can_be_read():
    assert {"local", "onprem"} <= set(stack_files.names())
    assert all(stack_files.SPEC in stack_files.read(name) for name in stack_files.names())
