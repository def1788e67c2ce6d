"""Where the stacks' state is kept, and what their secrets are encrypted with."""

import json
import os
import pathlib
import secrets
import socket

from local.paths import PROJECT, STATE


def settings() -> dict[str, str]:
    """The variables that say so; empty where a team has said it already.

    By default state is in files inside the project, and secrets are encrypted with a passphrase that is made here once.
    `PULUMI_BACKEND_URL`, or a `backend` in `Pulumi.yaml`, means that a team keeps its state elsewhere: then its own
    passphrase or secrets provider is used, and none is made up.
    """
    if os.environ.get("PULUMI_BACKEND_URL") or _project_names_a_backend():
        return {}
    folder = STATE / "pulumi"
    folder.mkdir(parents=True, exist_ok=True)
    _unlock(folder)
    chosen = {"PULUMI_BACKEND_URL": folder.as_uri()}
    if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & os.environ.keys():
        chosen["PULUMI_CONFIG_PASSPHRASE_FILE"] = _passphrase_file()
    return chosen


def _unlock(folder: pathlib.Path) -> None:
    """Take away the locks of engines that were killed on this machine: nobody else is going to."""
    for lock in folder.glob(".pulumi/locks/*/*/*/*.json"):
        try:
            holder = json.loads(lock.read_text())
            is_stale = holder["hostname"] == socket.gethostname() and not _is_engine(int(holder["pid"]))
        except (OSError, ValueError, KeyError):
            continue
        if is_stale:
            lock.unlink(missing_ok=True)
            lock.with_name(f"{lock.name}.attrs").unlink(missing_ok=True)


def _is_engine(pid: int) -> bool:
    """Whether a process runs that could be an engine; where that can't be told, whether it runs at all."""
    name = pathlib.Path(f"/proc/{pid}/comm")
    if name.exists():
        return "pulumi" in name.read_text()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not pathlib.Path("/proc/self").exists()


def _project_names_a_backend() -> bool:
    return any(line.startswith("backend:") for line in (PROJECT / "Pulumi.yaml").read_text().splitlines())


def _passphrase_file() -> str:
    path = STATE / "passphrase"
    if not path.exists():
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            # Not `replace`: of two that make one at the same time, the first one's must stay.
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return str(path)
