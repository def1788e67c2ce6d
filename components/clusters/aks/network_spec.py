"""The network that a cluster's nodes are in: made with it, or there already."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal

import pydantic

from ...azure import SubnetId, taken_by_azure
from ...model import Spec, unless_told
from ..cloud import Network, overlapping

_PODS_OF_A_NODE = 256
"""The overlay gives each node a /24 of the pods' network."""
_OF_AZURE = 5
"""Addresses of a subnet that are Azure's own."""


class AksNetworkSpec(Spec):
    """What both kinds have in common."""

    pods: Network = "10.244.0.0/16"
    """The pods' addresses, 256 for each node. They are seen inside the cluster alone. It can't change later."""
    services: Network = "10.100.0.0/16"
    """The addresses of Kubernetes' Services, seen inside the cluster alone. It can't change later."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Networks that AKS refuses, or that share addresses."""
        used = {name: getattr(self, name) for name in ("nodes", "pods", "services") if hasattr(self, name)}
        for name, network in used.items():
            if sentence := taken_by_azure(network):
                yield name, sentence
        length = ipaddress.ip_network(self.services).prefixlen
        if not 12 < length <= 28:
            size = "larger than AKS takes" if length <= 12 else "too small for the cluster's own services"
            yield "services", f"{self.services} is {size}. Use a length from /13 to /28, such as 10.100.0.0/16."
        yield from overlapping(used)

    @property
    def dns(self) -> str:
        """The address of the cluster's DNS: the tenth of the services' network, as AKS does by itself."""
        return str(ipaddress.ip_network(self.services)[10])

    def shortages(self, nodes: int) -> Iterator[tuple[str, str]]:
        """Networks that are too small for the nodes: the setting's path, and a sentence.

        Args:
            nodes: the most that there are at once.
        """
        room = ipaddress.ip_network(self.pods).num_addresses // _PODS_OF_A_NODE
        if nodes > room:
            yield "network.pods", _too_small(self.pods, room, nodes, nodes * _PODS_OF_A_NODE)


class AksOwnNetworkSpec(AksNetworkSpec):
    """A virtual network that is made with the cluster, with a NAT gateway through which it reaches the internet."""

    use: Literal["own"] = "own"
    """A virtual network that is made with the cluster."""
    nodes: Network = "10.20.0.0/16"
    """The virtual network. Nodes and internal load balancers are in its first half; the rest is free for others."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A network that can't be halved."""
        yield from super().mistakes()
        if not 8 <= ipaddress.ip_network(self.nodes).prefixlen <= 28:
            yield "nodes", f"{self.nodes} is not a size that Azure makes a network of. Use a length from /8 to /28."

    @property
    def subnet(self) -> str:
        """The part that the nodes are in."""
        return str(next(ipaddress.ip_network(self.nodes).subnets(1)))

    def shortages(self, nodes: int) -> Iterator[tuple[str, str]]:
        """A subnet with fewer addresses than nodes."""
        yield from super().shortages(nodes)
        room = max(ipaddress.ip_network(self.nodes).num_addresses // 2 - _OF_AZURE, 0)
        if nodes > room:
            yield "network.nodes", _too_small(self.nodes, room, nodes, 2 * (nodes + _OF_AZURE))


class AksExistingNetworkSpec(AksNetworkSpec):
    """A subnet that is there already. Whoever runs Pulumi must be allowed to give a role on it."""

    use: Literal["existing"]
    """A subnet that is there already."""
    subnet_id: SubnetId
    """The subnet's full id. It can't change later."""
    way_out: Literal["nat-gateway", "load-balancer", "routes"] = "nat-gateway"
    """How its nodes reach the internet: by the subnet's NAT gateway, by a load balancer that AKS makes, or by the
    subnet's routes, through a firewall."""


AksNetwork = Annotated[
    AksOwnNetworkSpec | AksExistingNetworkSpec, unless_told("use", "own"), pydantic.Field(discriminator="use")
]
"""The network that a cluster's nodes are in."""


def _too_small(network: str, room: int, nodes: int, addresses: int) -> str:
    length = 32 - (addresses - 1).bit_length()
    return (
        f"{network} has room for {room} nodes, and {nodes} are there at once while pools are upgraded. "
        f"Write a /{length} or larger."
    )
