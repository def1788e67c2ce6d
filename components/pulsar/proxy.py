"""The proxy, through which clients outside Kubernetes reach the brokers."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic

from ..clusters.cluster import Offer
from ..model import AnyText, Bytes, Cpu, Spec
from .broker import addresses
from .contributions import Contribution, Setting, environment
from .memory import MemorySpec
from .metadata.store import Place
from .probes import STATUS_FILE, serving
from .process import ProcessSpec
from .runtime import Runtime, script
from .workload import Manifest, Workload

PORT, HTTP_PORT = 6650, 8080


_RANGE = pydantic.Field(json_schema_extra={"minimum": 30000, "maximum": 32767})
"""Kubernetes' own range for node ports, unless its API server is told otherwise."""


class NodePorts(Spec):
    """The ports that every node answers on."""

    pulsar: Annotated[int, _RANGE]
    """Pulsar's own protocol."""
    http: Annotated[int, _RANGE]
    """The admin REST API, lookups and WebSocket."""


class ServiceSpec(Spec):
    """How a Kubernetes Service is reached."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = "ClusterIP"
    """`ClusterIP`: inside Kubernetes only. The other two open it to whoever reaches the nodes or the balancer."""
    public: bool = False
    """Whether a cloud's load balancer gets an address on the internet instead of one in the private network."""
    node_ports: NodePorts | None = None
    """Fixed ports for `NodePort`. Default: Kubernetes picks them."""
    annotations: Mapping[str, AnyText] = {}
    """What the cloud's load balancer is told, such as to be internal."""
    source_ranges: tuple[str, ...] = ()
    """Networks (CIDR) that a load balancer lets in. Default: all."""
    host: str | None = None
    """The name or address that clients outside use, where it is known beforehand."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Settings that don't belong to the type, and ports that collide."""
        if self.node_ports:
            if self.type != "NodePort":
                yield (
                    "node_ports",
                    f"goes with type NodePort, and type is {self.type}. Change the type or leave it out.",
                )
            if self.node_ports.pulsar == self.node_ports.http:
                yield (
                    "node_ports",
                    f"pulsar and http are both {self.node_ports.http}, but a port can serve only one of them. "
                    "Give each its own.",
                )
            for name, port in (("pulsar", self.node_ports.pulsar), ("http", self.node_ports.http)):
                if not 30000 <= port <= 32767:
                    yield (
                        f"node_ports.{name}",
                        f"{port} is outside of Kubernetes' range for node ports. Choose one from 30000 to 32767.",
                    )
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
        if self.node_ports:
            fields["nodePorts"] = {"pulsar": self.node_ports.pulsar, "http": self.node_ports.http}
        if self.source_ranges:
            fields["loadBalancerSourceRanges"] = list(self.source_ranges)
        return fields


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


class ProxySpec(ProcessSpec):
    """The proxies. They keep nothing: their number may change at any time."""

    replicas: Annotated[int, pydantic.Field(ge=1)] = 2
    cpu: Cpu = "500m"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("1Gi"), direct=Bytes.parse("1Gi"))
    service: ServiceSpec = ServiceSpec()
    """How clients reach it."""

    def contribution(self, place: Place) -> Contribution:
        """Where the brokers are. Their Service's address never changes, so the proxy needs no metadata store."""
        pulsar, http = addresses(place)
        return Contribution(
            source="proxy",
            conf={
                "proxy": {
                    "clusterName": place.cluster,
                    "brokerServiceURL": pulsar,
                    "brokerWebServiceURL": http,
                    "servicePort": str(PORT),
                    "webServicePort": str(HTTP_PORT),
                    "statusFilePath": STATUS_FILE,
                }
            },
        )


def proxies(
    spec: ProxySpec, settings: Mapping[str, Setting], *, place: Place, runtime: Runtime, offer: Offer
) -> Workload:
    """The proxies as pods."""
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role="proxy",
        image=runtime.image,
        replicas=spec.replicas,
        command=script(
            "bin/apply-config-from-env.py conf/proxy.conf", f"echo OK > {STATUS_FILE}", "exec bin/pulsar proxy"
        ),
        ports={"pulsar": PORT, "http": HTTP_PORT},
        cpu=spec.cpu,
        memory=str(spec.memory.planned_limit),
        environment={**runtime.environment, "PULSAR_MEM": spec.memory.jvm_flags, **environment(settings)},
        # Through the proxy to a broker: a proxy without brokers is up, but of no use to a client.
        **serving("/admin/v2/brokers/ready"),
        spread=place.spread,
        grace_seconds=60,
        stateful=False,
        headless=False,
        client_service=spec.service.manifest(offer),
    )
