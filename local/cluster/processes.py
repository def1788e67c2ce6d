"""Daemons that are found and stopped by a mark in their environment, not by recorded process ids.

A process id can be lost (a crash before it is written) or be taken over by a stranger. A mark that only this module
sets, read from /proc through a handle on the very process, can't: what carries it is ours, nothing else is.
"""

import contextlib
import dataclasses
import os
import pathlib
import select
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from local.problem import Problem

CLUSTER_MARK = "PULSAR_LOCAL_CLUSTER"
ROLE_MARK = "PULSAR_LOCAL_ROLE"
KILL = signal.SIGKILL
PROC = pathlib.Path("/proc")


@dataclasses.dataclass(frozen=True)
class Daemon:
    """One living process of a cluster."""

    pid: int
    role: str


def environment(pid: int, proc: pathlib.Path = PROC) -> dict[str, str]:
    """The environment that a process was started with; empty for one that is gone, a zombie or not readable."""
    try:
        raw = (proc / str(pid) / "environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in raw.split(b"\0"))
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, _, value in pairs if key}


def role_of(pid: int, cluster: str, proc: pathlib.Path = PROC) -> str | None:
    """The role of a process in the cluster, or None for a process that isn't provably the cluster's own."""
    found = environment(pid, proc)
    return found.get(ROLE_MARK) if found.get(CLUSTER_MARK) == cluster else None


def running(cluster: str, proc: pathlib.Path = PROC) -> list[Daemon]:
    """Every living process that carries the cluster's mark, those that its daemons started included."""
    pids = (int(entry.name) for entry in proc.iterdir() if entry.name.isdecimal())
    roles = ((pid, role_of(pid, cluster, proc)) for pid in pids)
    return [Daemon(pid, role) for pid, role in roles if role is not None]


def init_of(cluster: str) -> int | None:
    """The process id of the first process in the cluster's namespaces; when it dies, the kernel ends all others."""
    for daemon in running(cluster):
        if daemon.role == "init" and _namespace_ids(daemon.pid)[-1:] == [1]:
            return daemon.pid
    return None


def begun(cluster: str, patience_seconds: float = 1) -> int | None:
    """The first process of namespaces that were just made; `None` when it has ended."""
    return patiently(lambda: init_of(cluster), bool, patience_seconds)


def _namespace_ids(pid: int) -> list[int]:
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return []
    return next(([int(word) for word in line.split()[1:]] for line in lines if line.startswith("NSpid:")), [])


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[int | None]:
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def send(cluster: str, daemon: Daemon, number: signal.Signals) -> bool:
    """Signal a process, unless it isn't the cluster's (any more). Says whether a signal was sent."""
    with _handle(daemon.pid) as handle:
        # The handle pins the process before its mark is read, so the id can't change hands in between.
        if handle is None or role_of(daemon.pid, cluster) is None:
            return False
        try:
            signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            return False
        return True


def wait_gone(pids: Iterable[int], timeout_seconds: float) -> list[int]:
    """Wait for processes to end; gives those that have not."""
    deadline = time.monotonic() + timeout_seconds
    left = []
    for pid in pids:
        with _handle(pid) as handle:
            if handle is None:
                continue
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                left.append(pid)
    return left


def start(
    cluster: str,
    role: str,
    command: Sequence[str | pathlib.Path],
    *,
    log: pathlib.Path,
    init: int,
    cgroups: Sequence[pathlib.Path],
    network: bool = True,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Start a daemon inside the cluster's namespaces and control groups, detached from the caller.

    `init` is the first process of the namespaces. With `network` false the daemon starts in the host's network.
    """
    script = 'for group in $GROUPS_TO_JOIN; do echo 0 >"$group/cgroup.procs"; done; unset GROUPS_TO_JOIN; "$@" &'
    namespaces = ["--mount", "--pid"] + (["--net"] if network else [])
    subprocess.run(
        ["nsenter", f"--target={init}", *namespaces, "--", "setsid", "sh", "-c", script, role, *map(str, command)],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=(stream := log.open("ab")),
        stderr=subprocess.STDOUT,
        env=marked(cluster, role) | {"GROUPS_TO_JOIN": " ".join(map(str, cgroups))} | dict(extra or {}),
    )
    stream.close()


def marked(cluster: str, role: str) -> dict[str, str]:
    """The whole environment of a daemon: the mark and what a system service gets, nothing of the caller's."""
    return {
        CLUSTER_MARK: cluster,
        ROLE_MARK: role,
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
    }


def log_tail(log: pathlib.Path, lines: int = 5) -> str:
    """The last lines of a daemon's log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def alive(cluster: str, roles: Collection[str], patience_seconds: float = 1) -> set[str]:
    """The roles that have a process. One counts as ended when it stays away."""

    def look() -> set[str]:
        return {daemon.role for daemon in running(cluster)}

    return patiently(look, lambda found: found.issuperset(roles), patience_seconds)


_Seen = TypeVar("_Seen")


def patiently(look: Callable[[], _Seen], enough: Callable[[_Seen], bool], patience_seconds: float = 1) -> _Seen:
    """What is seen of processes, once it is enough or stays away.

    While a program is being loaded, its process shows no environment, and so no mark: on a cold disk that takes long
    enough to be seen.
    """
    until = time.monotonic() + patience_seconds
    while not enough(found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def require_alive(cluster: str, role: str, log: pathlib.Path) -> None:
    """Raise the end of a daemon's log as a Problem if the daemon has ended."""
    if role not in alive(cluster, [role]):
        raise Problem(f"{role} ended right after its start. The end of {log}:\n{log_tail(log)}")
