"""How clients reach pods: the part of a Kubernetes Service that a stack file chooses."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import pydantic

from ..clusters.cluster import Offer
from ..model import AnyText, Spec
from .workload import Manifest


class ServiceSpec(Spec):
    """How a Kubernetes Service is reached."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = "ClusterIP"
    """`ClusterIP`: inside Kubernetes only. The other two open it to whoever reaches the nodes or the balancer."""
    public: bool = False
    """Whether a cloud's load balancer gets an address on the internet instead of one in the private network."""
    annotations: Mapping[str, AnyText] = {}
    """What the cloud's load balancer is told, such as to be internal."""
    source_ranges: tuple[str, ...] = ()
    """Networks (CIDR) that a load balancer lets in. Default: all."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Settings that don't belong to the type, and networks that are none."""
        if self.public and self.type != "LoadBalancer":
            yield "public", f"goes with type LoadBalancer, and type is {self.type}. Change the type or leave it out."
        for position, network in enumerate(self.source_ranges):
            if complaint := _not_a_network(network):
                yield f"source_ranges.{position}", complaint
        if self.source_ranges and self.type != "LoadBalancer":
            yield (
                "source_ranges",
                f"goes with type LoadBalancer, and type is {self.type}. Change the type or leave it out.",
            )

    def manifest(self, offer: Offer) -> Manifest:
        """The Service's own fields, with what a load balancer of this cluster needs to be told."""
        told = offer.public_load_balancer_annotations if self.public else offer.load_balancer_annotations
        annotations = {**(told if self.type == "LoadBalancer" else {}), **self.annotations}
        fields: Manifest = {"type": self.type, "annotations": annotations}
        if self.source_ranges:
            fields["loadBalancerSourceRanges"] = list(self.source_ranges)
        return fields


class PageServiceSpec(ServiceSpec):
    """How a browser reaches a page that has no login. Each page fills in why it can't be public."""

    why_private: ClassVar[str]
    """The end of the sentence that refuses an address on the internet: what it is not for, and the way out."""

    node_port: Annotated[int, pydantic.Field(json_schema_extra={"minimum": 30000, "maximum": 32767})] | None = None
    """A fixed port for `NodePort`. Default: Kubernetes picks one."""
    host: str | None = None
    """The name or address at which browsers reach the nodes, where it is known beforehand."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """An address on the internet, and a port that can't be."""
        yield from super().mistakes()
        if self.public:
            yield "public", f"is not for {self.why_private}"
        if self.node_port is not None and self.type != "NodePort":
            yield "node_port", f"goes with type NodePort, and type is {self.type}. Change the type or leave it out."
        if self.node_port is not None and not 30000 <= self.node_port <= 32767:
            yield (
                "node_port",
                f"{self.node_port} is outside of Kubernetes' range for node ports. Choose one from 30000 to 32767.",
            )

    @property
    def address(self) -> str | None:
        """Where a browser finds the page, if the stack file fixes it."""
        return f"http://{self.host}:{self.node_port}/" if self.host and self.node_port else None

    def manifest(self, offer: Offer) -> Manifest:
        """The Service's own fields, with the node port."""
        return {**super().manifest(offer), **({"nodePorts": {"http": self.node_port}} if self.node_port else {})}


def _not_a_network(text: str) -> str | None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = f" Did you mean {ipaddress.ip_network(text, strict=False)}?"
        except ValueError:
            meant = ""
        return f"{text[:40]!r} is not a network. Write an address and its length, such as 10.0.0.0/8.{meant}"
    return None
