"""Rules about the source itself that keep it readable and quick to load."""

import ast
import pathlib
import subprocess
import sys

from tests.conftest import PROJECT

LONGEST_FILE = 300
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
CLOUDS = ("pulumi_aws", "pulumi_eks", "pulumi_gcp", "pulumi_azure_native", "boto3", "google.cloud", "azure")
FOLDERS = ("components", "evaluation", "local", "policies", "provider", "review", "tests")


def sources(*folders: str) -> list[pathlib.Path]:
    found = [path for folder in folders for path in (PROJECT / folder).rglob("*.py")]
    return sorted(path for path in found if not {".venv", ".cache"} & set(path.parts))


def imported(path: pathlib.Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def test_reading_a_stack_file_loads_no_cloud_s_sdk():
    program = "import sys; import components.stack; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert [name for name in loaded if name.startswith(CLOUDS)] == [], "Every preview would wait seconds for it."


def test_the_library_knows_nothing_of_the_local_tools_the_tests_or_the_evaluation():
    outside = {"local", "tests", "evaluation"}
    wrong = {
        str(path.relative_to(PROJECT)): sorted(names)
        for path in sources("components")
        if (names := {name for name in imported(path) if name.partition(".")[0] in outside})
    }

    assert wrong == {}


def test_only_components_and_the_evaluation_know_pulumi_s_runtime():
    wrong = [str(path.relative_to(PROJECT)) for path in sources("local") if "pulumi_kubernetes" in imported(path)]

    assert wrong == []


def test_a_file_is_read_in_one_sitting():
    long = {
        str(path.relative_to(PROJECT)): lines
        for path in [PROJECT / "__main__.py", *sources(*FOLDERS)]
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_a_module_s_name_says_what_is_in_it():
    vague = [str(path.relative_to(PROJECT)) for path in sources(*FOLDERS) if VAGUE & {path.stem, path.parent.name}]

    assert vague == []
