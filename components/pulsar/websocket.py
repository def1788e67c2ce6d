"""Pulsar over WebSocket: a port of the proxy, or pods of its own."""

from collections.abc import Mapping
from typing import Annotated, Literal

import pydantic

from ..model import Bytes, Cpu, Spec, unless_told
from .broker import addresses
from .contributions import Contribution, Setting, environment
from .memory import MemorySpec
from .metadata.store import MetadataStoreSpec, Place
from .probes import STATUS_FILE, serving
from .process import ProcessSpec
from .runtime import Runtime, script
from .workload import Workload

HTTP_PORT = 8080


class WebSocketInProxy(Spec):
    """Served by the proxies, on their HTTP port: no pods of its own."""

    run_in: Literal["proxy"]
    """In the proxies."""

    def contribution(self, place: Place, metadata: MetadataStoreSpec) -> Contribution:
        """The proxies serve it."""
        return Contribution(source="websocket", conf={"proxy": {"webSocketServiceEnabled": "true"}})


class WebSocketPods(ProcessSpec):
    """Served by pods of its own, so that slow browsers can't slow the proxies down."""

    run_in: Literal["pods"] = "pods"
    """In pods of its own."""
    replicas: Annotated[int, pydantic.Field(ge=1)] = 2
    cpu: Cpu = "250m"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("512Mi"), direct=Bytes.parse("512Mi"))

    def contribution(self, place: Place, metadata: MetadataStoreSpec) -> Contribution:
        """Where the brokers are."""
        pulsar, http = addresses(place)
        return Contribution(
            source="websocket",
            conf={
                "proxy": {"webSocketServiceEnabled": "false"},
                "websocket": {
                    "clusterName": place.cluster,
                    "serviceUrl": http,
                    "brokerServiceUrl": pulsar,
                    "webServicePort": str(HTTP_PORT),
                    "statusFilePath": STATUS_FILE,
                    "configurationMetadataStoreUrl": metadata.local_configuration_url(place),
                },
            },
        )


WebSocketSpec = Annotated[
    WebSocketInProxy | WebSocketPods, pydantic.Field(discriminator="run_in"), unless_told("run_in", "pods")
]


def websockets(spec: WebSocketPods, settings: Mapping[str, Setting], *, place: Place, runtime: Runtime) -> Workload:
    """WebSocket's own pods."""
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role="websocket",
        image=runtime.image,
        replicas=spec.replicas,
        command=script(
            "bin/apply-config-from-env.py conf/websocket.conf",
            f"echo OK > {STATUS_FILE}",
            "exec bin/pulsar websocket",
        ),
        ports={"http": HTTP_PORT},
        cpu=spec.cpu,
        memory=str(spec.memory.planned_limit),
        environment={**runtime.environment, "PULSAR_MEM": spec.memory.jvm_flags, **environment(settings)},
        **serving("/status.html"),
        spread="preferred",
        stateful=False,
        headless=False,
        client_service={"type": "ClusterIP"},
    )
