"""The workflows of a pull request, run step by step against a repository of their own and a forge that is none."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from local.paths import PROJECT
from review.writing import mark
from tests import forges

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((PROJECT / ".github" / "actions").glob("*/action.yml"))
_PINNED = re.compile(r"(\./|[-\w]+/[-\w]+@[0-9a-f]{40}$)")


def content(path: pathlib.Path) -> dict[str, Any]:
    # `on` is a word there, and true in YAML 1.1.
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text


def jobs(path: pathlib.Path) -> dict[str, Any]:
    return content(path)["jobs"]


def steps(path: pathlib.Path) -> Iterator[dict[str, Any]]:
    for job in jobs(path).values() if "jobs" in content(path) else [content(path)["runs"]]:
        yield from job["steps"]


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_others_wrote_is_pinned_by_its_commit_and_nothing_untrusted_is_pasted_into_a_script(path: pathlib.Path):
    for step in steps(path):
        assert _PINNED.match(step.get("uses", "./")), f"{step['uses']} can be another program tomorrow."
        assert "${{" not in step.get("run", ""), "An expression in a script is code that a pull request can write."
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_starts_with_no_permission_and_ends_after_a_time(path: pathlib.Path):
    assert content(path)["permissions"] == {}
    assert all("timeout-minutes" in job for job in jobs(path).values())


def test_what_a_pull_request_may_change_sees_no_secret_and_may_write_nothing():
    for name in ("review.yml", "checks.yml"):
        path = PROJECT / ".github" / "workflows" / name
        assert "secrets." not in path.read_text()
        assert all(job["permissions"] == {"contents": "read"} for job in jobs(path).values())


def test_no_cloud_is_reached_with_a_key_that_lasts():
    text = "".join(path.read_text() for path in (*WORKFLOWS, *ACTIONS))

    assert not re.search(r"aws-access-key-id|aws-secret-access-key|credentials_json|client-secret|creds:", text)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A bare repository with this project on its main branch, and a clone on a branch that changes one stack."""
    folder = tmp_path_factory.mktemp("forge")
    work = folder / "work"
    listed = git(PROJECT, "ls-files", "-co", "--exclude-standard").splitlines()
    for name in listed:
        if (PROJECT / name).is_file() and not name.startswith(("tests/", "local/engine")):
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, work / name)
    shutil.copytree(PROJECT / "local" / "engine", work / "local" / "engine", ignore=shutil.ignore_patterns("*.pyc"))
    git(folder, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(work, "init", "-q", "-b", "main")
    (work / ".git" / "info" / "exclude").write_text(".venv\nreports\nreview-*.md\ntouched.json\n")
    git(work, "remote", "add", "origin", str(folder / "origin.git"))
    save(work, "Everything")
    git(work, "push", "-q", "origin", "main")
    git(work, "fetch", "-q", "origin")
    git(work, "checkout", "-q", "-b", "more-brokers")
    change(work, "replicas: 3", "replicas: 4")
    save(work, "A broker more")
    # The environment is the one that runs this: its packages are the lock's.
    (work / ".venv").symlink_to(PROJECT / ".venv")
    for lock in work.glob("requirements*.lock"):
        os.utime(lock, (0, 0))
    return work


def change(work: pathlib.Path, old: str, new: str) -> None:
    path = work / "stacks" / "Pulumi.onprem.yaml"
    before, section, after = path.read_text().partition("broker:")
    path.write_text(before + section + after.replace(old, new, 1))


def save(work: pathlib.Path, message: str) -> None:
    git(work, "add", "-A")
    git(work, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", message)


def git(folder: pathlib.Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


class Runner:
    """Runs the scripts of a job's steps as a runner does, with expressions filled in."""

    def __init__(self, work: pathlib.Path, folder: pathlib.Path, values: Mapping[str, str]) -> None:
        self.work, self.folder, self.values = work, folder, values
        self.output, self.summary = folder / "output", folder / "summary"
        self.output.touch()
        self.summary.touch()

    def run(self, name: str, job: str, **environment: str) -> list[subprocess.CompletedProcess[str]]:
        """Every script of a job; after one that fails, those that always run."""
        path = PROJECT / ".github" / "workflows" / name
        outer, told = content(path).get("env", {}), jobs(path)[job]
        found: list[subprocess.CompletedProcess[str]] = []
        for step in told["steps"]:
            failed = any(each.returncode for each in found)
            if "run" not in step or (failed and step.get("if") != "always()"):
                continue
            given = {**outer, **told.get("env", {}), **step.get("env", {})}
            env = {key: self._filled(value) for key, value in given.items()}
            files = {"GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary)}
            found.append(
                subprocess.run(
                    ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                    cwd=self.work,
                    env={**os.environ, "CI": "true", **files, **env, **environment},
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=300,
                )
            )
        return found

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: self.values[found[1]], text)


VALUES = {
    "github.base_ref": "main",
    "github.token": forges.TOKEN,
    "github.event.workflow_run.id": "77",
    "matrix.stack": "onprem",
}


def test_a_pull_request_gets_one_comment_for_the_one_stack_that_it_touches(
    repository: pathlib.Path, tmp_path: pathlib.Path
):
    head = git(repository, "rev-parse", "HEAD")
    runner = Runner(repository, tmp_path, {**VALUES, "github.event.workflow_run.head_sha": head})

    told = runner.run("review.yml", "touched")
    assert all(each.returncode == 0 for each in told), told[-1].stderr
    assert json.loads(runner.output.read_text().partition("=")[2]) == ["onprem"]

    reviewed = runner.run("review.yml", "review")
    assert [each.returncode for each in reviewed] == [0, 0], reviewed[0].stderr
    report = repository / "review-onprem.md"
    assert "Brokers grow from 3 to 4" in report.read_text()
    assert "Brokers grow from 3 to 4" in runner.summary.read_text()

    with forges.serving() as served:
        served.pulls = [{"number": 9, "head": {"sha": head}}]
        posted(runner, tmp_path, served)
        report.write_text(report.read_text().replace("Brokers grow", "Brokers surely grow"))
        served.comments.append({"id": 2, "body": f"{mark('aws')}\nof an earlier push", "user": {"type": "Bot"}})
        posted(runner, tmp_path, served)

    assert len(served.comments) == 2, "The second run changes the comment."
    assert "surely grow" in served.comments[0]["body"]
    assert "no longer touches it" in served.comments[1]["body"]


def posted(runner: Runner, folder: pathlib.Path, served: forges.Forge) -> None:
    """What comment.yml does, with a `gh` that finds the artifact in the clone."""
    fake = folder / "bin" / "gh"
    fake.parent.mkdir(exist_ok=True)
    fake.write_text(
        "#!/bin/sh\nmkdir -p reports/review-onprem reports/touched\ncp touched.json reports/touched/\n"
        "cp review-onprem.md reports/review-onprem/\n"
    )
    fake.chmod(0o755)
    told = runner.run(
        "comment.yml",
        "comment",
        GITHUB_REPOSITORY="team/streaming",
        GITHUB_API_URL=served.url,
        PATH=f"{fake.parent}:{os.environ['PATH']}",
    )
    assert all(each.returncode == 0 for each in told), told[-1].stderr
    assert forges.TOKEN not in "".join(each.stdout + each.stderr for each in told)


def test_a_change_that_loses_data_fails_the_check_and_is_told_all_the_same(
    repository: pathlib.Path, tmp_path: pathlib.Path
):
    git(repository, "checkout", "-q", "-b", "fewer-bookies", "main")
    path = repository / "stacks" / "Pulumi.onprem.yaml"
    before, section, after = path.read_text().partition("bookkeeper:")
    path.write_text(before + section + after.replace("replicas: 3", "replicas: 2", 1))
    save(repository, "A bookie fewer")
    runner = Runner(repository, tmp_path, VALUES)

    reviewed = runner.run("review.yml", "review")

    assert reviewed[0].returncode != 0
    assert "Decommission" in (repository / "review-onprem.md").read_text()
    assert "Decommission" in runner.summary.read_text(), "The page of the run has it, although the job fails."
    git(repository, "checkout", "-q", "more-brokers")


def test_a_pull_request_that_touches_no_stack_starts_no_review(repository: pathlib.Path, tmp_path: pathlib.Path):
    git(repository, "checkout", "-q", "-b", "words", "main")
    (repository / "docs" / "more.md").write_text("More words.\n")
    save(repository, "Words")
    runner = Runner(repository, tmp_path, VALUES)

    told = runner.run("review.yml", "touched")

    assert told[-1].returncode == 0, told[-1].stderr
    assert runner.output.read_text() == "stacks=[]\n"
    git(repository, "checkout", "-q", "more-brokers")


def test_a_merge_goes_to_the_environments_in_their_order(repository: pathlib.Path, tmp_path: pathlib.Path):
    before = git(repository, "rev-parse", "main")
    values = {**VALUES, "github.event.before": before, "vars.ENVIRONMENTS": "aws, onprem"}
    runner = Runner(repository, tmp_path, values)

    told = runner.run("rollout.yml", "touched")

    assert told[-1].returncode == 0, told[-1].stderr
    assert runner.output.read_text() == 'stacks=["onprem"]\n'


def test_examples_for_other_systems_name_commands_that_exist():
    for name in ("gitlab-ci.yml", "any-system.sh"):
        text = (PROJECT / "examples" / "ci" / name).read_text()
        assert {"review touched", "make review"} <= set(re.findall(r"review touched|make review", text))
    content(PROJECT / "examples" / "ci" / "gitlab-ci.yml")
    subprocess.run(["bash", "-n", str(PROJECT / "examples" / "ci" / "any-system.sh")], check=True)


def test_the_linter_of_workflows_for_security_finds_nothing_of_weight():
    zizmor = pathlib.Path(sys.executable).with_name("zizmor")
    found = subprocess.run(
        [zizmor, "--offline", "--quiet", "--min-severity", "medium", ".github"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout
