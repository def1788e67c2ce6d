"""What the engine's steps do to what runs: which pods roll, what is made anew, what is gone."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .changes import CLOUDS, Change
from .findings import Finding
from .risk import Risk
from .rolls import POD_SETS, is_rolled, role, roll
from .rules.rule import amount

_QUIET = frozenset(
    {
        "ConfigMap", "ServiceAccount", "PodDisruptionBudget", "Role", "RoleBinding", "ClusterRole",
        "ClusterRoleBinding", "CronJob", "PodMonitor", "ServiceMonitor", "PrometheusRule", "NetworkPolicy",
    }
)  # fmt: skip
"""Kubernetes objects that do nothing by themselves: pods that read them roll for it."""
_HOLD_DATA = frozenset(
    {
        "PersistentVolumeClaim", "Namespace", "Bucket", "BucketV2", "StorageAccount", "BlobContainer", "Cluster",
        "ManagedCluster", "Key", "CryptoKey", "PulsarCluster", "BookKeeperCluster", "ZooKeeperCluster", "Topic",
        "PulsarTopic", "PulsarNamespace", "PulsarTenant",
    }
)  # fmt: skip
"""What messages or metadata hang on, beside StatefulSets with volumes."""
_NODES = frozenset({"LaunchTemplate", "NodePool", "NodeGroup", "AgentPool"})
"""What a pool's nodes are made from. Source: the clouds' pages on updating node groups and pools."""
_NUMBER = re.compile(r"(scalingConfig|autoscaling|nodeCount|initialNodeCount|count|minCount|maxCount)(\.|\[|$)")
"""How many nodes a pool has, which is changed without touching those that stay."""
_CLAIMED = "spec.resources.requests.storage"
_TAGS = re.compile(r"(tags|tagsAll|labels|resourceLabels|userLabels)(\.|\[|$)")
_INSIDE = "pulsar-admin:tenants:"
"""Tenants, namespaces and topics that no operator makes."""
_UNSEEN = ("metadata.labels", "metadata.annotations")


@dataclasses.dataclass(frozen=True)
class Effect:
    """What a step does; steps that do the same are told in one sentence."""

    risk: Risk
    one: str
    """The sentence, with `{objects}` for the object."""
    many: str
    """The same of several."""


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
    return Finding(effect.risk, about, sentence.replace("{objects}", _listed(changes)), details=_fields(changes))


def _listed(changes: Iterable[Change]) -> str:
    """The objects by their kinds: `Services events-broker, events-proxy and Deployment events-proxy`."""
    kinds: dict[str, list[str]] = {}
    for change in changes:
        kinds.setdefault(change.kind, []).append(change.called)
    each = [f"{_plural(kind) if len(names) > 1 else kind} {', '.join(names)}" for kind, names in kinds.items()]
    return " and ".join(filter(None, ("; ".join(each[:-1]), each[-1])))


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
        return _update(change)
    if change.protected:
        return _protected(change)
    if change.kind == "Job" and change.action == "replace":
        return Effect(Risk.ROLLS, "{objects} runs again.", "{objects} run again.")
    verb = "deleted" if change.action == "delete" else "deleted and made anew"
    because = "".join(f" ({path} can't be changed)" for path in _replacing(change)[:1])
    risk, tail, tails = _lost(change)
    return Effect(risk, f"{{objects}} is {verb}{because}{tail}.", f"{{objects}} are {verb}{because}{tails}.")


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
    if change.kind in _QUIET:
        return Risk.NOTICED, "", ""
    if again:
        return Risk.INTERRUPTS, ": it is away until then", ": they are away until then"
    return Risk.INTERRUPTS, ": what it served is served no more", ": what they served is served no more"


def _has_volumes(change: Change) -> bool:
    spec = change.before.get("spec")
    return not isinstance(spec, Mapping) or bool(spec.get("volumeClaimTemplates"))


def _protected(change: Change) -> Effect:
    verb = "deleted" if change.action == "delete" else "deleted and made anew"
    because = "".join(f" ({path} can't be changed in place)" for path in _replacing(change)[:1])
    way_out = (
        "first, with an `up` of its own, if that is meant (pulsar.keep_data, or cluster.deletion_protection of a "
        "cloud's cluster)."
    )
    return Effect(
        Risk.REFUSED,
        f"{{objects}} would be {verb}{because}, and is protected: data hangs on it. Leave it as it was, or give the "
        f"protection up {way_out}",
        f"{{objects}} would be {verb}{because}, and are protected: data hangs on them. Leave them as they were, or "
        f"give the protection up {way_out}",
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


def _update(change: Change) -> Effect:
    if all(field.path.startswith(_UNSEEN) for field in change.fields) or change.kind in _QUIET:
        return _same(Risk.HARMLESS, "")
    if change.kind in POD_SETS:
        if is_rolled(change):
            return _same(Risk.ROLLS, f"{role(change)} pods roll: {roll(change).told}.")
        return _scaled(change)
    if change.type.startswith(CLOUDS) and all(_TAGS.match(field.path) for field in change.fields):
        return _same(Risk.HARMLESS, "")
    if change.kind in _NODES and all(_NUMBER.match(field.path) for field in change.fields):
        return Effect(Risk.NOTICED, "{objects} gets another number of nodes.", "{objects} get another number of nodes.")
    if change.kind in _NODES:
        return Effect(
            Risk.INTERRUPTS,
            "{objects} changes: its nodes are replaced, and each pod on them moves once.",
            "{objects} change: their nodes are replaced, and each pod on them moves once.",
        )
    if change.kind == "Release":
        return _same(Risk.ROLLS, "The operator's release {objects} is upgraded in place.")
    if change.type.startswith("pulsar-admin:functions:"):
        return _same(Risk.NOTICED, f"{{objects}} is updated{_code(change)}: its instances start again.")
    if change.kind == "PersistentVolumeClaim":
        return _claim(change)
    if change.kind == "Secret":
        return _same(Risk.NOTICED, "{objects}: other content, which pods have once they start.")
    if change.kind == "Service":
        return _same(Risk.NOTICED, f"{{objects}}: {_service(change)}.")
    return Effect(Risk.NOTICED, "{objects} changes in place.", "{objects} change in place.")


def _same(risk: Risk, sentence: str) -> Effect:
    return Effect(risk, sentence, sentence)


def _code(change: Change) -> str:
    new_code = any(field.path in ("digest", "text") for field in change.fields)
    return " with other code" if new_code else ""


def _service(change: Change) -> str:
    """What becomes of a Service's ports, or else which of its fields change."""
    before, after = ({each["name"]: each["port"] for each in _ports(side)} for side in (change.before, change.after))
    told = [
        *(f"port {name} ({port}) comes" for name, port in after.items() if name not in before),
        *(f"port {name} ({port}) goes" for name, port in before.items() if name not in after),
        *(
            f"port {name} is {port}, not {before[name]}"
            for name, port in after.items()
            if before.get(name, port) != port
        ),
    ]
    return ", ".join(told) or f"changes in place ({', '.join(field.path for field in change.fields[:3])})"


