"""A Pulumi project of its own in a temporary folder, run with this project's engine."""

import contextlib
import functools
import json
import os
import pathlib
import shutil
import subprocess
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from local.engine import Engine, prepare
from local.paths import CACHE
from local.progress import Progress


class Outcome:
    """How a command ended and what it said."""

    def __init__(self, code: int, output: str) -> None:
        self.code = code
        self.output = output


class Trial:
    """A project with one stack."""

    def __init__(self, engine: Engine, folder: pathlib.Path, kubeconfig: pathlib.Path | None = None) -> None:
        self.engine = engine
        self.folder = folder / "project"
        self._state = folder / "state"
        self._state.mkdir(parents=True)
        self.folder.mkdir()
        self.env = {
            **engine.env,
            "PULUMI_BACKEND_URL": self._state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "trial",
            "KUBECONFIG": str(kubeconfig or folder / "no-kubeconfig"),
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        }
        self.env.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        self.write("Pulumi.yaml", "name: trial\nruntime: python\n")
        self.run("stack", "init", "trial")

    def write(self, path: str, text: str) -> pathlib.Path:
        """Write a file of the project."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text))
        return target

    def run(self, *arguments: str, expect: int | None = 0, **env: str) -> Outcome:
        """Run a command; fail the test when it ends otherwise than expected."""
        done = subprocess.run(
            [self.engine.program, *arguments, "--non-interactive"],
            cwd=self.folder,
            env={**self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=180,
        )
        assert expect is None or done.returncode == expect, done.stdout
        return Outcome(done.returncode, done.stdout)

    def up(self, program: str | None = None, *arguments: str, expect: int = 0) -> Outcome:
        """Write the program, if one is given, and bring it up."""
        if program is not None:
            self.write("__main__.py", program)
        return self.run("up", "--yes", "--skip-preview", *arguments, expect=expect)

    def preview(self, program: str | None = None, *arguments: str, expect: int = 0) -> Outcome:
        """Write the program, if one is given, and preview it."""
        if program is not None:
            self.write("__main__.py", program)
        return self.run("preview", "--diff", *arguments, expect=expect)

    def steps(self, program: str | None = None) -> dict[str, Any]:
        """What a preview would do to each resource that it would touch, by name, as the engine tells machines."""
        if program is not None:
            self.write("__main__.py", program)
        told = json.loads(self.run("preview", "--json").output)
        return {step["urn"].rpartition("::")[2]: step for step in told["steps"]}

    def destroy(self) -> Outcome:
        """Take down what is up."""
        return self.run("destroy", "--yes", "--skip-preview")

    def outputs(self) -> dict[str, Any]:
        """What the program exported."""
        return json.loads(self.run("stack", "output", "--json").output)

    def state(self) -> dict[str, dict[str, Any]]:
        """The resources that the state holds, by name."""
        exported = json.loads(self.run("stack", "export").output)
        return {each["urn"].rpartition("::")[2]: each for each in exported["deployment"].get("resources", [])}

    def raw_state(self) -> str:
        """The state as it lies on the disk."""
        return "\n".join(path.read_text() for path in self._state.rglob("*.json"))

    def started(self, *arguments: str) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
        """A command that runs while the test goes on. It is killed if it outlives the block."""
        return running([self.engine.program, *arguments, "--non-interactive"], self.folder, self.env)


@contextlib.contextmanager
def running(
    command: Sequence[str | pathlib.Path], folder: pathlib.Path, env: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A program that runs while the test goes on, with what it prints as one text. It is killed if it outlives the
    block.
    """
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def eventually(check: Any, seconds: float = 30) -> Any:
    """The first true answer of `check`; fails the test when none comes in time."""
    until = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < until, f"{check} never became true"
        time.sleep(0.1)
    return answer


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie doesn't)."""
    status = pathlib.Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


def no_engine() -> str | None:
    """Why there is no engine without minutes of building one; `None` when there is."""
    if os.environ.get("PULSAR_TOOLCHAIN") or shutil.which("pulumi") or any((CACHE / "engine").glob("*/pulumi")):
        return None
    return "there is no Pulumi CLI yet: name a folder that holds one with PULSAR_TOOLCHAIN"


@functools.cache
def stand_in_engine() -> Engine:
    """The CLI with the stand-ins, prepared once; skips the test where there is none, but in CI builds it."""
    reason = no_engine()
    if reason and not os.environ.get("CI"):
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSAR_ENGINE", "stand-in")
        return prepare(Progress(), kubeconfig=None)
