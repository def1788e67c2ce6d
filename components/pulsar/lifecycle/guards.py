"""Changes that would lose data, refused in the preview and again before they happen."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pulumi

from ...model import Bytes

Guard = Callable[[int, int], str | None]
"""From the replicas before and after, why the change is refused."""
Inputs = Mapping[str, Any]
"""What a resource is made from, as the engine keeps it."""


def bookies_only_grow(name: str, decommissioned: Collection[str]) -> Guard:
    """A bookie's ledgers must be copied elsewhere before it goes.

    Args:
        name: the bookies' stateful set.
        decommissioned: the pods whose ledgers have been seen to be elsewhere.
    """

    def guard(before: int, after: int) -> str | None:
        going = [f"{name}-{ordinal}" for ordinal in range(after, before)]
        unsafe = [pod for pod in going if pod not in decommissioned]
        if not unsafe:
            return None
        return (
            f"bookkeeper.replicas goes from {before} to {after}, and the ledgers on {', '.join(unsafe)} would lose a "
            "copy. "
            "Decommission them first and name them under bookkeeper.decommissioned (docs/howto/bookies.md says how), "
            "or leave replicas as it is."
        )

    return guard


def members_stay(store: str, setting: str = "metadata") -> Guard:
    """A metadata store's members know each other: a new one that was not invited starts a second cluster."""

    def guard(before: int, after: int) -> str | None:
        if after == before:
            return None
        return (
            f"{setting}.replicas goes from {before} to {after}, and {store}'s members don't follow: a member that the "
            "others were not told of forms a cluster of its own, and metadata is lost. "
            "Leave replicas as it is, or move to a new stack."
        )

    return guard


def servers_only_grow(store: str) -> Guard:
    """New servers are given a share of the metadata; one that goes takes its share along."""

    def guard(before: int, after: int) -> str | None:
        if after >= before:
            return None
        return (
            f"metadata.replicas goes from {before} to {after}, and what {store}'s servers keep is not moved off those "
            "that go: metadata is lost. Leave replicas as it is, or move to a new stack."
        )

    return guard


def volume_only_grows(name: str, old: Inputs, new: Inputs) -> str | None:
    """A claim's volume can be made larger where it is, and never smaller.

    Source: Kubernetes, expanding persistent volume claims.

    Args:
        name: the claim's own name.
        old: what it was made from.
        new: what it is to be.

    Returns:
        Why it is refused; `None` where it may be.
    """
    before, after = _claimed(old), _claimed(new)
    if before is None or after is None or after >= before:
        return None
    return (
        f"PersistentVolumeClaim {name} would shrink from {before} to {after}, which Kubernetes takes from nobody. "
        f"Keep it by a `volume: {{size: {before}}}` where the stack file says what the volume is for."
    )


def hooks(role: str, guard: Guard) -> pulumi.ResourceHookBinding:
    """What the engine asks before it changes a role's pod set, in a preview as well."""

    def reason(old: Inputs, new: Inputs) -> str | None:
        before, after = _replicas(old), _replicas(new)
        return None if before is None or after is None else guard(before, after)

    return refusing(f"{role}-replicas", reason)


def parts_hooks(name: str, guards: Mapping[str, Guard]) -> pulumi.ResourceHookBinding:
    """The same for one resource that has several roles, each under a part of its `spec`.

    Args:
        name: the hook's own, once in a program.
        guards: by the part's name.
    """

    def reason(old: Inputs, new: Inputs) -> str | None:
        for part, guard in guards.items():
            before, after = _replicas(old, part), _replicas(new, part)
            if before is not None and after is not None and (sentence := guard(before, after)):
                return sentence
        return None

    return refusing(name, reason)


def refusing(name: str, reason: Callable[[Inputs, Inputs], str | None]) -> pulumi.ResourceHookBinding:
    """What the engine asks before it changes a resource, in a preview as well.

    Args:
        name: the hook's own, once in a program.
        reason: from the inputs before and after, why the change is refused; `None` where it may be.
    """

    def refuse(args: pulumi.ResourceHookArgs) -> None:
        if sentence := reason(args.old_inputs or {}, args.new_inputs or {}):
            raise pulumi.RunError(sentence)

    options = pulumi.ResourceHookOptions(on_dry_run=True)
    return pulumi.ResourceHookBinding(before_update=[pulumi.ResourceHook(name, refuse, options)])


def _claimed(inputs: Inputs) -> Bytes | None:
    requests = ((inputs.get("spec") or {}).get("resources") or {}).get("requests") or {}
    try:
        return Bytes.parse(requests.get("storage"))
    except ValueError:
        return None


def _replicas(inputs: Inputs, part: str | None = None) -> int | None:
    spec = inputs.get("spec") or {}
    replicas = ((spec.get(part) or {}) if part else spec).get("replicas")
    return int(replicas) if isinstance(replicas, int | float) else None
