"""Both sides of a change: what the program makes of a stack file before it, and after."""

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.problem import Problem

from . import history

_NOT_THE_PROGRAM = re.compile(r"stacks/Pulumi\.[^/]+\.yaml|stacks/base/.+\.yaml|\.github/.+|.+\.md")
"""What may differ where the same program reads two stack files: nothing of it is run, and nothing is read in another
place than the stack file's."""
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


@dataclasses.dataclass(frozen=True)
class Base:
    """What a branch is compared with."""

    commit: str
    folder: pathlib.Path
    """Its files; of a base with the same program, only what is below `stacks/`."""
    same_program: bool
    """Whether this branch changes stack files alone: then this process evaluates both."""


@contextlib.contextmanager
def checkout(base: str) -> Iterator[Base]:
    """The files as they were where this branch left `base`, in a folder that is gone afterwards.

    Raises:
        Problem: Git doesn't know it.
    """
    commit = history.left(base)
    same = all(_NOT_THE_PROGRAM.fullmatch(path) for path in history.changed(commit))
    with tempfile.TemporaryDirectory(prefix="pulsar-review-") as name:
        folder = pathlib.Path(name)
        history.extract(commit, folder, *(["stacks"] if same else []))
        yield Base(commit, folder, same)


def both(stack: str, base: Base) -> tuple[Side, Side]:
    """A stack as it was and as it is to be.

    Where the program is another one, that of the base is run beside this one, in a process of its own.

    Raises:
        Problem: a program broke.
    """
    was, is_to_be = f"What {stack} was before", f"What {stack} is to be"
    if base.same_program:
        told = _here(stack, was, folder=base.folder / "stacks")
        return side(told), side(_here(stack, is_to_be, before=lambda: told))
    there = _evaluating(stack, base.folder)
    before = functools.cache(lambda: _told(there, was))
    try:
        after = side(_here(stack, is_to_be, before=before))
        return side(before()), after
    finally:
        there.kill()
        there.wait()


def _here(stack: str, what: str, **given: Any) -> dict[str, Any]:
    """What the probe tells in this process."""
    from . import probe

    try:
        # The program may print; a report in JSON may be all that this process prints.
        with contextlib.redirect_stdout(sys.stderr):
            return probe.probe(stack, **given)
    except Problem:
        raise
    except Exception as error:
        last = traceback.format_exception_only(error)[-1].strip()
        raise Problem(f"{what} can't be evaluated: {last}") from error


def _evaluating(stack: str, folder: pathlib.Path) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # The folder is gone soon: what would be compiled into it is compiled for nothing.
    words = [sys.executable, "-B", "-c", PROBE.read_text(), stack]
    return subprocess.Popen(words, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def _told(process: "subprocess.Popen[str]", what: str) -> dict[str, Any]:
    printed, said = process.communicate()
    if process.returncode:
        last = said.strip().splitlines()[-1:] or ["it said nothing"]
        raise Problem(f"{what} can't be evaluated: {last[0]}")
    return json.loads(printed.splitlines()[-1])
