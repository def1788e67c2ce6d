"""The VPC that a cluster's nodes are in: made with it, or there already."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic

from ...model import Spec, unless_told
from ..cloud import Network, overlapping
from . import addresses


class EksNetworkSpec(Spec):
    """What both kinds have in common."""

    services: Network = "172.20.0.0/16"
    """The addresses of Services, which only the cluster sees. They can't change later."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A network that EKS refuses for Services."""
        length = ipaddress.IPv4Network(self.services).prefixlen
        if not addresses.SERVICES_LARGEST <= length <= addresses.SERVICES_SMALLEST:
            yield "services", f"{self.services} is a /{length}, and EKS takes a /12 to a /24. Use 172.20.0.0/16."
        elif not addresses.is_private(self.services):
            yield (
                "services",
                f"{self.services} is not for private networks. Use one inside 10.0.0.0/8, 172.16.0.0/12 or "
                "192.168.0.0/16.",
            )


class EksOwnNetworkSpec(EksNetworkSpec):
    """A VPC that is made: private subnets for nodes and pods, public ones for the way out and public load balancers."""

    use: Literal["own"] = "own"
    """A VPC that is made with the cluster."""
    cidr: Network = "10.20.0.0/16"
    """Its addresses, from a /16 to a /20. Every pod takes one. It can't change later."""
    nat: Literal["zonal", "single"] = "zonal"
    """The way out of the private subnets. `zonal`: a NAT gateway in each zone, so that none depends on another.
    `single`: one for all, cheaper, and gone with its zone."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A network of a size that AWS or the pods can't live with, or of somebody else's addresses."""
        yield from super().mistakes()
        length = ipaddress.IPv4Network(self.cidr).prefixlen
        if length < addresses.LARGEST:
            yield "cidr", f"{self.cidr} is larger than a VPC may be. Use a /16, such as 10.20.0.0/16."
        elif length > addresses.SMALLEST:
            yield (
                "cidr",
                f"{self.cidr} is too small: every pod takes an address of it, and each zone gets an eighth. "
                "Use a /16 to a /20.",
            )
        if length >= addresses.LARGEST and not addresses.is_private(self.cidr):
            yield (
                "cidr",
                f"{self.cidr} is not for private networks, and what has these addresses elsewhere could not be "
                "reached. Use one inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
            )
        yield from overlapping({"cidr": self.cidr, "services": self.services})

    def zone_mistakes(self, zones: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Any zone gets its subnets."""
        del zones
        return iter(())

    @property
    def reaches_in(self) -> bool:
        """Whether the internet can be let in by a load balancer."""
        return True


class EksExistingNetworkSpec(EksNetworkSpec):
    """A VPC that exists already, with a way out of its private subnets, and DNS names and resolution turned on."""

    use: Literal["existing"]
    """A VPC that somebody else made. Its subnets get the cluster's tag, and nothing else of it is changed."""
    vpc: str
    """The VPC's id: `vpc-0a1b2c3d4e5f60718`."""
    subnets: Mapping[str, str]
    """A private subnet of each zone, by the zone's name."""
    public_subnets: Mapping[str, str] = {}
    """A public subnet of each zone, where load balancers are to be reached from the internet. Default: none."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is no id, and subnets that stand there twice."""
        yield from super().mistakes()
        if not re.fullmatch(r"vpc-[0-9a-f]{8}([0-9a-f]{9})?", self.vpc):
            yield "vpc", f"{self.vpc[:40]!r} is not the id of a VPC. Write one such as vpc-0a1b2c3d4e5f60718."
        seen: dict[str, str] = {}
        for setting in ("subnets", "public_subnets"):
            for zone, subnet in getattr(self, setting).items():
                if not re.fullmatch(r"subnet-[0-9a-f]{8}([0-9a-f]{9})?", subnet):
                    yield (
                        f"{setting}.{zone}",
                        f"{subnet[:40]!r} is not the id of a subnet. Write one such as subnet-0a1b2c3d4e5f60718.",
                    )
                elif subnet in seen:
                    yield f"{setting}.{zone}", f"{subnet} stands at {seen[subnet]} already. Each is in one zone."
                seen.setdefault(subnet, f"{setting}.{zone}")

    def zone_mistakes(self, zones: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Zones without a subnet, and subnets of other zones."""
        for setting in ("subnets", "public_subnets"):
            subnets = getattr(self, setting)
            if not subnets and setting == "public_subnets":
                continue
            for zone in zones:
                if zone not in subnets:
                    yield setting, f"has no subnet in {zone}, where nodes are to be. Add `{zone}: subnet-…`."
            for zone in subnets:
                if zone not in zones:
                    yield setting, f"names a subnet in {zone}, which is not among zones. Leave it out."

    @property
    def reaches_in(self) -> bool:
        """Whether the internet can be let in by a load balancer."""
        return bool(self.public_subnets)


EksNetwork = Annotated[
    EksOwnNetworkSpec | EksExistingNetworkSpec, pydantic.Field(discriminator="use"), unless_told("use", "own")
]
"""The VPC."""
