"""Changes that would lose data, refused in the preview and again before they happen."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

Guard = Callable[[int, int], str | None]
"""From the replicas before and after, why the change is refused."""


def bookies_only_grow(before: int, after: int) -> str | None:
    """A bookie's ledgers must be copied elsewhere before it goes."""
    if after >= before:
        return None
    return (
        f"bookkeeper.replicas goes from {before} to {after}, and the ledgers on the {before - after} highest bookies "
        "would lose their copies. Decommission those bookies first (docs/howto/bookies.md), or leave replicas as it is."
    )


def members_stay(before: int, after: int) -> str | None:
    """etcd's members know each other: a new one that was not invited starts a second cluster."""
    if after == before:
        return None
    return (
        f"metadata.replicas goes from {before} to {after}, and etcd's members don't follow: a member that the others were "
        "not told of forms a cluster of its own, and metadata is lost. Leave replicas as it is, or move to a new stack."
    )


GUARDS: Mapping[str, Guard] = {"bookie": bookies_only_grow, "etcd": members_stay}
"""The roles whose number of pods is not free to change."""


def hooks(role: str) -> pulumi.ResourceHookBinding | None:
    """What the engine asks before it changes a role's pod set."""
    guard = GUARDS.get(role)
    if guard is None:
        return None

    def refuse(args: pulumi.ResourceHookArgs) -> None:
        before, after = (_replicas(inputs) for inputs in (args.old_inputs, args.new_inputs))
        if before is not None and after is not None and (reason := guard(before, after)):
            raise pulumi.RunError(reason)

    options = pulumi.ResourceHookOptions(on_dry_run=True)
    return pulumi.ResourceHookBinding(before_update=[pulumi.ResourceHook(f"{role}-replicas", refuse, options)])


def _replicas(inputs: Mapping[str, Any] | None) -> int | None:
    replicas = ((inputs or {}).get("spec") or {}).get("replicas")
    return int(replicas) if isinstance(replicas, int | float) else None
