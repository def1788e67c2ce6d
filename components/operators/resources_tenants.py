"""The component that hands the stack file's tenants to the Pulsar resources operator."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..kubernetes_objects import register
from ..pulsar.lifecycle.guards import Inputs, refusing
from ..pulsar.spec import PulsarSpec
from ..tenancy.tenants import TenantSpec
from .resources import ResourcesOperatorSpec
from .resources_objects import declared


class Tenants(pulumi.ComponentResource):
    """What lives inside Pulsar, each part after the one that it stands in, and gone before it."""

    ready: Mapping[str, pulumi.Resource]
    """The resources by their kind and name: `PulsarNamespace shop/orders`. What needs one depends on it."""

    def __init__(
        self,
        name: str,
        tenants: Mapping[str, TenantSpec],
        *,
        pulsar: PulsarSpec,
        operator: ResourcesOperatorSpec,
        needed: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register them.

        Args:
            name: the component's logical name.
            tenants: the stack file's section.
            pulsar: the Pulsar that they live in.
            operator: the operator that makes them there.
            needed: Pulsar itself, and what the operator consists of.
            opts: the provider of the cluster.
        """
        resources = declared(tenants, pulsar, operator)
        super().__init__("pulsar:tenancy:Tenants", name, {}, opts)
        made: dict[str, pulumi.Resource] = {}
        for each in resources:
            # Each names what it needs for itself: a component that waits is not waited for by what is in it.
            options = pulumi.ResourceOptions(
                parent=self, depends_on=[*needed, *(made[key] for key in each.needs)], hooks=_hooks(each.key)
            )
            made[each.key] = register(each.name, each.manifest, options)
        self.ready = made
        self.register_outputs({})


def _hooks(key: str) -> pulumi.ResourceHookBinding | None:
    """What the engine asks before it changes a resource, in a preview as well."""
    check = {"PulsarTopic": partitions_only_grow, "PulsarNamespace": bundles_stay}.get(key.partition(" ")[0])
    if check is None:
        return None

    def reason(old: Inputs, new: Inputs) -> str | None:
        before, after = old.get("spec"), new.get("spec")
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
