"""The folder with the CLI and the two stand-ins, as the engine looks for them."""

import os
import pathlib
import shlex
import shutil
import sys

from local.paths import CACHE, PROJECT

from .kubernetes_plugin import VERSION as KUBERNETES_VERSION
from .programs import STAND_INS


def install(program: pathlib.Path) -> tuple[pathlib.Path, dict[str, str]]:
    """Put the stand-ins where the engine looks for them.

    Args:
        program: the CLI.

    Returns:
        The CLI as it has to be called, and the variables that make the engine look there. The user's own `~/.pulumi` is
        neither read nor written, but for the credentials of a team's backend.
    """
    programs, home = STAND_INS / "bin", STAND_INS / "home"
    plugin = home / "plugins" / f"resource-kubernetes-v{KUBERNETES_VERSION}"
    write_program(programs / "pulumi-language-python", script("local.engine.language_host"))
    # Installed rather than on PATH: the engine warns of plugins on PATH in every run.
    write_program(plugin / "pulumi-resource-kubernetes", script("local.engine.kubernetes_plugin.__main__"))
    _put_beside(program, programs / "pulumi")
    settings = {
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    credentials = pathlib.Path(os.environ.get("PULUMI_HOME") or pathlib.Path.home() / ".pulumi")
    if os.environ.get("PULUMI_BACKEND_URL") and (credentials / "credentials.json").exists():
        settings.setdefault("PULUMI_CREDENTIALS_PATH", os.environ.get("PULUMI_CREDENTIALS_PATH") or str(credentials))
    return programs / "pulumi", settings


def _put_beside(program: pathlib.Path, path: pathlib.Path) -> None:
    """Put the CLI beside the language host: the engine warns of a host that is anywhere else.

    Not a symbolic link, because the engine looks beside what it points to.
    """
    wanted = program.stat()
    if path.exists():
        found = path.stat()
        if (found.st_size, found.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns):
            return
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        os.link(program, partial)
    except OSError:
        shutil.copy2(program, partial)
    partial.replace(path)


def script(module: str, *arguments: str) -> str:
    """A shell script that runs a module's `main` with this environment's Python, and with arguments before its own.

    Not `python -m`: the variable that would let it find the project would be inherited by the credential helpers and
    programs that the plugins start.
    """
    # Compiled modules go to the cache whatever the environment says about writing them beside the sources: without them
    # the SDK alone takes seconds to start.
    start = (
        f"import sys; sys.dont_write_bytecode = False; sys.path[0] = {str(PROJECT)!r}; "
        f"from {module} import main; del sys.path[0]; main()"
    )
    python = [sys.executable, "-u", "-X", f"pycache_prefix={CACHE / 'engine' / 'bytecode'}", "-c", start, *arguments]
    return f'#!/bin/sh\nexec {shlex.join(python)} "$@"\n'


def write_program(path: pathlib.Path, text: str) -> None:
    """Write a program, unless it is there as it should be."""
    if path.is_file() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.chmod(0o755)
    partial.replace(path)
