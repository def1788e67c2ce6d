"""What the engine's steps do to what runs: which pods roll, what is made anew, what is gone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import updates
from .changes import Change
from .effect import CLAIMED, NODES, QUIET, Effect
from .findings import Finding
from .risk import Risk

_HOLD_DATA = frozenset(
    {
        "PersistentVolumeClaim", "Namespace", "Bucket", "BucketV2", "StorageAccount", "BlobContainer", "Cluster",
        "ManagedCluster", "Key", "CryptoKey", "PulsarCluster", "BookKeeperCluster", "ZooKeeperCluster", "Topic",
        "PulsarTopic", "PulsarNamespace", "PulsarTenant",
    }
)  # fmt: skip
"""What messages or metadata hang on, beside StatefulSets with volumes."""
_NAMED = 3
"""How many objects of a kind a sentence names."""
_INSIDE = "pulsar-admin:tenants:"
"""Tenants, namespaces and topics that no operator makes."""


def of_changes(changes: Sequence[Change], refusals: Mapping[str, str]) -> Iterator[Finding]:
    """What the steps do, but for objects of which nobody notices anything.

    Args:
        changes: the steps.
        refusals: what the program refuses, by the resource's logical name.
    """
    uncertain = [each for each in changes if each.uncertain]
    if uncertain:
        yield _only_the_engine_knows(uncertain)
    alike: dict[Effect, list[Change]] = {}
    for change in changes:
        if change.uncertain:
            continue
        if change.name in refusals:
            yield Finding(Risk.REFUSED, change.called, refusals[change.name], details=_fields([change]))
        elif (effect := _effect(change)).risk > Risk.HARMLESS:
            alike.setdefault(effect, []).append(change)
    for effect, alike_ones in alike.items():
        yield _finding(effect, alike_ones)
    # A component's own refusal is about no object.
    told = {change.name for change in changes if not change.uncertain}
    for name, sentence in refusals.items():
        if name not in told:
            yield Finding(Risk.REFUSED, name, sentence)


def _finding(effect: Effect, changes: Sequence[Change]) -> Finding:
    about = changes[0].called if len(changes) == 1 else f"{len(changes)} objects"
    sentence = effect.one if len(changes) == 1 else effect.many
    # What holds data is named to the last one.
    most = len(changes) if effect.risk >= Risk.DATA else _NAMED
    told = sentence.replace("{objects}", _listed(changes, most))
    return Finding(effect.risk, about, told, details=(*_gone(changes), *_fields(changes)))


def _gone(changes: Iterable[Change]) -> tuple[str, ...]:
    words = {"delete": "deleted", "replace": "made anew"}
    return tuple(f"{each.kind} {each.called}: {words[each.action]}" for each in changes if each.action in words)


def _listed(changes: Iterable[Change], most: int) -> str:
    """The objects by their kinds: `Services events-broker, events-proxy and Deployment events-proxy`."""
    kinds: dict[str, list[str]] = {}
    for change in changes:
        kinds.setdefault(change.kind, []).append(change.called)
    each = [f"{_plural(kind) if len(names) > 1 else kind} {_some(names, most)}" for kind, names in kinds.items()]
    return " and ".join(filter(None, ("; ".join(each[:-1]), each[-1])))


def _some(names: Sequence[str], most: int) -> str:
    """The first few, and how many more: what is folded below names all."""
    more = len(names) - most
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:most])} and {more} more"


def _plural(kind: str) -> str:
    if kind.endswith("y") and not kind.endswith(("ey", "ay")):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "ss")) else f"{kind}s"


def _only_the_engine_knows(changes: Sequence[Change]) -> Finding:
    names = [f"{each.kind} {each.name} ({', '.join(field.path for field in each.fields[:2])})" for each in changes]
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return Finding(
        Risk.INTERRUPTS,
        "the cloud",
        f"Changes: {listed}. Whether one is made anew for it only the engine's preview can tell.",
        details=_fields(changes),
    )


def _effect(change: Change) -> Effect:
    if change.type.startswith(_INSIDE):
        return _of_tenants(change)
    if change.action == "create":
        return Effect(Risk.HARMLESS, "", "")
    if change.action == "update":
        return updates.effect(change)
    if change.protected:
        return _protected(change)
    if change.kind == "Job" and change.action == "replace":
        return Effect(Risk.ROLLS, "{objects} runs again.", "{objects} run again.")
    because = "".join(f" ({path} can't be changed)" for path in _replacing(change)[:1])
    if change.kind in NODES and change.action == "replace" and _is_renamed(change):
        told = f"made anew{because}: the new nodes come first, and then each pod on the old ones moves once."
        return Effect(Risk.INTERRUPTS, f"{{objects}} is {told}", f"{{objects}} are {told}")
    verb = "deleted" if change.action == "delete" else "deleted and made anew"
    risk, tail, tails = _lost(change)
    return Effect(risk, f"{{objects}} is {verb}{because}{tail}.", f"{{objects}} are {verb}{because}{tails}.")


def _is_renamed(change: Change) -> bool:
    """Whether both can be there at once: then the engine makes the new one before it deletes the old one."""
    return any(field.replaces and field.path.lower().endswith("name") for field in change.fields)


def _lost(change: Change) -> tuple[Risk, str, str]:
    """What a deletion does, and the end of its sentence, of one and of several."""
    if change.kind in _HOLD_DATA or (change.kind == "StatefulSet" and _has_volumes(change)):
        return Risk.DATA, ": what hangs on it may be lost", ": what hangs on them may be lost"
    again = change.action == "replace"
    if change.kind == "Job":
        return Risk.ROLLS, "", ""
    if change.kind == "PodDisruptionBudget" and not again:
        told = ": when nodes are drained, nothing holds back that all of these pods stop at once"
        return Risk.NOTICED, told, told
    if change.kind == "Secret" and not again:
        told = ": pods that still name it can't start"
        return Risk.NOTICED, told, told
    if change.kind in QUIET:
        return Risk.NOTICED, "", ""
    if again:
        return Risk.INTERRUPTS, ": it is away until then", ": they are away until then"
    return Risk.INTERRUPTS, ": what it served is served no more", ": what they served is served no more"


def _has_volumes(change: Change) -> bool:
    spec = change.before.get("spec")
    return not isinstance(spec, Mapping) or bool(spec.get("volumeClaimTemplates"))


def _protected(change: Change) -> Effect:
    verb = "deleted" if change.action == "delete" else "deleted and made anew"
    replacing = _replacing(change)
    because = "".join(f" ({path} can't be changed in place)" for path in replacing[:1])
    way_out = (
        "give the protection up first, with an `up` of its own, if that is meant (pulsar.keep_data, or "
        "cluster.deletion_protection of a cloud's cluster)."
    )
    if replacing and all(path.endswith(CLAIMED) for path in replacing):
        way_out = "grow the volumes that are there first, and then the set, as docs/howto/volumes.md says."
    return Effect(
        Risk.REFUSED,
        f"{{objects}} would be {verb}{because}, and is protected: data hangs on it. Leave it as it was, or {way_out}",
        f"{{objects}} would be {verb}{because}, and are protected: data hangs on them. Leave them as they were, or "
        f"{way_out}",
    )


def _of_tenants(change: Change) -> Effect:
    if change.action == "create":
        return Effect(Risk.HARMLESS, "", "")
    if change.action == "update":
        told = "in Pulsar, at once and without a restart."
        return Effect(Risk.NOTICED, f"{{objects}} changes {told}", f"{{objects}} change {told}")
    if change.before.get("keep", True):
        told = "in Pulsar. Permissions that the stack gave end."
        return Effect(
            Risk.NOTICED,
            f"{{objects}} leaves the stack and stays {told}",
            f"{{objects}} leave the stack and stay {told}",
        )
    told = "deleted in Pulsar. With subscriptions or messages there, the `up` ends instead."
    return Effect(Risk.DATA, f"{{objects}} is {told}", f"{{objects}} are {told}")


def _replacing(change: Change) -> list[str]:
    return [field.path for field in change.fields if field.replaces]


def _fields(changes: Iterable[Change]) -> tuple[str, ...]:
    fields = (field for change in changes for field in change.fields)
    return tuple(f"{field.path}: {_value(field.before)} → {_value(field.after)}" for field in fields)


def _value(value: Any) -> str:
    text = "-" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"
