"""The page that explains the stack file says what the program does."""

import re

import pytest

from components import mistakes, stack
from evaluation import reference, stack_files
from tests import stack_file
from tests.conftest import PROJECT

PAGE = (PROJECT / "docs" / "howto" / "stack-file.md").read_text()


def test_the_page_lists_every_setting_as_the_model_has_it(capsys: pytest.CaptureFixture[str]):
    assert reference.main(["--check"]) == 0, capsys.readouterr().err


def test_no_setting_is_without_a_meaning():
    rows = [line for line in reference.tables().splitlines() if line.startswith("| `")]

    assert len(rows) > 40
    assert [row for row in rows if re.search(r"\|\s*\|$", row)] == []


def test_the_smallest_file_of_the_page_deploys(tmp_path):
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    (tmp_path / "Pulumi.dev.yaml").write_text(example[1])

    assert stack.read(stack_files.read("dev", tmp_path)[stack_files.SPEC], "dev").pulsar.bookkeeper.replicas == 3


def test_the_mistakes_on_the_page_are_told_as_it_says():
    wrong = {"pulsar.bookkeeper": {"replicas": 2, "ensemble": 3, "ledgers": {"size": "200G"}}, "pulsar.brokr": {}}

    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw(wrong), "example")

    assert f"```text\n{refused.value}\n```" in PAGE
