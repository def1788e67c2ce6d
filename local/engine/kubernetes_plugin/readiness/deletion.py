"""Waiting until a deleted object is gone, and what holds it."""

import time
from collections.abc import Callable
from typing import Any

from ..applying import described
from ..informers import Informers
from ..problems import Cancelled, PluginError
from .verdict import condition

_HOLDING = ("NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure")


def wait_until_gone(
    informers: Informers, path: str, manifest: dict[str, Any], timeout_seconds: float, say: Callable[[str], None]
) -> None:
    """Wait until an object that was deleted is gone.

    Args:
        informers: the cluster's watches.
        path: the collection that the object is in.
        manifest: the object as it was, with its UID.
        timeout_seconds: how long to wait.
        say: tells the person what it waits for.

    Raises:
        Cancelled: when the engine was told to stop.
        PluginError: when it takes too long, with what holds the object.
    """
    about = manifest["metadata"]
    key, uid = f"{about.get('namespace', '')}/{about['name']}", about.get("uid")
    watched = informers.of(path)
    until, told = time.monotonic() + timeout_seconds, ""
    with informers.changed:
        while True:
            if informers.client.cancelled.is_set():
                raise Cancelled(f"Stopped while {described(manifest)} was being deleted. Its deletion goes on.")
            live = watched.objects.get(key)
            # What the watch knows may be older than the deletion: it must show the object's end, or not know it at all.
            fresh = watched.version >= int(about.get("resourceVersion") or 0)
            if watched.refused or (fresh and (live is None or live["metadata"].get("uid") != uid)):
                if told:
                    say("")
                return
            held = _what_holds(live) if live else ""
            if held and held != told:
                say(held)
                told = held
            left = until - time.monotonic()
            if left <= 0:
                raise PluginError(
                    f"{described(manifest)} is still there after {timeout_seconds:.0f} s: "
                    f"{held or 'nothing says why'}. Its deletion goes on; the next update looks again."
                )
            informers.changed.wait(left)


def _what_holds(live: dict[str, Any]) -> str:
    reasons = [each.get("message", "") for kind in _HOLDING if (each := condition(live, kind)).get("status") == "True"]
    finalizers = list(live["metadata"].get("finalizers") or [])
    if "foregroundDeletion" in finalizers:
        finalizers.remove("foregroundDeletion")
        reasons.append("what belongs to it is deleted first")
    if finalizers:
        reasons.append(f"held by the finalizers {', '.join(finalizers)}")
    grace = live["metadata"].get("deletionGracePeriodSeconds")
    if grace and not reasons:
        reasons.append(f"its containers have up to {grace} s to end")
    return "; ".join(reasons)
