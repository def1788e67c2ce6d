"""The component that makes the stack file's tenants by the provider in `provider/`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi

from ..pulsar.spec import PulsarSpec
from . import changes_refused
from .admin import Admin, Inside
from .tenants import TenantSpec
from .told import declared

if TYPE_CHECKING:
    from ..stack import StackSpec


class NativeTenants(pulumi.ComponentResource):
    """What lives inside Pulsar, each part after the one that it stands in, and gone before it."""

    ready: Mapping[str, pulumi.Resource]
    """The resources by their kind and name: `Namespace shop/orders`. What needs one depends on it."""

    def __init__(
        self,
        name: str,
        tenants: Mapping[str, TenantSpec],
        *,
        pulsar: PulsarSpec,
        admin: Admin,
        needed: Sequence[pulumi.Resource],
    ) -> None:
        """Register them.

        Args:
            name: the component's logical name.
            tenants: the stack file's section.
            pulsar: the Pulsar that they live in.
            admin: the connection to it.
            needed: Pulsar itself.
        """
        super().__init__("pulsar:tenancy:Tenants", name, {})
        made: dict[str, pulumi.Resource] = {}
        for each in declared(tenants, pulsar):
            within = [made[each.within]] if each.within else []
            # Each names what it needs for itself: a component that waits is not waited for by what is in it.
            options = pulumi.ResourceOptions(
                parent=self,
                provider=admin,
                depends_on=[*needed, *within],
                hooks=changes_refused.hooks(each.key, each.kind),
            )
            made[each.key] = Inside(each.kind, each.name, each.inputs, opts=options)
        self.ready = made
        self.register_outputs({})


def deploy(spec: "StackSpec", admin: Admin | None, *, needed: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
    """The stack's tenants, where no operator makes them.

    Args:
        spec: the stack file.
        admin: the connection to Pulsar's REST API.
        needed: Pulsar itself.
    """
    if not spec.tenants or spec.operators.resources is not None or admin is None:
        return []
    return list(NativeTenants("tenants", spec.tenants, pulsar=spec.pulsar, admin=admin, needed=needed).ready.values())
