"""What several environments share is written once, and the file that extends it wins."""

import pathlib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components import bases, stack
from components.mistakes import NotADeployment
from evaluation import explain, stack_files
from tests import stack_file

SMALLEST = stack_file.raw()


@pytest.fixture
def write(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    """Bases in a folder of the test's own: `write("base/a.yaml", {…})`."""
    (tmp_path / "stacks").mkdir()
    monkeypatch.setattr(bases, "FOLDER", tmp_path / "stacks")

    def write(name: str, content: Any) -> None:
        path = bases.FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))

    return write


def refusal(spec: Any) -> str:
    with pytest.raises(NotADeployment) as refused:
        stack.read(spec, "dev")
    return str(refused.value)


def mistakes(spec: Any) -> list[str]:
    return [line.strip() for line in refusal(spec).splitlines()[1:]]


def test_a_stack_file_changes_what_its_base_says_and_keeps_the_rest(write):
    write("base/production.yaml", stack_file.raw({"pulsar.broker": {"replicas": 5, "cpu": 2}}))

    spec = stack.read({"extends": "base/production.yaml", "pulsar": {"broker": {"replicas": 7}}}, "dev")

    assert spec == stack_file.spec({"pulsar.broker": {"replicas": 7, "cpu": 2}})


def test_a_list_is_replaced_and_not_added_to():
    assert bases.over({"a": [1, 2], "b": 1}, {"a": [3]}) == {"a": [3], "b": 1}


def test_an_empty_mapping_turns_a_part_on_and_takes_nothing_out():
    assert bases.over({"a": {"b": 1}}, {"a": {}, "c": {}}) == {"a": {"b": 1}, "c": {}}


def test_null_takes_out_what_the_base_says_so_that_the_default_holds(write):
    write("base/a.yaml", stack_file.raw({"pulsar.broker.replicas": 5, "operators.function_mesh": {}}))

    spec = stack.read({"extends": "base/a.yaml", "pulsar": {"broker": {"replicas": None}}, "operators": None}, "dev")

    assert spec == stack_file.spec()


def test_of_several_bases_the_later_one_wins_and_a_base_may_extend_another(write):
    write("base/all.yaml", stack_file.raw({"pulsar.name": "all", "pulsar.broker.replicas": 4, "pulsar.namespace": "a"}))
    write("base/cloud.yaml", {"extends": "base/all.yaml", "pulsar": {"name": "cloud", "broker": {"replicas": 5}}})
    write("base/large.yaml", {"extends": "base/all.yaml", "pulsar": {"broker": {"replicas": 9}}})

    spec = stack.read({"extends": ["base/cloud.yaml", "base/large.yaml"]}, "dev")

    assert (spec.pulsar.name, spec.pulsar.namespace, spec.pulsar.broker.replicas) == ("cloud", "a", 9), (
        "What both extend lies below both: it takes nothing back that one of them changed."
    )


def test_words_and_numbers_mean_in_a_base_what_they_mean_in_a_stack_file(write):
    write("a.yaml", "pulsar: {broker: {config: {a: yes, b: 1:30, 7: true}}}\n")

    spec = stack.read({"extends": "a.yaml", **SMALLEST}, "dev")

    assert dict(spec.pulsar.broker.config) == {"a": "yes", "b": "1:30", "7": "true"}


def test_a_mistake_names_the_base_that_it_must_be_put_right_in(write):
    write("base/a.yaml", stack_file.raw({"pulsar.broker.replicas": 0, "pulsar.proxy.replicas": 0}))

    told = mistakes({"extends": "base/a.yaml", "pulsar": {"proxy": {"replicas": -1}}})

    assert told == [
        "spec.pulsar.broker.replicas (stacks/base/a.yaml): 0 is too small. Use at least 1.",
        "spec.pulsar.proxy.replicas: -1 is too small. Use at least 1.",
    ]


def test_bases_that_go_in_a_circle_are_told_with_the_circle(write):
    write("base/a.yaml", {"extends": "base/b.yaml"})
    write("base/b.yaml", {"extends": ["base/a.yaml"]})

    assert mistakes({"extends": "base/a.yaml", **SMALLEST}) == [
        "spec.extends.0 (stacks/base/b.yaml): goes in a circle: base/a.yaml → base/b.yaml → base/a.yaml. "
        "Take one of them out."
    ]


def test_a_base_that_does_not_exist_is_told_which_do(write):
    write("base/production.yaml", SMALLEST)

    assert mistakes({"extends": ["base/prodution.yaml", 4], **SMALLEST}) == [
        "spec.extends.0: there is no stacks/base/prodution.yaml. Those that exist: base/production.yaml. "
        "Did you mean base/production.yaml?",
        "spec.extends.1: is 4, and must be a file in stacks/, or a list of them.",
    ]


@pytest.mark.parametrize(
    "name", ["../secret.yaml", "/etc/passwd.yaml", "base/../../secret.yaml", "base/./a.yaml", "out.yaml"]
)
def test_no_file_outside_of_the_stacks_is_read(write, name: str):
    write("base/a.yaml", SMALLEST)
    write("../secret.yaml", "password: hunter2")
    (bases.FOLDER / "out.yaml").symlink_to(bases.FOLDER.parent / "secret.yaml")

    (told,) = mistakes({"extends": name, **SMALLEST})

    assert "is not a plain path below stacks/. Write it as it is called from stacks/: base/production.yaml." in told
    assert "hunter2" not in told


