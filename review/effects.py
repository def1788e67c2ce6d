"""What the engine's steps do to what runs: which pods roll, what is made anew, what is gone."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .changes import CLOUDS, Change
from .findings import Finding
from .risk import Risk

POD_SETS = ("StatefulSet", "Deployment", "DaemonSet")
STARTS_IN = 30
"""Seconds from a pod's start until it serves, on a cluster that isn't busy: measured for brokers and bookies of 4.0."""
_QUIET = frozenset(
    {
        "ConfigMap", "ServiceAccount", "PodDisruptionBudget", "Role", "RoleBinding", "ClusterRole",
        "ClusterRoleBinding", "CronJob", "PodMonitor", "ServiceMonitor", "PrometheusRule", "NetworkPolicy",
    }
)  # fmt: skip
"""Kubernetes objects that do nothing by themselves: pods that read them roll for it."""
_HOLD_DATA = frozenset(
    {
        "StatefulSet", "PersistentVolumeClaim", "Namespace", "Bucket", "BucketV2", "StorageAccount", "BlobContainer",
        "Cluster", "ManagedCluster", "Key", "CryptoKey", "PulsarCluster", "BookKeeperCluster", "ZooKeeperCluster",
        "Topic",        "PulsarTopic", "PulsarNamespace", "PulsarTenant",
    }
)  # fmt: skip
"""What messages or metadata hang on."""
_NODES = frozenset({"LaunchTemplate", "NodePool", "NodeGroup", "AgentPool"})
"""What a pool's nodes are made from. Source: the clouds' pages on updating node groups and pools."""
_TAGS = re.compile(r"(tags|tagsAll|labels|resourceLabels|userLabels)(\.|\[|$)")
_UNSEEN = ("metadata.labels", "metadata.annotations")


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

    @property
    def told(self) -> str:
        """In words."""
        if self.one_by_one:
            order = ", ".join(self.pods)
            least = _time(self.count * STARTS_IN)
            most = _time(self.count * (STARTS_IN + self.drain))
            return f"{order}, one after another; about {least}, and at most {most} where each drains for {self.drain} s"
        each = "1 pod" if self.count == 1 else f"{self.count} pods"
        return f"{each}, new ones before old ones go; about {_time(STARTS_IN * min(self.count, 2))}"


def rolls(changes: Sequence[Change]) -> list[Roll]:
    """The pods that are started again, in the order of the program."""
    return [_roll(each) for each in changes if _is_rolled(each)]


def _is_rolled(change: Change) -> bool:
    in_place = change.action == "update" and change.kind in POD_SETS
    return in_place and any(field.path.startswith("spec.template") for field in change.fields)


def _roll(change: Change) -> Roll:
    spec = change.after.get("spec", {})
    before = change.before.get("spec", {})
    name = _called(change)
    # Pods that come are not rolled, and pods that go are not waited for.
    count = min(int(spec.get("replicas", 1)), int(before.get("replicas", 1)))
    grace = int(spec.get("template", {}).get("spec", {}).get("terminationGracePeriodSeconds", STARTS_IN))
    stateful = change.kind == "StatefulSet"
    pods = tuple(f"{name}-{ordinal}" for ordinal in reversed(range(count))) if stateful else ()
    return Roll(name, _role(change), pods, count, stateful, grace)


def of_changes(changes: Sequence[Change], refusals: Mapping[str, str]) -> Iterator[Finding]:
    """What the steps do, but for objects of which nobody notices anything.

    Args:
        changes: the steps.
        refusals: what the program refuses, by the resource's logical name.
    """
    told = set()
    uncertain = [each for each in changes if each.uncertain]
    if uncertain:
        yield _only_the_engine_knows(uncertain)
    for change in changes:
        if change.uncertain:
            continue
        if change.name in refusals:
            told.add(change.name)
            yield Finding(Risk.REFUSED, _called(change), refusals[change.name], details=_fields(change))
            continue
        if change.protected and change.action in ("delete", "replace"):
            yield Finding(Risk.REFUSED, _called(change), _protected(change), details=_fields(change))
            continue
        risk, sentence = _effect(change)
        if risk == Risk.HARMLESS:
            continue
        yield Finding(risk, _called(change), sentence, details=_fields(change))
    # A component's own refusal is about no object.
    for name, sentence in refusals.items():
        if name not in told:
            yield Finding(Risk.REFUSED, name, sentence)


def _only_the_engine_knows(changes: Sequence[Change]) -> Finding:
    names = [f"{each.kind} {each.name} ({', '.join(field.path for field in each.fields[:2])})" for each in changes]
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    details = tuple(detail for each in changes for detail in _fields(each))
    return Finding(
        Risk.INTERRUPTS,
        "the cloud",
        f"Changes: {listed}. Whether one is made anew for it only the engine's preview can tell.",
        details=details,
    )


def _protected(change: Change) -> str:
    verb = "deleted" if change.action == "delete" else "deleted and made anew"
    return (
        f"{change.kind} {_called(change)} would be {verb}, and it is protected: data hangs on it. Leave it as it "
        f"was, or give "
        "the protection up first, with an `up` of its own (pulsar.keep_data, cluster.deletion_protection)."
    )


def _effect(change: Change) -> tuple[Risk, str]:
    what = f"{change.kind} {_called(change)}"
    if change.action == "create":
        return Risk.HARMLESS, f"{what} is made."
    if change.action == "update":
        return _update(change, what)
    verb = "is deleted" if change.action == "delete" else "is deleted and made anew"
    because = "".join(f" ({path} can't be changed)" for path in _replacing(change)[:1])
    if change.kind in _HOLD_DATA:
        return Risk.DATA, f"{what} {verb}{because}: what hangs on it may be lost."
    if change.kind == "Job":
        return Risk.ROLLS, f"{what} runs again." if change.action == "replace" else f"{what} is deleted."
    if change.kind in _QUIET:
        return Risk.ROLLS, f"{what} {verb}{because}."
    if change.action == "replace":
        return Risk.INTERRUPTS, f"{what} {verb}{because}: it is away until then."
    return Risk.INTERRUPTS, f"{what} {verb}: what it served is served no more."


def _update(change: Change, what: str) -> tuple[Risk, str]:
    if all(field.path.startswith(_UNSEEN) for field in change.fields) or change.kind in _QUIET:
        return Risk.HARMLESS, f"{what} changes in place."
    if change.kind in POD_SETS:
        if _is_rolled(change):
            return Risk.ROLLS, f"{_role(change)} pods roll: {_roll(change).told}."
        return _scaled(change)
    if _is_cloud(change) and all(_TAGS.match(field.path) for field in change.fields):
        return Risk.HARMLESS, f"{what} gets other tags."
    if change.kind in _NODES:
        return Risk.INTERRUPTS, f"{what} changes: its nodes are replaced, and each pod on them moves once."
    if change.kind == "Release":
        return Risk.ROLLS, f"The operator's release {_called(change)} is upgraded in place."
    if change.type.startswith("pulsar-admin:functions:"):
        return Risk.NOTICED, f"{what} is updated{_code(change)}: its instances start again."
    if change.kind == "Service":
        return Risk.NOTICED, f"{what} changes in place ({', '.join(field.path for field in change.fields[:3])})."
    return Risk.NOTICED, f"{what} changes in place."


def _code(change: Change) -> str:
    new_code = any(field.path in ("digest", "text") for field in change.fields)
    return " with other code" if new_code else ""


def _scaled(change: Change) -> tuple[Risk, str]:
    field = next((each for each in change.fields if each.path == "spec.replicas"), None)
    if field is None:
        return Risk.HARMLESS, f"{change.kind} {_called(change)} changes in place, and its pods stay."
    name, before, after = _called(change), int(field.before or 0), int(field.after or 0)
    ordinals = range(before, after) if after > before else range(after, before)
    pods = ", "
    "".join(
        f"{name}-{ordinal}" for ordinal in ordinals
    ) if change.kind == "StatefulSet" else f"{len(ordinals)} of {name}"
    return (Risk.HARMLESS, f"Starts: {pods}.") if after > before else (Risk.NOTICED, f"Stops: {pods}.")


def _is_cloud(change: Change) -> bool:
    return change.type.startswith(CLOUDS)


def _replacing(change: Change) -> list[str]:
    return [field.path for field in change.fields if field.replaces]


def _fields(change: Change) -> tuple[str, ...]:
    return tuple(f"{field.path}: {_value(field.before)} → {_value(field.after)}" for field in change.fields)


def _value(value: Any) -> str:
    text = "-" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _called(change: Change) -> str:
    metadata = change.object.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return str(name or change.name)


def _role(change: Change) -> str:
    metadata = change.object.get("metadata")
    labels = (metadata.get("labels") or {}) if isinstance(metadata, Mapping) else {}
    name = str(labels.get("app.kubernetes.io/name") or _called(change))
    return "WebSocket" if name == "websocket" else f"{name[:1].upper()}{name[1:]}"


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
