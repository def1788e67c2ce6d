"""The nodes of an AKS cluster."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_azure_native import containerservice

from ..sizing import POOL_LABEL, Pool, PoolName
from .machines import SYSTEM_MACHINE
from .spec import AksSpec

_ZONAL = frozenset({"bookie", "general"})
"""Pools whose pods have volumes, which stay in their zone: so must the node that a pod moves to in an upgrade."""

_MARK = 12 - len("general1")
"""The digits that a pool's name has room for."""


def node_pools(
    name: str, spec: AksSpec, planned: Mapping[PoolName, Pool], *, cluster: str, subnet: pulumi.Input[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The arguments of every pool of nodes that Pulsar's pods run on, by its logical name.

    Args:
        name: the cluster's logical name.
        spec: the cluster.
        planned: the pools.
        cluster: the cluster's name in its resource group.
        subnet: the id of the subnet that the nodes are in.
    """
    for role, pool in planned.items():
        parts = pool.per_zone(spec.zones) if role in _ZONAL else {"": pool.nodes}
        for zone, nodes in parts.items():
            if nodes:
                zones = (zone,) if zone else spec.zones
                logical = f"{name}-{role}-{zone}" if zone else f"{name}-{role}"
                yield (
                    logical,
                    {
                        "agent_pool_name": pool_name(f"{role}{zone}", pool.machine, spec),
                        "resource_name_": cluster,
                        "resource_group_name": spec.group,
                        "mode": "User",
                        "node_labels": {POOL_LABEL: role},
                        **_nodes(spec, machine=pool.machine, nodes=nodes, zones=zones, subnet=subnet),
                    },
                )


def system_pool(spec: AksSpec, subnet: pulumi.Input[str]) -> dict[str, Any]:
    """The pool that comes with the cluster, for the cluster's own services alone.

    Azure can't give a pool other machines, and takes no other pool in its place with the cluster's own arguments. So
    it stays as it is, while the pools of Pulsar's pods, whose machines are planned, come and go.
    """
    return {
        "name": "system",
        "mode": "System",
        "node_taints": ["CriticalAddonsOnly=true:NoSchedule"],
        **_nodes(spec, machine=SYSTEM_MACHINE, nodes=len(spec.zones), zones=spec.zones, subnet=subnet),
    }


def pool_name(role: str, machine: str, spec: AksSpec) -> str:
    """A pool's name: at most 12 lower-case letters and digits, the first one a letter.

    It changes with what can't be changed in a pool, so that the new nodes are there before the old ones go.
    """
    lasting = f"{machine} {spec.encryption_at_host}"
    return f"{role}{hashlib.sha256(lasting.encode()).hexdigest()[:_MARK]}"


def _nodes(
    spec: AksSpec, *, machine: str, nodes: int, zones: Sequence[str], subnet: pulumi.Input[str]
) -> dict[str, Any]:
    return {
        "type": containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
        "vm_size": machine,
        "count": nodes,
        "availability_zones": list(zones),
        "orchestrator_version": spec.kubernetes,
        "os_type": containerservice.OSType.LINUX,
        "os_sku": containerservice.OSSKU.UBUNTU,
        "os_disk_type": containerservice.OSDiskType.MANAGED,
        "os_disk_size_gb": 128,
        "enable_encryption_at_host": spec.encryption_at_host,
        "vnet_subnet_id": subnet,
        # A node more in each zone while it upgrades, so that a pod finds one where its volume is.
        "upgrade_settings": {"max_surge": str(len(zones)), "drain_timeout_in_minutes": 60},
        "tags": dict(spec.tags),
    }
