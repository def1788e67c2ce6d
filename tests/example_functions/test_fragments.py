"""The parts of stack files in `examples`: whoever copies one gets a stack that deploys."""

import fnmatch
import pathlib
import re

import pytest
import yaml

from components.tenancy import code
from components.tenancy.functions import AnyFunctionSpec
from local import example_functions
from local.paths import PROJECT
from tests import stack_file
from tests.example_functions.loading import load

EXAMPLES = PROJECT / "examples"
FRAGMENTS = sorted([*(EXAMPLES / "stacks").glob("*.yaml"), *(EXAMPLES / "connectors").glob("*.yaml")])


@pytest.fixture(autouse=True)
def built(tmp_path, monkeypatch):
    """A project in which `make functions` was run: nothing is compiled here."""
    (tmp_path / "examples").mkdir()
    for folder in ("functions", "connectors"):
        (tmp_path / "examples" / folder).mkdir()
    for source in (EXAMPLES / "functions").iterdir():
        if source.name != "build":
            (tmp_path / "examples" / "functions" / source.name).symlink_to(source)
    built = tmp_path / example_functions.BUILD.relative_to(PROJECT)
    built.mkdir()
    for artifact in example_functions.ARTIFACTS:
        (built / artifact.file).write_bytes(b"built")
    monkeypatch.setattr(code, "PROJECT", tmp_path)


def read(fragment: pathlib.Path):
    worker = {"pulsar.functions": {"run_in": "brokers"}, "pulsar.metadata": {"store": "zookeeper"}}
    return stack_file.spec({"operators.function_mesh": {}, **worker, **yaml.safe_load(fragment.read_text())})


def test_every_kind_of_example_is_there():
    assert {fragment.stem for fragment in FRAGMENTS} >= {
        *("functions", "mongodb", "mysql", "kafka", "jdbc", "elasticsearch")
    }


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda fragment: fragment.stem)
def test_a_part_of_a_stack_file_is_one(fragment):
    stack = read(fragment)

    assert stack.functions or stack.connectors or stack.tenants


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda fragment: fragment.stem)
def test_no_example_has_a_password_in_it(fragment):
    for name, connector in read(fragment).connectors.items():
        assert not [key for key in connector.config if re.search("(?i)password|uri$|token", key)], name


@pytest.mark.parametrize("function", [f for p in FRAGMENTS for f in yaml.safe_load(p.read_text()).get("functions", {})])
def test_the_class_of_an_example_is_in_its_package(function):
    [spec] = [s.functions[function] for s in map(read, FRAGMENTS) if function in s.functions]
    assert isinstance(spec, AnyFunctionSpec)
    package = pathlib.PurePath(spec.package)
    if spec.language == "python":
        module, _, name = spec.entry.rpartition(".")
        assert hasattr(load(package.stem if package.suffix == ".zip" else package.parent.name, module), name)
    elif spec.language == "java":
        source = f"{package.stem}/src/main/java/{spec.entry.replace('.', '/')}.java"
        assert (EXAMPLES / "functions" / source).is_file()


def test_every_example_function_is_shown_in_a_stack_file():
    packages = [spec.package for fragment in FRAGMENTS for spec in read(fragment).functions.values()]
    for folder in (EXAMPLES / "functions").iterdir():
        if folder.name != "build":
            assert fnmatch.filter(packages, f"*/{folder.name}*"), f"{folder.name} is in no example."
