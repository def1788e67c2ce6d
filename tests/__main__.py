"""Runs every tier of tests that this machine can run, and names what it left out and why.

With `CI=true` nothing may be left out: a tier that can't run is a failure.
"""

import dataclasses
import os
import pathlib
import platform
import subprocess
import sys
import time

from local import example_functions as build
from tests.engine.trial import no_engine

PROJECT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Tier:
    """A set of tests with the same needs."""

    name: str
    paths: tuple[str, ...]
    needs: str
    options: tuple[str, ...] = ()

    def reason_to_leave_out(self) -> str | None:
        """Why this machine can't run the tier."""
        return _MISSING[self.name]()


def _no_engine() -> str | None:
    return None if os.environ.get("CI") else no_engine()


def _no_cluster() -> str | None:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return f"the single-node cluster runs on Linux on x86_64, and this is {platform.system()} {platform.machine()}"
    if os.geteuid() != 0:
        return "the single-node cluster needs root"
    return _no_engine()


def _no_compiler(folder: str) -> str | None:
    return next(artifact.missing() for artifact in build.ARTIFACTS if artifact.folder == folder)


_MISSING = {
    "unit": lambda: None,
    "java": lambda: _no_compiler("weather"),
    "go": lambda: _no_compiler("large-orders"),
    "engine": _no_engine,
    "cluster": _no_cluster,
}

TIERS = (
    Tier(
        "unit",
        ("tests/unit", "tests/components", "tests/policy_pack", "tests/upgrades", "tests/example_functions"),
        "nothing",
        ("-m", "not engine", "-n", "2"),
    ),
    Tier("java", ("tests/toolchains/java",), "a JDK and Maven"),
    Tier("go", ("tests/toolchains/go",), "Go"),
    Tier(
        "engine",
        ("tests/engine", "tests/policy_pack", "tests/previews", "tests/upgrades", "tests/clouds"),
        "the Pulumi engine",
        # Tests of a file share what is up, in the file's order.
        ("-m", "engine", "-n", "2", "--dist", "loadscope"),
    ),
    Tier("cluster", ("tests/e2e",), "a cluster of its own on this machine"),
)


def main(arguments: list[str]) -> int:
    """Run the tiers, or the ones that are named.

    Returns:
        0 when every tier that ran passed and none was left out that had to run.
    """
    named = [argument for argument in arguments if not argument.startswith("-")]
    unknown = set(named) - {tier.name for tier in TIERS}
    if unknown:
        print(f"There is no tier {', '.join(sorted(unknown))}. Choose from {', '.join(t.name for t in TIERS)}.")
        return 2
    report, failed = [], False
    for tier in TIERS:
        if named and tier.name not in named:
            report.append(f"left out: {tier.name}, not asked for")
            continue
        reason = tier.reason_to_leave_out()
        if reason:
            report.append(f"left out: {tier.name} ({tier.needs}), because {reason}")
            failed |= bool(os.environ.get("CI"))
            continue
        began = time.monotonic()
        paths = [path for path in tier.paths if any((PROJECT / path).rglob("test_*.py"))]
        options = [argument for argument in arguments if argument.startswith("-")]
        result = subprocess.run(
            [sys.executable, "-m", "pytest", *paths, *tier.options, *options], cwd=PROJECT, check=False
        )
        outcome = "passed" if result.returncode == 0 else f"FAILED (pytest exit {result.returncode})"
        report.append(f"{outcome}: {tier.name} in {time.monotonic() - began:.0f} s")
        failed |= result.returncode != 0
        if failed and os.environ.get("CI"):
            break
    print("\n".join(["", "tiers:", *(f"  {line}" for line in report)]))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
