"""Where a cluster's subnets lie in its network: pure arithmetic."""

import dataclasses
import ipaddress

LARGEST, SMALLEST = 16, 20
"""Prefix lengths of the network: AWS allows no larger one, and in a smaller one pods run out of addresses."""
SERVICES_LARGEST, SERVICES_SMALLEST = 12, 24
"""Prefix lengths of the Services' network that EKS takes."""
_BLOCKS, _PUBLIC_BLOCK = 3, 7

PRIVATE = tuple(ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""Addresses for networks of one's own (RFC 1918)."""


@dataclasses.dataclass(frozen=True)
class ZoneNetworks:
    """The subnets of one zone."""

    private: str
    """Nodes and pods."""
    public: str
    """The NAT gateway, and load balancers that the internet reaches."""


def of_zone(network: str, zone: str) -> ZoneNetworks:
    """The subnets of a zone: an eighth of the network, and an eighth of the last eighth.

    The zone's letter decides, so that zones which come or go never move another zone's subnets.

    Args:
        network: the whole, in CIDR notation.
        zone: a zone whose name ends with a letter from a to g.
    """
    number = ord(zone[-1]) - ord("a")
    eighths = list(ipaddress.IPv4Network(network).subnets(prefixlen_diff=_BLOCKS))
    public = list(eighths[_PUBLIC_BLOCK].subnets(prefixlen_diff=_BLOCKS))
    return ZoneNetworks(private=str(eighths[number]), public=str(public[number]))


def is_private(network: str) -> bool:
    """Whether a network is one of those that anybody may use inside."""
    return any(ipaddress.IPv4Network(network).subnet_of(each) for each in PRIVATE)
