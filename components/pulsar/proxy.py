"""The proxy, through which clients outside Kubernetes reach the brokers."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import pydantic

from ..clusters.cluster import Offer
from ..model import Bytes, Cpu, Spec
from .broker import addresses
from .contributions import Contribution, Setting, environment
from .memory import MemorySpec
from .metadata.store import Place
from .probes import STATUS_FILE, serving
from .process import ProcessSpec
from .runtime import Runtime, script
from .service import ServiceSpec
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


class ProxyServiceSpec(ServiceSpec):
    """How clients reach the proxies."""

    node_ports: NodePorts | None = None
    """Fixed ports for `NodePort`. Default: Kubernetes picks them."""
    host: str | None = None
    """The name or address that clients outside use, where it is known beforehand."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Settings that don't belong to the type, and ports that collide."""
        yield from super().mistakes()
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

    def manifest(self, offer: Offer) -> Manifest:
        """The Service's own fields, with the node ports."""
        fields = super().manifest(offer)
        if self.node_ports:
            fields["nodePorts"] = {"pulsar": self.node_ports.pulsar, "http": self.node_ports.http}
        return fields


class ProxySpec(ProcessSpec):
    """The proxies. They keep nothing: their number may change at any time."""

    replicas: Annotated[int, pydantic.Field(ge=1)] = 2
    cpu: Cpu = "500m"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("1Gi"), direct=Bytes.parse("1Gi"))
    service: ProxyServiceSpec = ProxyServiceSpec()
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
