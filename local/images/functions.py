"""The layer with the Python client, which Python functions import."""

import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

from local.problem import Problem

REQUIREMENTS = pathlib.Path(__file__).parent / "functions-requirements.txt"
PYTHON = "3.11"
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64")
PLACE = f"usr/local/lib/python{PYTHON}/dist-packages"


def inputs() -> str:
    """What the layer depends on, as text."""
    return REQUIREMENTS.read_text() + repr((PYTHON, PLATFORMS))


def build(target: pathlib.Path, epoch: int) -> None:
    """Write the layer's tar."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder, PLACE)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-compile"),
                *("--target", place, "--python-version", PYTHON, "--implementation", "cp"),
                *(word for platform in PLATFORMS for word in ("--platform", platform)),
                *("--requirement", REQUIREMENTS),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Problem(f"pip could not fetch the Python client for functions: {done.stderr.strip()[-800:]}")
        shutil.rmtree(place / "bin", ignore_errors=True)
        with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as layer:
            for path in sorted(pathlib.Path(folder, "usr").rglob("*")):
                name = str(path.relative_to(folder))
                layer.add(path, name, recursive=False, filter=lambda header: fixed(header, epoch))


def fixed(header: tarfile.TarInfo, epoch: int) -> tarfile.TarInfo:
    """A header that says nothing of the machine and the time that made it."""
    header.uid = header.gid = 0
    header.uname = header.gname = ""
    header.mtime = epoch
    header.mode = 0o755 if header.isdir() or header.mode & 0o100 else 0o644
    header.pax_headers = {}
    return header
