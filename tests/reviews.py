"""How long a review takes: of a stack file alone, of the program as well, and with the engine's own preview.

All in a clone of this project with a branch of its own, as the command that people and pipelines run.
"""

import contextlib
import dataclasses
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence

import yaml

from evaluation import stack_files
from local.paths import PROJECT
from tests.previews.project import Project
from tests.upgrades.record import STATES

_ENGINE = """
from local.engine import choice
from tests.cloud_plugins.installing import cloud_engine
choice.prepare = lambda *_, **__: cloud_engine()
import runpy
runpy.run_module("review", run_name="__main__", alter_sys=True)
"""
"""`python -m review` with the clouds' stand-in plugins, which no user's engine finds."""


@dataclasses.dataclass(frozen=True)
class Took:
    """What one command took."""

    seconds: float
    processor: float
    """Seconds of all of its processes."""


class Branch:
    """A clone with a base and a branch that changes one line of a stack file, and maybe of the program."""

    def __init__(self, folder: pathlib.Path, stack: str) -> None:
        self.folder, self.stack = folder / "clone", stack
        subprocess.run(["git", "clone", "--quiet", "--shared", str(PROJECT), str(self.folder)], check=True)
        (self.folder / ".git" / "info" / "exclude").write_text("__pycache__/\n")
        self._git("checkout", "--quiet", "-B", "base")
        self._git("checkout", "--quiet", "-B", "branch")
        self.file = self.folder / "stacks" / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(self.file.read_text())
        broker = content["config"][stack_files.SPEC]["pulsar"]["broker"]
        broker["replicas"] = broker.get("replicas", 1) + 1
        self.file.write_text(yaml.safe_dump(content))

    def change_program(self, *, to: bool) -> None:
        """Whether the branch changes the program as well."""
        program = self.folder / "__main__.py"
        text = program.read_text().removesuffix("# Another line.\n")
        program.write_text(text + "# Another line.\n" * to)

    def review(self, *, within: Mapping[str, str] | None = None) -> Took:
        """Review the branch.

        Args:
            within: an engine's environment, to ask its preview as well. Default: without an engine.
        """
        words = ["report", self.stack, "--base", "base", "--fail-on", "never", *(["--engine"] if within else [])]
        way = ["-c", _ENGINE] if within else ["-m", "review"]
        left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
        env = {name: value for name, value in {**os.environ, **(within or {})}.items() if name not in left_out}
        before, began = processor_seconds(), time.monotonic()
        done = subprocess.run(
            [sys.executable, *way, *words], cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )
        took = Took(time.monotonic() - began, processor_seconds() - before)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "pulsar.broker.replicas" in done.stdout, done.stdout
        return took

    def _git(self, *words: str) -> None:
        subprocess.run(["git", "-C", str(self.folder), *words], check=True)


def measure(stack: str, runs: int) -> None:
    """Review in turn in the three ways, and print what each takes, and how much that is of the first."""
    found: dict[str, list[Took]] = {}
    with _made(stack) as (branch, engine):
        ways = {
            "a stack file alone": (False, None),
            "the program as well": (True, None),
            "with the engine's preview": (False, engine),
        }
        for number in range(runs + 1):
            for name, (program, within) in ways.items():
                branch.change_program(to=program)
                took = branch.review(within=within)
                # The first round compiles what the others find compiled.
                if number:
                    found.setdefault(name, []).append(took)
    _print(stack, found)


@contextlib.contextmanager
def _made(stack: str) -> Iterator[tuple[Branch, Mapping[str, str]]]:
    """A branch, and an engine that knows the stack as it was recorded."""
    with tempfile.TemporaryDirectory(prefix="pulsar-reviews-") as name:
        folder = pathlib.Path(name)
        branch = Branch(folder, stack)
        known = Project(folder / "engine", stack)
        known.take_over((STATES / f"{stack}.json").read_text())
        salt = {key: value for key, value in yaml.safe_load(known.file.read_text()).items() if key == "encryptionsalt"}
        with branch.file.open("a") as file:
            file.write(yaml.safe_dump(salt))
        yield branch, {name: value for name, value in known.env.items() if name != "HOME"}


def processor_seconds() -> float:
    """What the processes that this one started and that ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(stack: str, found: Mapping[str, Sequence[Took]]) -> None:
    first = next(iter(found.values()))
    width = max(map(len, found))
    print(f"review of {stack}, {len(first)} runs in turn:")
    print(f"  {'':{width}}  median     min     max  processor  of the first")
    for name, took in found.items():
        seconds = [each.seconds for each in took]
        share = statistics.median(each.seconds / base.seconds for each, base in zip(took, first, strict=True))
        processor = statistics.median(each.processor for each in took)
        print(
            f"  {name:{width}}  {statistics.median(seconds):5.1f}s  {min(seconds):5.1f}s  {max(seconds):5.1f}s"
            f"  {processor:8.1f}s  {share:11.2f}x"
        )
