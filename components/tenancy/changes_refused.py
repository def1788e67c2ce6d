"""Changes of tenants that Pulsar can't make, refused in the preview and again before they happen."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ..pulsar.lifecycle.guards import Inputs, refusing


def hooks(key: str, kind: str, part: str | None = None) -> pulumi.ResourceHookBinding | None:
    """What the engine asks before it changes a resource, in a preview as well.

    Args:
        key: the resource's kind and name, once in a program.
        kind: `Topic` or `Namespace`; nothing is asked of others.
        part: the input that holds what Pulsar is told. Default: all of them do.
    """
    check = {"Topic": partitions_only_grow, "Namespace": bundles_stay}.get(kind)
    if check is None:
        return None

    def reason(old: Inputs, new: Inputs) -> str | None:
        before, after = (old.get(part), new.get(part)) if part else (old, new)
        return check(before, after) if before and after else None

    return refusing(f"{key} change", reason)


def partitions_only_grow(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Why a topic can't get the partitions that it is to have: Pulsar adds some, and takes none away."""
    old, new = int(before.get("partitions") or 0), int(after.get("partitions") or 0)
    if new == old or (old and new > old):
        return None
    if not old:
        return (
            f"{after['name']} was made without partitions and is to have {new}, and Pulsar can't divide a topic that "
            "has messages already. Leave partitions as it is, or declare another topic and move its clients there."
        )
    return (
        f"{after['name']} has {old} partitions and is to have {new}, and Pulsar takes no partition away: "
        "the messages in it would be lost. Leave partitions as it is, or declare another topic and move its clients "
        "there."
    )


def bundles_stay(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Why a namespace can't get another number of bundles: they are made with it, and split by the brokers later."""
    old, new = before.get("bundles"), after.get("bundles")
    if old == new or old is None or new is None:
        return None
    return (
        f"{after['name']} was made with {int(old)} bundles and is to have {int(new)}, which Pulsar takes for new "
        "namespaces alone. Leave bundles as it is: `pulsar-admin namespaces split-bundle` divides one."
    )
