"""The network that a cluster's nodes are in: made with it, or there already."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated, Literal

import pydantic

from ...model import Spec, unless_told
from ..cloud import Network, overlapping

_PODS_OF_A_NODE = 256
"""GKE gives each node a /24, for up to 110 pods and as many that are on their way out."""
_OF_GOOGLE = 4
"""Addresses of a subnet that are Google's own."""


class GkeNetworkSpec(Spec):
    """What both kinds have in common."""

    control_plane: Network = "172.16.0.0/28"
    """The control plane's addresses, in a network of Google's that is peered with this one. It can't change later."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """GKE wants exactly sixteen addresses."""
        length = ipaddress.ip_network(self.control_plane).prefixlen
        if length != 28:
            yield (
                "control_plane",
                f"{self.control_plane} is a /{length}, and GKE takes a /28 alone. "
                f"Write {self.control_plane.partition('/')[0]}/28.",
            )

    def shortages(self, nodes: int) -> Iterator[tuple[str, str]]:
        """Ranges that are too small for the nodes: the setting, and a sentence.

        Args:
            nodes: the most that there are at once.
        """
        del nodes
        return iter(())


class OwnNetworkSpec(GkeNetworkSpec):
    """A network that is made with the cluster, with a NAT through which its private nodes reach the internet."""

    use: Literal["own"] = "own"
    """A network that is made with the cluster."""
    nodes: Network = "10.20.0.0/20"
    """The nodes' addresses, and those of internal load balancers."""
    pods: Network = "10.24.0.0/16"
    """The pods' addresses: 256 for each node. It can't change later."""
    services: Network = "10.28.0.0/20"
    """The addresses of Kubernetes' Services. It can't change later."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Ranges that share addresses."""
        yield from super().mistakes()
        ranges = ("nodes", "pods", "services", "control_plane")
        yield from overlapping({name: getattr(self, name) for name in ranges})

    def shortages(self, nodes: int) -> Iterator[tuple[str, str]]:
        """GKE makes no node without an address of its own and a /24 for its pods."""
        pods = ipaddress.ip_network(self.pods).num_addresses // _PODS_OF_A_NODE
        if nodes > pods:
            yield "network.pods", _too_small(self.pods, pods, nodes, nodes * _PODS_OF_A_NODE)
        addresses = ipaddress.ip_network(self.nodes).num_addresses - _OF_GOOGLE
        if nodes > addresses:
            yield "network.nodes", _too_small(self.nodes, max(addresses, 0), nodes, nodes + _OF_GOOGLE)


def _too_small(network: str, room: int, nodes: int, addresses: int) -> str:
    length = 32 - (addresses - 1).bit_length()
    return (
        f"{network} has room for {room} nodes, and {nodes} are there at once while pools are upgraded. "
        f"Write a /{length} or larger."
    )


class ExistingNetworkSpec(GkeNetworkSpec):
    """A subnet that is there already, with its ranges. Its private nodes must reach the images' registry: by a Cloud
    NAT, or by a mirror.
    """

    use: Literal["existing"]
    """A network that is there already."""
    network: str
    """The VPC network's name, or `projects/HOST/global/networks/NAME` for a shared one."""
    subnet: str
    """The subnet in the cluster's region: its name, or `projects/HOST/regions/REGION/subnetworks/NAME`."""
    pods: str
    """The name of the subnet's secondary range for pods: 256 addresses for each node."""
    services: str
    """The name of the subnet's secondary range for Services."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Addresses where the names of ranges belong."""
        yield from super().mistakes()
        for name in ("pods", "services"):
            if re.fullmatch(r"[0-9./]+", getattr(self, name)):
                yield (
                    name,
                    f"{getattr(self, name)} is a network, and the name of the subnet's secondary range belongs here. "
                    "`gcloud compute networks subnets describe` shows it.",
                )


GkeNetwork = Annotated[
    OwnNetworkSpec | ExistingNetworkSpec, unless_told("use", "own"), pydantic.Field(discriminator="use")
]
"""The network that a cluster's nodes are in."""
