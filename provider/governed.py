"""What namespaces and topics share: policies and permissions, taken over, changed, and seen to have changed."""

from typing import Any

from plugin.problems import NotReady

from . import applying
from .applying import Place
from .handler import Task
from .policies import POLICIES

_PARTS = ("policies", "permissions")


def took_over(place: Place, inputs: dict[str, Any], task: Task) -> None:
    """Tell that something is taken over, and what of it stays though the stack doesn't say it."""
    live = applying.look(place) or {}
    beside = [
        name
        for part in _PARTS
        for name in live.get(part) or {}
        if name not in (inputs.get(part) or {}) and not (part == "policies" and name in _SHARED)
    ]
    rest = f" What the stack doesn't say of it stays as it is: {', '.join(beside)}." if beside else ""
    task.tell(f"{place.called[:1].upper()}{place.called[1:]} was there already and is taken over.{rest}")


_SHARED = {policy.name for table in POLICIES.values() for policy in table if policy.shared}


def applied(place: Place, before: dict[str, Any], inputs: dict[str, Any], more: dict[str, Any], task: Task) -> Any:
    """Bring policies and permissions about.

    Args:
        place: what they are of.
        before: the inputs until now.
        inputs: the inputs from now on.
        more: what else Pulsar has of it.
        task: the request.

    Raises:
        NotReady: with all that Pulsar has of it.
    """
    try:
        return {**more, **applying.apply(place, before, inputs, task)}
    except NotReady as unready:
        raise NotReady(unready.reasons, {**more, **unready.live}) from None


def seen(place: Place, inputs: dict[str, Any], known: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """The policies and permissions that would make what is there.

    What was there when the stack came, and it says nothing of, is nobody's drift. So what counts is what has changed
    since.
    """
    found: dict[str, Any] = {}
    shared = {policy.name for policy in POLICIES[place.scope] if policy.shared}
    for part in _PARTS:
        was, now, here = known.get(part) or {}, live.get(part) or {}, dict(inputs.get(part) or {})
        for name in sorted({*was, *now}):
            if was.get(name) == now.get(name) or (part == "policies" and name in shared and name not in here):
                continue
            if name in now:
                here[name] = now[name]
            else:
                here.pop(name, None)
        found[part] = here if inputs else dict(now)
    return found


def revoked(place: Place, kept: dict[str, Any], task: Task) -> None:
    """Take back what the stack has granted: who was given something by it could go on with that."""
    if kept.get("permissions"):
        applying.apply(place, {"permissions": kept["permissions"]}, {}, task)