BAD = {
    "a stack file": ("Pulumi.x.yaml", "{}", "'Pulumi.x.yaml' is a stack file, and a base is a file of its own."),
    "a list": ("a.yaml", "[1]", "stacks/a.yaml is a list, and must hold what stands under pulsar:spec"),
    "nothing": ("a.yaml", "", "stacks/a.yaml is empty, and must hold what stands under pulsar:spec"),
    "a configuration": ("a.yaml", "config: {}", "stacks/a.yaml has `config:`, and must hold what stands under"),
    "no YAML": ("a.yaml", "a: {", "stacks/a.yaml is not YAML at line 1"),
    "a key twice": ("a.yaml", "a: 1\na: 2\n", "stacks/a.yaml is not YAML at line 2, column 1: a stands there twice."),
    "a value without an end": ("a.yaml", "a: &a [*a]", "stacks/a.yaml is not YAML at line 1"),
    "bytes": ("a.yaml", "a: !!binary AAAA", "stacks/a.yaml holds what is no text, number"),
}


@pytest.mark.parametrize(("name", "content", "sentence"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_base_says_why(write, name: str, content: str, sentence: str):
    write(name, content)

    (told,) = mistakes({"extends": name, **SMALLEST})

    assert sentence in told


def test_a_mistyped_extends_is_told_instead_of_all_that_is_missing_without_it():
    assert mistakes({"extend": "base/a.yaml"}) == ["spec.extend: is not a setting. Did you mean extends?"]


def test_a_secret_in_a_base_is_refused_also_where_the_stack_file_replaces_it(write):
    key = f"-----BEGIN {'PRIVATE'} KEY-----"
    write("base/a.yaml", {"pulsar": {"broker": {"config": {"replaced": {"secure": "v1:a:b"}, "x": key}}}})

    told = refusal({"extends": "base/a.yaml", **stack_file.raw({"pulsar.broker.config": {"replaced": None}})})

    assert "spec.pulsar.broker.config.replaced (stacks/base/a.yaml): is a secret, and the spec holds none" in told
    assert "spec.pulsar.broker.config.x (stacks/base/a.yaml): holds what looks like a key" in told
    assert "BEGIN" not in told


def test_explain_names_the_file_that_each_value_comes_from(write):
    write("base/a.yaml", {"pulsar": {"broker": {"replicas": 5, "config": {"a": 1, "b": 2}}, "proxy": {"replicas": 4}}})
    raw = {"extends": "base/a.yaml", **stack_file.raw({"pulsar.broker.config": {"b": 3}})}
    raw["pulsar"]["proxy"] = None

    found = {line.path: line.source for line in explain.explain("dev", raw) if line.section == explain.SETTINGS}

    assert found["pulsar.broker.replicas"] == "base/a.yaml"
    assert found["pulsar.broker.config.a"] == "base/a.yaml"
    assert found["pulsar.broker.config.b"] == "stack file"
    assert found["pulsar.version"] == "stack file"
    assert found["pulsar.proxy.replicas"] == "default"


@pytest.mark.parametrize("path", sorted((stack_files.FOLDER / "base").rglob("*.yaml")), ids=lambda path: path.name)
def test_every_base_of_the_project_is_extended(path: pathlib.Path):
    name = path.relative_to(stack_files.FOLDER).as_posix()
    used = {
        layer.file
        for each in stack_files.names()
        for layer in bases.merge(stack_files.read(each)[stack_files.SPEC]).layers
    }

    assert name in used


KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2)
SPECS = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3)), max_size=3
)


def leaves(spec: Any, where: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(spec, dict):
        return {where: spec}
    return {path: value for key, inner in spec.items() for path, value in leaves(inner, (*where, key)).items()}


@given(SPECS, SPECS)
def test_whatever_the_upper_file_says_holds(lower: dict[str, Any], upper: dict[str, Any]):
    merged = leaves(bases.over(lower, upper))

    for where, value in leaves(upper).items():
        assert value == merged[where] if value is not None else where not in merged


@given(SPECS, SPECS)
def test_whatever_the_upper_file_does_not_speak_of_stays(lower: dict[str, Any], upper: dict[str, Any]):
    lower, said = bases.over({}, lower), set(leaves(upper))
    merged = leaves(bases.over(lower, upper))

    for where, value in leaves(lower).items():
        if not any(each[: len(where)] == where or where[: len(each)] == each for each in said):
            assert merged[where] == value


@given(SPECS, SPECS)
def test_nothing_is_in_the_merged_value_that_neither_file_says(lower: dict[str, Any], upper: dict[str, Any]):
    said = [*leaves(lower).items(), *leaves(upper).items()]

    assert all(each in said for each in leaves(bases.over(lower, upper)).items())


@given(SPECS)
def test_to_say_the_same_again_changes_nothing(spec: dict[str, Any]):
    once = bases.over({}, spec)

    assert bases.over(once, once) == once