def _ports(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    ports = (inputs.get("spec") or {}).get("ports") or []
    return [each for each in ports if isinstance(each, Mapping) and "name" in each and "port" in each]


def _claim(change: Change) -> Effect:
    size = next((each for each in change.fields if each.path == _CLAIMED), None)
    before, after = (amount(str(each)) for each in ((size.before, size.after) if size else ("", "")))
    if size is None or before is None or after is None:
        return Effect(Risk.NOTICED, "{objects} changes in place.", "{objects} change in place.")
    told = f"{size.before} → {size.after}"
    if after < before:
        return _same(
            Risk.INTERRUPTS,
            f"{{objects}} would shrink ({told}), which Kubernetes takes from nobody: the update ends with an error "
            "there. Leave the size as it was.",
        )
    return _same(Risk.NOTICED, f"{{objects}} grows in place ({told}), where its storage class allows it.")


def _scaled(change: Change) -> Effect:
    field = next((each for each in change.fields if each.path == "spec.replicas"), None)
    if field is None:
        return _same(Risk.HARMLESS, "")
    before, after = int(field.before or 0), int(field.after or 0)
    fewer = range(after, before)
    if not fewer:
        return _same(Risk.HARMLESS, "")
    named = ", ".join(f"{change.called}-{ordinal}" for ordinal in reversed(fewer))
    return _same(
        Risk.NOTICED, f"Stops: {named if change.kind == 'StatefulSet' else f'{len(fewer)} of {change.called}'}."
    )


def _replacing(change: Change) -> list[str]:
    return [field.path for field in change.fields if field.replaces]


def _fields(changes: Iterable[Change]) -> tuple[str, ...]:
    fields = (field for change in changes for field in change.fields)
    return tuple(f"{field.path}: {_value(field.before)} → {_value(field.after)}" for field in fields)


def _value(value: Any) -> str:
    text = "-" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"
