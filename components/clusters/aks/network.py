"""The network under an AKS cluster, as resources."""

import dataclasses

import pulumi
from pulumi_azure_native import network

from .network_spec import AksExistingNetworkSpec
from .spec import AksSpec

_WAYS_OUT = {
    "nat-gateway": "userAssignedNATGateway",
    "load-balancer": "loadBalancer",
    "routes": "userDefinedRouting",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ground:
    """What a cluster stands on."""

    subnet: pulumi.Input[str]
    """The id of the subnet that nodes are in."""
    outbound: str
    """AKS' outbound type."""
    address: pulumi.Output[str] | None = None
    """The address by which its nodes reach the internet, where it is known."""


def ground(name: str, spec: AksSpec, opts: pulumi.ResourceOptions) -> Ground:
    """The network that exists, or one that is made.

    Args:
        name: the cluster's logical name.
        spec: the cluster.
        opts: how everything in its resource group is registered.
    """
    if isinstance(spec.network, AksExistingNetworkSpec):
        return Ground(subnet=spec.network.subnet_id, outbound=_WAYS_OUT[spec.network.way_out])
    tags = dict(spec.tags)
    address = network.PublicIPAddress(
        f"{name}-address",
        public_ip_address_name=f"{spec.name}-nat",
        resource_group_name=spec.group,
        location=spec.region,
        sku={"name": "Standard", "tier": "Regional"},
        public_ip_allocation_method=network.IPAllocationMethod.STATIC,
        public_ip_address_version=network.IPVersion.I_PV4,
        zones=["1", "2", "3"],
        tags=tags,
        opts=opts,
    )
    gateway = network.NatGateway(
        f"{name}-nat",
        nat_gateway_name=f"{spec.name}-nat",
        resource_group_name=spec.group,
        location=spec.region,
        sku={"name": network.NatGatewaySkuName.STANDARD},
        public_ip_addresses=[{"id": address.id}],
        tags=tags,
        opts=opts,
    )
    virtual = network.VirtualNetwork(
        f"{name}-network",
        virtual_network_name=spec.name,
        resource_group_name=spec.group,
        location=spec.region,
        address_space={"address_prefixes": [spec.network.nodes]},
        tags=tags,
        opts=opts,
    )
    subnet = network.Subnet(
        f"{name}-subnet",
        subnet_name="nodes",
        virtual_network_name=spec.name,
        resource_group_name=spec.group,
        address_prefix=spec.network.subnet,
        nat_gateway={"id": gateway.id},
        # What is offloaded goes to the storage account on Azure's own network: a NAT gateway is paid by the gigabyte.
        service_endpoints=[{"service": "Microsoft.Storage"}],
        default_outbound_access=False,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[virtual])),
    )
    return Ground(subnet=subnet.id, outbound=_WAYS_OUT["nat-gateway"], address=address.ip_address.apply(str))
