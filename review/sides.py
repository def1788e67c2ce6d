"""Both sides of a change: what the program makes of a stack file before it, and after."""

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.paths import PROJECT
from local.problem import Problem

PROBE = pathlib.Path(__file__).parent / "probe.py"


@dataclasses.dataclass(frozen=True)
class Resource:
    """What the engine is asked for, without secrets."""

    type: str
    """Pulumi's type token."""
    name: str
    """The logical name."""
    inputs: Mapping[str, Any]
    protected: bool = False
    """Whether the engine refuses to delete it."""


@dataclasses.dataclass(frozen=True)
class Side:
    """A stack file, and what the program of the same time makes of it."""

    resources: Sequence[Resource] = ()
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Every effective value, by the setting's path."""
    parts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Every part of the spec that is there, by its path, with the name of what stands there."""
    given: Sequence[str] = ()
    """Every path that the stack file itself names."""
    derived: Sequence[str] = ()
    """Every setting that follows from another, such as a heap's flags."""
    beside: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """A digest of what stands beside the spec, by its key."""
    refusals: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the program refuses to do to what was there before, by the resource's logical name."""
    mistakes: str | None = None
    """Why the file describes no deployment; then the rest is empty."""
    absent: bool = False
    """There is no such file."""


def side(told: Mapping[str, Any]) -> Side:
    """What a probe told."""
    resources = [Resource(**each) for each in told.get("resources", ())]
    rest = {key: value for key, value in told.items() if key != "resources"}
    return Side(resources=resources, **rest)


@contextlib.contextmanager
def checkout(base: str) -> Iterator[tuple[pathlib.Path, str]]:
    """The files as they were where this branch left `base`, in a folder that is gone afterwards.

    Raises:
        Problem: Git doesn't know it.
    """
    commit = _git("merge-base", base, "HEAD", why=f"{base!r} is no commit that this branch has a part in common with")
    with tempfile.TemporaryDirectory(prefix="pulsar-review-") as name:
        archive = subprocess.run(
            ["git", "-C", str(PROJECT), "archive", "--format=tar", commit], capture_output=True, check=True
        )
        subprocess.run(["tar", "-x", "-C", name], input=archive.stdout, check=True)
        yield pathlib.Path(name), commit


def _git(*words: str, why: str) -> str:
    done = subprocess.run(["git", "-C", str(PROJECT), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Problem(
            f"{why}. Fetch it (git fetch origin), or name another with BASE=.{f' Git: {said[-1]}' if said else ''}"
        )
    return done.stdout.strip()


def both(stack: str, before: pathlib.Path, after: pathlib.Path = PROJECT) -> tuple[Side, Side]:
    """A stack as the programs in two folders make it, evaluated beside each other.

    Raises:
        Problem: a program broke.
    """
    first, second = _evaluating(stack, before), _evaluating(stack, after, "after")
    told = _told(first, "", f"What {stack} was before")
    return side(told), side(_told(second, json.dumps(told), f"What {stack} is to be"))


def _evaluating(stack: str, folder: pathlib.Path, *words: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.Popen(
        [sys.executable, "-c", PROBE.read_text(), stack, *words],
        cwd=folder,
        env=environment,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )


def _told(process: "subprocess.Popen[str]", given: str, what: str) -> dict[str, Any]:
    printed, said = process.communicate(f"{given}\n")
    if process.returncode:
        last = said.strip().splitlines()[-1:] or ["it said nothing"]
        raise Problem(f"{what} can't be evaluated: {last[0]}")
    return json.loads(printed.splitlines()[-1])
