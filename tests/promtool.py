"""Prometheus and its judge of rules, from Debian's package, without an installation that would start a server."""

import pathlib
import shutil
import subprocess

from local import paths


def promtool() -> pathlib.Path:
    """What checks and tries rules."""
    return _program("promtool")


def prometheus() -> pathlib.Path:
    """The server. Debian's build knows neither Kubernetes' discovery nor the clouds'."""
    return _program("prometheus")


def _program(name: str) -> pathlib.Path:
    """This machine's own, or the one in Debian's package.

    Raises:
        AssertionError: it isn't here and can't be fetched, with apt's words. No rule is checked then.
    """
    if found := shutil.which(name):
        return pathlib.Path(found)
    folder = paths.CACHE / "promtool"
    program = folder / "usr" / "bin" / name
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(folder, "apt-get", "download", "prometheus")
        _run(folder, "dpkg-deb", "-x", str(next(folder.glob("prometheus_*.deb"))), str(folder))
    return program


def _run(folder: pathlib.Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, (
        f"{' '.join(command)} failed, and alerts are checked with promtool: install Debian's package prometheus, or "
        f"run apt-get update. Its words: {done.stderr[-500:]}"
    )
