"""Brokers, which serve the topics."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import pydantic

from .. import names
from ..model import Bytes, Cpu
from .contributions import Contribution, Setting, environment
from .initialise import wait
from .memory import MemorySpec
from .metadata.store import MetadataStoreSpec, Place
from .probes import STATUS_FILE, serving
from .process import ProcessSpec
from .runtime import Runtime, script
from .workload import Workload

PORT, HTTP_PORT = 6650, 8080
_EXTENSIONS = "org.apache.pulsar.broker.loadbalance.extensions"


class BrokerSpec(ProcessSpec):
    """The brokers. They keep no data: their number may change at any time."""

    replicas: Annotated[int, pydantic.Field(ge=1)] = 3
    cpu: Cpu = "1"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("4Gi"), direct=Bytes.parse("4Gi"))
    drain_seconds: Annotated[int, pydantic.Field(ge=10, le=3600)] = 300
    """How long a stopping broker may take to hand its topics to others before it is killed."""

    def contribution(self, place: Place) -> Contribution:
        """The load manager that moves topics live, so that adding brokers helps at once."""
        return Contribution(
            source="broker",
            conf={
                "broker": {
                    "clusterName": place.cluster,
                    "brokerServicePort": str(PORT),
                    "webServicePort": str(HTTP_PORT),
                    "statusFilePath": STATUS_FILE,
                }
            },
            tunable={
                "broker": {
                    "loadManagerClassName": f"{_EXTENSIONS}.ExtensibleLoadManagerImpl",
                    "loadBalancerLoadSheddingStrategy": f"{_EXTENSIONS}.scheduler.TransferShedder",
                    "loadBalancerTransferEnabled": "true",
                    # Pulsar ends a broker's own shutdown after this; Kubernetes must not be the first.
                    "brokerShutdownTimeoutMs": str((self.drain_seconds - 5) * 1000),
                }
            },
        )


def addresses(place: Place) -> tuple[str, str]:
    """The brokers' Pulsar and HTTP addresses inside Kubernetes."""
    host = names.service(f"{place.cluster}-broker", place.namespace)
    return f"pulsar://{host}:{PORT}", f"http://{host}:{HTTP_PORT}"


def brokers(
    spec: BrokerSpec,
    settings: Mapping[str, Setting],
    *,
    place: Place,
    metadata: MetadataStoreSpec,
    runtime: Runtime,
) -> Workload:
    """The brokers as pods."""
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role="broker",
        image=runtime.image,
        replicas=spec.replicas,
        command=script(
            "export PULSAR_PREFIX_advertisedAddress=$(hostname -f)",
            *_own_names(settings),
            "bin/apply-config-from-env.py conf/broker.conf",
            *(("bin/gen-yml-from-env.py conf/functions_worker.yml",) if _runs_functions(settings) else ()),
            f"echo OK > {STATUS_FILE}",
            wait(metadata, place),
            "exec bin/pulsar broker",
        ),
        ports={"pulsar": PORT, "http": HTTP_PORT},
        cpu=spec.cpu,
        memory=str(spec.memory.planned_limit),
        environment={**runtime.environment, "PULSAR_MEM": spec.memory.jvm_flags, **environment(settings)},
        **serving("/admin/v2/brokers/ready"),
        spread=place.spread,
        grace_seconds=spec.drain_seconds,
        client_service={"type": "ClusterIP"},
    )


def _runs_functions(settings: Mapping[str, Setting]) -> bool:
    return "functionsWorkerEnabled" in settings and settings["functionsWorkerEnabled"].value == "true"


def _own_names(settings: Mapping[str, Setting]) -> Iterator[str]:
    """Shell commands that put each broker's own host name and number where a value says `{host}` or `{broker}`."""
    for key, setting in settings.items():
        name = f"PULSAR_PREFIX_{key}"
        if ("{host}" in setting.value or "{broker}" in setting.value) and name.isidentifier():
            yield f"{name}=${{{name}//'{{host}}'/$(hostname -f)}}"
            yield f"export {name}=${{{name}//'{{broker}}'/${{HOSTNAME##*-}}}}"
