"""Builds the functions of `examples/functions` into `examples/functions/build`: only what is out of date.

`python -m local.example_functions` builds all, with names only those. Sources are known by content, not by time.
"""

import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping

from local.paths import PROJECT

FUNCTIONS = PROJECT / "examples" / "functions"
BUILD = FUNCTIONS / "build"
_PASSED_OVER = {"build", "target", "__pycache__"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


class CannotBuild(Exception):
    """A function can't be built here, and the way out."""


def build_zip(source: pathlib.Path, target: pathlib.Path) -> None:
    """A Python function of several files, as Pulsar unpacks it: NAME.zip holds NAME/src/…

    The same sources make the same bytes.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sources(source):
            entry = zipfile.ZipInfo(f"{source.name}/src/{path.relative_to(source).as_posix()}", _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def build_jar(source: pathlib.Path, target: pathlib.Path) -> None:
    """A Java function by Maven, without its tests: `make test` runs those."""
    _run(source, "mvn", "--batch-mode", "--quiet", "--no-transfer-progress", "package", "-Dmaven.test.skip=true")
    shutil.copyfile(source / "target" / f"{source.name}.jar", target)


def build_go(source: pathlib.Path, target: pathlib.Path) -> None:
    """A Go function as a static program for the nodes: Linux on an x86-64 processor, or what GOARCH says."""
    static = {"CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": os.environ.get("GOARCH", "amd64")}
    _run(source, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(target), ".", more=static)


@dataclasses.dataclass(frozen=True)
class Artifact:
    """What comes of a folder below `examples/functions`."""

    folder: str
    file: str
    """Its name in the build folder."""
    make: Callable[[pathlib.Path, pathlib.Path], None]
    needs: tuple[str, ...] = ()
    """The programs without which it can't be built."""
    install: str = ""
    """How to get them."""

    @property
    def source(self) -> pathlib.Path:
        """The folder with the sources."""
        return FUNCTIONS / self.folder

    def missing(self) -> str | None:
        """Why it can't be built on this machine."""
        lacking = [program for program in self.needs if not shutil.which(program)]
        return f"{' and '.join(lacking)} not found. {self.install}" if lacking else None


ARTIFACTS = (
    Artifact("spell-check", "spell-check.zip", build_zip),
    Artifact(
        "weather",
        "weather.jar",
        build_jar,
        ("javac", "mvn"),
        "Install a JDK from 17 on and Maven from 3.6.3 on: on Debian and Ubuntu, apt-get install default-jdk maven.",
    ),
    Artifact("large-orders", "large-orders", build_go, ("go",), "Install Go from 1.24 on: https://go.dev/doc/install."),
)
"""The others are one file of Python each, which Pulsar takes as it is."""


def sources(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """The files that count, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _PASSED_OVER & set(path.relative_to(folder).parts):
            yield path


def digest(artifact: Artifact) -> str:
    """What the sources are known by."""
    found = hashlib.sha256(os.environ.get("GOARCH", "").encode() if artifact.make is build_go else b"")
    for path in sources(artifact.source):
        found.update(f"{path.relative_to(artifact.source)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()


def build(artifact: Artifact, folder: pathlib.Path = BUILD) -> bool:
    """Build it where it is out of date.

    Returns:
        Whether there was anything to do.

    Raises:
        CannotBuild: A program is missing or failed.
    """
    target, stamp, wanted = folder / artifact.file, folder / f".{artifact.file}.sources", digest(artifact)
    if target.exists() and stamp.exists() and stamp.read_text() == wanted:
        return False
    if reason := artifact.missing():
        raise CannotBuild(f"{artifact.file}: {reason}")
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{artifact.file}.partial"
    artifact.make(artifact.source, partial)
    partial.chmod(0o755 if artifact.make is build_go else 0o644)
    partial.replace(target)
    stamp.write_text(wanted)
    return True


def _run(folder: pathlib.Path, *command: str, more: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (more or {}),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()[-4000:]
        raise CannotBuild(f"{folder.name}: `{' '.join(command[:2])}` failed:\n{said}")


def main(names: list[str]) -> int:
    """Build all artifacts, or the ones of the named folders.

    Returns:
        0 when everything is there and up to date.
    """
    known = [artifact.folder for artifact in ARTIFACTS]
    if unknown := set(names) - set(known):
        print(f"Nothing is built from {', '.join(sorted(unknown))}. Choose from {', '.join(known)}.", file=sys.stderr)
        return 2
    failed = False
    for artifact in ARTIFACTS:
        if names and artifact.folder not in names:
            continue
        began = time.monotonic()
        try:
            done = build(artifact)
        except CannotBuild as reason:
            print(f"functions: {reason}", file=sys.stderr)
            failed = True
            continue
        state = f"built in {time.monotonic() - began:.1f} s" if done else "up to date"
        print(f"functions: {artifact.file}: {state}, {(BUILD / artifact.file).stat().st_size:,} bytes")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
