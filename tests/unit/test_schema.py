"""Editors check a stack file with the same rules as the program."""

import copy
import json
import pathlib
from typing import Any

import jsonschema
import pytest
import yaml

from components import bases
from evaluation import schema, stack_files
from tests import editor, stack_file


def complaints(spec: Any, **beside: Any) -> list[str]:
    config = {"pulsar:spec": spec, **{f"pulsar:{key}": value for key, value in beside.items()}}
    return [error.message for error in editor.STACK_FILE.iter_errors({"config": config})]


def test_the_committed_schema_is_what_the_model_says():
    assert schema.complaints() == []


def test_a_stale_schema_says_how_to_write_it_again(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]):
    assert schema.main([], tmp_path) == 0
    (tmp_path / "schema.json").write_text("{}")
    capsys.readouterr()

    assert schema.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == (
        "schema.json is not what the model says any more. Write it again with `python -m evaluation.schema`.\n"
    )


def test_a_written_schema_is_up_to_date(tmp_path: pathlib.Path):
    assert schema.main([], tmp_path) == 0
    assert schema.main(["--check"], tmp_path) == 0


def test_the_schema_is_a_schema():
    for text in schema.texts().values():
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("stack", stack_files.names())
def test_every_stack_file_satisfies_it(stack: str):
    config = copy.deepcopy(stack_files.read(stack))

    assert [error.message for error in editor.STACK_FILE.iter_errors({"config": config})] == []


def test_an_editor_shows_what_every_setting_means():
    parts = json.loads(schema.text())["$defs"]
    silent = [
        f"{name}.{setting}"
        for name, part in parts.items()
        for setting, says in part.get("properties", {}).items()
        if "description" not in says
    ]

    assert silent == []


WRONG = {
    "an unknown setting": {"pulsar.brokr": {}},
    "an unknown setting far down": {"pulsar.bookkeeper.journal.siz": "1Gi"},
    "a choice that doesn't exist": {"pulsar.jvm": "compat"},
    "a text as a number": {"pulsar.broker.replicas": "3"},
    "a size without a unit": {"pulsar.bookkeeper.ledgers": {"size": 4}},
    "a decimal size": {"pulsar.bookkeeper.ledgers": {"size": "4G"}},
    "no replicas": {"pulsar.broker.replicas": 0},
    "a name in capitals": {"pulsar.name": "Events"},
    "a name that is too long": {"pulsar.name": "e" * 40},
    "a port that nodes don't serve": {
        "pulsar.proxy.service": {"type": "NodePort", "node_ports": {"pulsar": 1, "http": 30000}}
    },
    "a word as processors": {"pulsar.broker.cpu": "two"},
    "a setting of another variant": {"pulsar.websocket": {"run_in": "proxy", "replicas": 2}},
    "no version": {"pulsar.version": stack_file.LEFT_OUT},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_an_editor_marks_what_the_program_would_refuse(changes: dict[str, Any]):
    assert complaints(stack_file.raw(changes))


RIGHT = {
    "the smallest file": {},
    "a variant that isn't named": {"pulsar.autorecovery": {"replicas": 3}},
    "numbers and truths in a conf file": {"pulsar.broker.config": {"a": 1, "b": True, "c": "d", "e": ""}},
    "processors as a number": {"pulsar.broker.cpu": 0.5},
}


@pytest.mark.parametrize("changes", RIGHT.values(), ids=RIGHT)
def test_an_editor_accepts_what_the_program_accepts(changes: dict[str, Any]):
    stack_file.spec(changes)

    assert complaints(stack_file.raw(changes)) == []


def test_a_kubeconfig_in_the_clear_and_a_mistyped_key_are_marked():
    assert complaints(stack_file.raw(), kubeconfig={"secure": "AAAB"}) == []
    assert complaints(stack_file.raw(), kubeconfig="in the clear")
    assert complaints(stack_file.raw(), kubecofnig={"secure": "AAAB"})


def test_an_editor_lets_a_file_that_extends_a_base_leave_out_what_the_base_says():
    assert complaints({"extends": "base/production.yaml", "pulsar": {"broker": {"replicas": 5}, "demo": None}}) != []
    assert complaints({"extends": "base/production.yaml", "pulsar": {"broker": {"replicas": 5}}}) == []
    assert complaints({"extends": ["base/a.yaml"], "pulsar": {"websocket": None}}) == []
    assert complaints({"pulsar": {"broker": {"replicas": 5}}}) != []


@pytest.mark.parametrize(
    "spec",
    [
        {"pulsar": {"brokr": {}}},
        {"pulsar": {"broker": {"replicas": 0}}},
        {"extends": "../x.yaml"},
        {"extends": "/x.yaml"},
    ],
)
def test_an_editor_marks_mistakes_in_a_base_too(spec: dict[str, Any]):
    assert list(editor.BASE.iter_errors(spec))
    assert complaints({"extends": "base/production.yaml", **spec})


def test_every_spec_of_the_project_may_stand_in_a_base():
    specs = [stack_files.read(name)["pulsar:spec"] for name in stack_files.names()]
    specs += [yaml.safe_load(path.read_text()) for path in (bases.FOLDER / "base").glob("*.yaml")]

    assert [error.message for spec in specs for error in editor.BASE.iter_errors(spec)] == []
