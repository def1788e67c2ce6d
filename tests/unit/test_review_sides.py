"""Both sides of a change: each is what its own files say, and a program that breaks is named."""

import pathlib
import shutil
import subprocess

import pytest

from evaluation import stack_files
from local.paths import PROJECT
from local.problem import Problem
from review import history, probe, sides

COMMIT = "0" * 40


@pytest.fixture
def earlier(tmp_path: pathlib.Path) -> pathlib.Path:
    """The stack files of another time."""
    shutil.copytree(stack_files.FOLDER, tmp_path / "stacks")
    return tmp_path


def change(folder: pathlib.Path, file: str, old: str, new: str) -> None:
    path = folder / "stacks" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def settings_that_differ(before: sides.Side, after: sides.Side) -> set[str]:
    return {path for path, value in after.settings.items() if before.settings.get(path) != value}


def test_a_stack_file_of_another_time_is_what_it_was_then(earlier: pathlib.Path):
    change(earlier, "Pulumi.onprem.yaml", "replicas: 3", "replicas: 5")

    before, after = sides.both("onprem", sides.Base(COMMIT, earlier, same_program=True))

    assert "pulsar.broker.replicas" in settings_that_differ(before, after)


def test_a_base_of_another_time_is_what_it_was_then(earlier: pathlib.Path):
    name = next((earlier / "stacks" / "base").glob("*.yaml")).name
    change(earlier, f"base/{name}", "heap: 4Gi", "heap: 3Gi")

    before, after = sides.both("hybrid-cloud", sides.Base(COMMIT, earlier, same_program=True))

    assert any(path.endswith("memory.heap") for path in settings_that_differ(before, after))
    assert sorted(before.given) == sorted(after.given)


def test_a_program_of_another_time_runs_in_a_process_of_its_own_and_says_the_same():
    before, after = sides.both("local", sides.Base(COMMIT, PROJECT, same_program=False))

    # The program registers what doesn't wait for each other in any order.
    assert {(each.type, each.name): each for each in before.resources} == {
        (each.type, each.name): each for each in after.resources
    }
    assert before.settings == after.settings


def test_a_base_that_was_missing_then_is_a_mistake_of_then(earlier: pathlib.Path):
    shutil.rmtree(earlier / "stacks" / "base")

    before, after = sides.both("hybrid-cloud", sides.Base(COMMIT, earlier, same_program=True))

    assert before.mistakes
    assert not after.mistakes


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("stacks/Pulumi.aws.yaml", True),
        ("stacks/base/region.yaml", True),
        ("docs/howto/review.md", True),
        (".github/workflows/review.yml", True),
        ("stacks/functions/mood.py", False),
        ("components/pulsar/broker.py", False),
        ("examples/functions/python/mood.py", False),
        ("requirements.lock", False),
        ("review/probe.py", False),
    ],
)
def test_the_same_program_is_one_of_which_nothing_changed(path: str, *, same: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "left", lambda base: COMMIT)
    monkeypatch.setattr(history, "changed", lambda commit: ["README.md", path])
    monkeypatch.setattr(history, "extract", lambda commit, into, *paths: None)

    with sides.checkout("main") as base:
        assert base.same_program is same


def test_a_program_that_breaks_is_named_with_its_error(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise TypeError("Broker() takes no arguments")

    monkeypatch.setattr(probe, "probe", broken)

    with pytest.raises(Problem, match=r"What onprem was before can't be evaluated: TypeError: Broker\(\)"):
        sides.both("onprem", sides.Base(COMMIT, PROJECT, same_program=True))


def test_a_program_of_another_time_that_breaks_is_named_too(tmp_path: pathlib.Path):
    with pytest.raises(Problem, match="What local was before can't be evaluated: ModuleNotFoundError"):
        sides.both("local", sides.Base(COMMIT, tmp_path, same_program=False))


def test_what_a_program_prints_is_not_in_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(probe, "probe", lambda *_, **__: print("hello") or {"absent": True})

    sides.both("onprem", sides.Base(COMMIT, PROJECT, same_program=True))

    assert capsys.readouterr().out == ""


def test_the_files_of_a_commit_are_those_that_git_has(tmp_path: pathlib.Path):
    history.extract("HEAD", tmp_path, "stacks", "no-such-folder")

    assert [path.name for path in tmp_path.iterdir()] == ["stacks"]
    assert (tmp_path / "stacks" / "Pulumi.aws.yaml").is_file()


def test_the_files_of_a_commit_are_all_that_its_program_needs(tmp_path: pathlib.Path):
    history.extract("HEAD", tmp_path)

    before, _ = sides.both("aws", sides.Base(COMMIT, tmp_path, same_program=False))

    assert before.resources
    assert not (tmp_path / "tests").exists()


def test_files_that_git_cannot_give_are_an_error(tmp_path: pathlib.Path):
    with pytest.raises(subprocess.CalledProcessError):
        history.extract("no-such-commit", tmp_path)
