"""The component that hands the stack file's tenants to the Pulsar resources operator."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi

from ..kubernetes_objects import register
from ..pulsar.spec import PulsarSpec
from ..tenancy import changes_refused
from ..tenancy.tenants import TenantSpec
from .operator import Operator
from .resources import ResourcesOperatorSpec
from .resources_objects import declared

if TYPE_CHECKING:
    from ..stack import StackSpec


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
                parent=self,
                depends_on=[*needed, *(made[key] for key in each.needs)],
                hooks=changes_refused.hooks(each.key, each.key.partition(" ")[0].removeprefix("Pulsar"), "spec"),
            )
            made[each.key] = register(each.name, each.manifest, options)
        self.ready = made
        self.register_outputs({})


def deploy(
    spec: "StackSpec",
    operators: Mapping[str, Operator],
    *,
    needed: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """The stack's tenants, where the operator makes them.

    Args:
        spec: the stack file.
        operators: those that are installed, by their setting.
        needed: Pulsar itself.
        opts: the provider of the cluster.
    """
    if not spec.tenants or spec.operators.resources is None:
        return []
    made = Tenants(
        "tenants",
        spec.tenants,
        pulsar=spec.pulsar,
        operator=spec.operators.resources,
        needed=[*needed, *operators["resources"].needed],
        opts=opts,
    )
    return list(made.ready.values())
