"""What it does to what runs that an object changes in place."""

import re
from collections.abc import Mapping
from typing import Any

from .changes import CLOUDS, Change
from .effect import CLAIMED, NODES, QUIET, Effect, same
from .risk import Risk
from .rolls import POD_SETS, is_rolled, role, roll
from .rules.rule import amount

_NUMBER = re.compile(r"(scalingConfig|autoscaling|nodeCount|initialNodeCount|count|minCount|maxCount)(\.|\[|$)")
"""How many nodes a pool has, which is changed without touching those that stay."""
_TAGS = re.compile(r"(tags|tagsAll|labels|resourceLabels|userLabels)(\.|\[|$)")
_UNSEEN = ("metadata.labels", "metadata.annotations")


def effect(change: Change) -> Effect:
    """What an update in place does."""
    if all(field.path.startswith(_UNSEEN) for field in change.fields) or change.kind in QUIET:
        return same(Risk.HARMLESS, "")
    if change.kind in POD_SETS:
        if is_rolled(change):
            return same(Risk.ROLLS, f"{role(change)} pods roll: {roll(change).told}.")
        return _scaled(change)
    if change.type.startswith(CLOUDS) and all(_TAGS.match(field.path) for field in change.fields):
        return same(Risk.HARMLESS, "")
    if change.kind in NODES and all(_NUMBER.match(field.path) for field in change.fields):
        return Effect(Risk.NOTICED, "{objects} gets another number of nodes.", "{objects} get another number of nodes.")
    if change.kind in NODES:
        return Effect(
            Risk.INTERRUPTS,
            "{objects} changes: its nodes are replaced, and each pod on them moves once.",
            "{objects} change: their nodes are replaced, and each pod on them moves once.",
        )
    if change.kind == "Release":
        return same(Risk.ROLLS, "The operator's release {objects} is upgraded in place.")
    if change.type.startswith("pulsar-admin:functions:"):
        return same(Risk.NOTICED, f"{{objects}} is updated{_code(change)}: its instances start again.")
    if change.kind == "PersistentVolumeClaim":
        return _claim(change)
    if change.kind == "Secret":
        return same(Risk.NOTICED, "{objects}: other content, which pods have once they start.")
    if change.kind == "Service":
        return same(Risk.NOTICED, f"{{objects}}: {_service(change)}.")
    return Effect(Risk.NOTICED, "{objects} changes in place.", "{objects} change in place.")


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
    size = next((each for each in change.fields if each.path == CLAIMED), None)
    before, after = (amount(str(each)) for each in ((size.before, size.after) if size else ("", "")))
    if size is None or before is None or after is None:
        return Effect(Risk.NOTICED, "{objects} changes in place.", "{objects} change in place.")
    told = f"{size.before} → {size.after}"
    if after < before:
        return same(
            Risk.INTERRUPTS,
            f"{{objects}} would shrink ({told}), which Kubernetes takes from nobody: the update ends with an error "
            "there. Leave the size as it was.",
        )
    return same(Risk.NOTICED, f"{{objects}} grows in place ({told}), where its storage class allows it.")


def _scaled(change: Change) -> Effect:
    field = next((each for each in change.fields if each.path == "spec.replicas"), None)
    if field is None:
        return same(Risk.HARMLESS, "")
    before, after = int(field.before or 0), int(field.after or 0)
    fewer = range(after, before)
    if not fewer:
        return same(Risk.HARMLESS, "")
    named = ", ".join(f"{change.called}-{ordinal}" for ordinal in reversed(fewer))
    return same(
        Risk.NOTICED, f"Stops: {named if change.kind == 'StatefulSet' else f'{len(fewer)} of {change.called}'}."
    )
