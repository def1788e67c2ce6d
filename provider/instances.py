"""Whether the instances of what was deployed run, as Pulsar's worker tells it."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any

from plugin.problems import Cancelled

from .admin import Admin, Refused
from .kinds import Kind

_STARTING = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "io exception", "Connection refused", "not been scheduled")
"""What the worker says of an instance that it doesn't hear of yet."""
_SETTLED = 6.0
"""Seconds for which an instance has failed before the failure is told: what is started again may succeed."""
_REPLACED = 12.0
"""Seconds within which a worker has stopped the old instances after a change, also a busy one: Pulsar tells no version
of what runs. It is waited for only where nobody saw them stop."""
_STOPPING = 0.3
"""Seconds between two looks as long as nobody has: a new instance takes longer than that to start."""
_EXCEPTIONS = ("latestUserExceptions", "latestSystemExceptions", "latestSourceExceptions", "latestSinkExceptions")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """How the instances are."""

    wanted: int
    running: int
    failures: tuple[str, ...]
    """What went wrong in those that don't run, as sentences."""
    starts: tuple[str, ...]
    """What keeps those that neither run nor failed."""

    @property
    def ready(self) -> bool:
        """Whether all of them run."""
        return self.running >= self.wanted > 0


def verdict(status: Any, wanted: int, log: Callable[[str, int], str] = lambda worker, number: "") -> Verdict:
    """What a status tells.

    Args:
        status: the answer to `…/status`; `None` where there is none yet.
        wanted: how many instances there shall be.
        log: gives the last words of an instance, from its worker's id and its number.
    """
    told = [(each.get("instanceId", 0), each.get("status") or {}) for each in (status or {}).get("instances") or ()]
    running = sum(1 for _, each in told if each.get("running"))
    failures, starts = [], []
    for number, each in told:
        if each.get("running"):
            continue
        text = " ".join(str(each.get("error") or "").split())
        said = [text, *_exceptions(each)] if text and not _is_start(text) else list(_exceptions(each))
        restarts = each.get("numRestarts") or 0
        if not said and restarts:
            # A process that ends by itself leaves its words in its log alone.
            said = [log(str(each.get("workerId") or ""), number) or "its process ended"]
        if said:
            again = f" (started {restarts} times again)" if restarts > 1 else ""
            failures.append(f"instance {number} failed{again}: {'; '.join(dict.fromkeys(said))[:2000]}")
        else:
            starts.append(f"instance {number}: {text or 'starting'}")
    return Verdict(wanted, running, tuple(failures), tuple(starts))


def _is_start(text: str) -> bool:
    return any(each in text for each in _STARTING)


def _exceptions(status: dict[str, Any]) -> Iterator[str]:
    for key in _EXCEPTIONS:
        for each in (status.get(key) or [])[-1:]:
            yield " ".join(str(each.get("exceptionString") or "").split())


def wait(
    admin: Admin, kind: Kind, path: str, wanted: int, seconds: float, say: Callable[[str], None], *, changed: bool
) -> tuple[str, ...]:
    """Wait until all instances run.

    Args:
        admin: the connection.
        kind: what they are instances of.
        path: its path in the REST API.
        wanted: how many there shall be.
        seconds: how long it may take.
        say: shows a line of progress.
        changed: whether there were instances before, which the worker still tells of for a moment.

    Returns:
        Why they don't; nothing when they do.
    """
    began = time.monotonic()
    until, pause, failed_since, stopped = began + seconds, 0.25, 0.0, not changed
    while True:
        status = _status(admin, path)
        found = verdict(status, wanted, lambda worker, number: admin.log(path, worker, number))
        now = time.monotonic()
        # A worker that doesn't answer yet says nothing of the old ones.
        seen = status is not None and not found.ready
        stopped = stopped or seen or now - began > min(_REPLACED, seconds / 2)
        if found.ready and stopped:
            return ()
        failed_since = (failed_since or now) if found.failures else 0.0
        say(f"{found.running} of {wanted} instances run" + (f"; {found.failures[0][:200]}" if found.failures else ""))
        if found.failures and now - failed_since > _SETTLED:
            return found.failures
        if now > until:
            reasons = found.failures or found.starts or ("no instance was scheduled by any worker",)
            return (
                f"the {kind.noun} {path.partition('/')[2]} has {found.running} of {wanted} instances running after "
                f"{seconds:.0f} s: {'; '.join(reasons)}",
            )
        if admin.cancelled.wait(pause):
            raise Cancelled("The update was cancelled while the instances start. What was deployed stays.")
        pause = min(pause * 1.3, 1.5 if stopped else _STOPPING)


def _status(admin: Admin, path: str) -> Any:
    try:
        return admin.get(f"{path}/status")
    except Refused as error:
        # The worker has not read its own topic up to here yet, or an instance moves.
        if error.status in (400, 500):
            return None
        raise
