"""Which pods are started again, in which order, and about how long it takes."""

import dataclasses
from collections.abc import Mapping, Sequence

from .changes import Change

POD_SETS = ("StatefulSet", "Deployment", "DaemonSet")
STARTS_IN = 30
"""Seconds from a pod's start until it serves, on a cluster that isn't busy: measured for brokers and bookies of 4.0."""


@dataclasses.dataclass(frozen=True)
class Roll:
    """Pods of one set that are started again."""

    name: str
    role: str
    pods: tuple[str, ...]
    """In the order in which they go; of a Deployment, none has a name yet."""
    count: int
    one_by_one: bool
    drain: int
    """Seconds that a pod may take to stop, at the most."""
    surges: bool = False
    """Whether a new pod serves before an old one goes."""

    @property
    def least(self) -> int:
        """Seconds, where a pod stops at once."""
        return STARTS_IN * self.count

    @property
    def most(self) -> int:
        """Seconds, where each pod takes all the time that it has to stop."""
        return self.count * (STARTS_IN + self.drain) if self.one_by_one else self.least

    @property
    def told(self) -> str:
        """In words."""
        if self.one_by_one:
            order = ", ".join(self.pods)
            slowest = f"and at most {time(self.most)} where each drains for {self.drain} s"
            return f"{order}, one after another; about {time(self.least)}, {slowest}"
        each = "1 pod" if self.count == 1 else f"{self.count} pods"
        order = "a new one before an old one goes" if self.surges else "the old before the new: away until then"
        return f"{each}, {order}; about {time(self.least)}"


def rolls(changes: Sequence[Change]) -> list[Roll]:
    """The pods that are started again, in the order of the program."""
    return [roll(each) for each in changes if is_rolled(each)]


def together(found: Sequence[Roll]) -> str:
    """All of them in one sentence: the engine rolls the sets beside each other. Empty where nothing rolls."""
    if not found:
        return ""
    count = sum(each.count for each in found)
    sets = f" of {len(found)} sets, the sets beside each other" if len(found) > 1 else f" ({found[0].name})"
    least, most = (max(getattr(each, bound) for each in found) for bound in ("least", "most"))
    longest = f", at most {time(most)}" if most > least else ""
    verb = "1 pod starts" if count == 1 else f"{count} pods start"
    return f"{verb} again{sets}: about {time(least)}{longest}."


def is_rolled(change: Change) -> bool:
    """Whether a change of a set starts its pods again."""
    in_place = change.action == "update" and change.kind in POD_SETS
    return in_place and any(field.path.startswith("spec.template") for field in change.fields)


def roll(change: Change) -> Roll:
    """The pods of a set that rolls."""
    spec, before = change.after.get("spec", {}), change.before.get("spec", {})
    # Pods that come are not rolled, and pods that go are not waited for.
    count = min(int(spec.get("replicas", 1)), int(before.get("replicas", 1)))
    grace = int(spec.get("template", {}).get("spec", {}).get("terminationGracePeriodSeconds", STARTS_IN))
    stateful = change.kind == "StatefulSet"
    pods = tuple(f"{change.called}-{ordinal}" for ordinal in reversed(range(count))) if stateful else ()
    surges = change.kind == "Deployment" and spec.get("strategy", {}).get("type") != "Recreate"
    return Roll(change.called, role(change), pods, count, stateful, grace, surges)


def role(change: Change) -> str:
    """What the pods of a set are to Pulsar, at a sentence's start: `Broker`."""
    metadata = change.object.get("metadata")
    labels = (metadata.get("labels") or {}) if isinstance(metadata, Mapping) else {}
    name = str(labels.get("app.kubernetes.io/name") or change.called)
    return {"websocket": "WebSocket", "etcd": "etcd", "zookeeper": "ZooKeeper"}.get(
        name, f"{name[:1].upper()}{name[1:]}"
    )


def time(seconds: int) -> str:
    """Seconds as people say them."""
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
