"""Which networks are the world, and which are one's own."""

import ipaddress
from collections.abc import Iterable
from typing import Any

_OWN = [ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
"""Addresses that the internet doesn't route (RFC 1918, RFC 6598)."""
_OWN_6 = ipaddress.IPv6Network("fc00::/7")


def world(networks: Iterable[Any]) -> list[str]:
    """Those that are all addresses there are, or halves and quarters that make up for it."""
    return [text for text in networks if (found := _network(text)) and found.prefixlen < 8]


def all_private(networks: Iterable[Any]) -> bool:
    """Whether none of them is reached from the internet."""
    found = [_network(text) for text in networks]
    return bool(found) and all(each is not None and _private(each) for each in found)


def _private(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    if isinstance(network, ipaddress.IPv6Network):
        return network.subnet_of(_OWN_6)
    return any(network.subnet_of(own) for own in _OWN)


def _network(text: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if isinstance(text, str) else None
    except ValueError:
        return None
