"""The how-to lists the rules as they are."""

import pathlib

import pytest

from policies import reference
from policies.rules import RULES


def test_the_page_lists_every_rule_as_it_is():
    assert reference.main(["--check"]) == 0

    page = reference.PATH.read_text()
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.level} |" in page


def test_a_stale_page_says_how_to_write_it_again(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "policies.md"
    path.write_text(f"{reference.BEGIN}\n{reference.END}\n")

    assert reference.main(["--check"], path) == 1
    assert "python -m policies.reference" in capsys.readouterr().err
    assert reference.main([], path) == 0
    assert reference.main(["--check"], path) == 0
