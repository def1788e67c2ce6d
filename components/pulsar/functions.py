"""Pulsar's functions worker: nowhere, in the brokers, or in pods of its own."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import pydantic

from .. import names
from ..model import Bytes, Cpu, Image, Namespace, Spec, unless_told
from . import broker, function_state, proxy
from .contributions import Contribution
from .function_packages import PackagesSpec, by_packages
from .function_runtimes import RuntimeName, Surroundings, jobs_objects, settings
from .memory import MemorySpec
from .metadata.store import Place
from .process import ConfKey, ConfValue, ProcessSpec, secrets_among
from .runtime import script
from .workload import Manifest, Workload

if TYPE_CHECKING:
    from .spec import PulsarSpec

PORT = 6750
"""The worker's own REST API where it runs apart."""


class NoFunctionsSpec(Spec):
    """No functions worker: functions and connectors can't run in this Pulsar."""

    run_in: Literal["none"] = "none"
    """Nowhere."""

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """Nothing is asked for."""
        del pulsar
        return iter(())

    def contribution(self, pulsar: "PulsarSpec") -> Contribution:
        """The brokers run none."""
        del pulsar
        return Contribution(source="functions", conf={"broker": {"functionsWorkerEnabled": "false"}})

    def namespace(self, pulsar_namespace: str) -> str | None:
        """There are no function pods."""
        del pulsar_namespace
        return None

    def metadata(self, store: Contribution) -> Contribution:
        """The metadata store as it is."""
        return store

    def workloads(self, pulsar: "PulsarSpec", found: Sequence[Workload]) -> list[Workload]:
        """No pods more than there are."""
        del pulsar
        return list(found)

    def manifests(self, pulsar: "PulsarSpec") -> Mapping[str, Manifest]:
        """No further objects."""
        del pulsar
        return {}


class WorkerSpec(Spec):
    """What a functions worker can be told, wherever it runs."""

    runtime: RuntimeName = "process"
    """`process`: each instance of a function is a process beside the worker. `thread`: a thread of the worker's own
    JVM, for Java alone. `kubernetes`: pods in a namespace of their own."""
    jobs_namespace: Namespace | None = None
    """The namespace of the function pods with `runtime: kubernetes`. Default: Pulsar's own with `-functions`."""
    jobs_image: Image | None = None
    """The image of the function pods. Default: Pulsar's own."""
    room: Bytes = Bytes.parse("1Gi")
    """Memory for functions beside the worker's own, with `runtime: process` or `thread`."""
    packages: PackagesSpec = PackagesSpec()
    """Where functions' code is kept, with etcd or Oxia."""
    state_storage: bool = False
    """Whether functions may keep state (BookKeeper's table service). It needs ZooKeeper."""
    config: Mapping[ConfKey, ConfValue] = {}
    """More keys of `functions_worker.yml`, spelled as Pulsar spells them; an underscore stands for a step inwards."""

    @property
    def role(self) -> str:
        """What the pods are that the worker runs in."""
        raise NotImplementedError

    @property
    def port(self) -> int:
        """Where the worker answers."""
        raise NotImplementedError

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Settings of function pods where there are none, and secrets."""
        for setting in ("jobs_namespace", "jobs_image"):
            if getattr(self, setting) is not None and self.runtime != "kubernetes":
                yield (
                    setting,
                    f"goes with runtime kubernetes, and runtime is {self.runtime}: there are no function pods. "
                    "Change the runtime or leave it out.",
                )
        yield from secrets_among(self.config)

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """What the rest of Pulsar can't give."""
        if self.state_storage and pulsar.metadata.store != "zookeeper":
            yield (
                "state_storage",
                f"needs ZooKeeper: BookKeeper's table service, which keeps the state, knows no other store, and "
                f"metadata.store is {pulsar.metadata.store}. Use store: zookeeper, or let functions keep their state "
                "in a topic or outside.",
            )
        if by_packages(pulsar) and pulsar.broker.replicas > 1 and not self.packages.storage_class:
            yield (
                "packages.storage_class",
                f"is missing: with {pulsar.metadata.store}, functions' code is on a volume that all "
                f"{pulsar.broker.replicas} brokers share. Name a StorageClass that offers ReadWriteMany, use one "
                "broker, or store: zookeeper, with which BookKeeper keeps it.",
            )

    def namespace(self, pulsar_namespace: str) -> str | None:
        """The function pods' namespace, if there are any."""
        return (self.jobs_namespace or f"{pulsar_namespace}-functions") if self.runtime == "kubernetes" else None

    def worker_conf(self, pulsar: "PulsarSpec") -> dict[str, str]:
        """What `functions_worker.yml` says, by key, before the stack file's own keys."""
        service, _ = broker.addresses(pulsar.place)
        around = Surroundings(
            service_url=service,
            admin_url=self.admin_url(pulsar.place),
            image=self.jobs_image or pulsar.effective_image,
            jobs_namespace=self.namespace(pulsar.namespace) or "",
        )
        state = {"stateStorageServiceUrl": function_state.url(pulsar.place)} if self.state_storage else {}
        return {
            "numFunctionPackageReplicas": str(min(pulsar.bookkeeper.replicas, pulsar.bookkeeper.write_quorum)),
            "functionsWorkerEnablePackageManagement": str(by_packages(pulsar)).lower(),
            # A process that ended is seen, and started again, after 10 s instead of 30.
            "instanceLivenessCheckFreqMs": "10000",
            **settings(self.runtime, around),
            **state,
            **self.config,
        }

    def admin_url(self, place: Place) -> str:
        """The worker's REST API inside Kubernetes."""
        return f"http://{names.service(f'{place.cluster}-{self.role}', place.namespace)}:{self.port}"

    def _packages(self, pulsar: "PulsarSpec") -> Contribution:
        """What the brokers, and the bookies, need for functions wherever the worker runs."""
        place, conf, mounts = pulsar.place, {}, ()
        if by_packages(pulsar):
            conf, mounts = self.packages.conf(), (self.packages.mount(place),)
        return Contribution(
            source="functions",
            conf={"broker": conf, **({"bookie": function_state.conf(pulsar.bookkeeper)} if self.state_storage else {})},
            mounts={"broker": mounts},
        )

    def metadata(self, store: Contribution) -> Contribution:
        """What the metadata store asks for, as state storage needs it."""
        return function_state.with_own_driver(store) if self.state_storage else store

    def manifests(self, pulsar: "PulsarSpec") -> Mapping[str, Manifest]:
        """The claim for functions' code, and the function pods' namespace."""
        place = pulsar.place
        found = self.packages.manifests(place, pulsar.broker.replicas) if by_packages(pulsar) else {}
        jobs = self.namespace(place.namespace)
        return {**found, **(jobs_objects(place, self.role, jobs) if jobs else {})}


class FunctionsInBrokers(WorkerSpec):
    """A worker in every broker: no pods of its own, and functions share the brokers' machine."""

    run_in: Literal["brokers"]
    """In the brokers."""

    @property
    def role(self) -> str:
        """The brokers."""
        return "broker"

    @property
    def port(self) -> int:
        """The brokers' own."""
        return broker.HTTP_PORT

    def contribution(self, pulsar: "PulsarSpec") -> Contribution:
        """The brokers' worker."""
        base = self._packages(pulsar)
        own = {
            "functionsWorkerEnabled": "true",
            "functionsWorkerEnablePackageManagement": str(by_packages(pulsar)).lower(),
        }
        conf = {**base.conf, "broker": {**base.conf["broker"], **own}}
        environment = {f"PF_{key}": value for key, value in self.worker_conf(pulsar).items()}
        return dataclasses.replace(base, conf=conf, environment={"broker": environment})

    def workloads(self, pulsar: "PulsarSpec", found: Sequence[Workload]) -> list[Workload]:
        """The brokers with room for functions, and a token where they make function pods."""
        return [self._with_functions(work) if work.role == self.role else work for work in found]

    def _with_functions(self, work: Workload) -> Workload:
        pods = self.runtime == "kubernetes"
        memory = work.memory if pods else str(Bytes(Bytes.parse(work.memory) + self.room))
        return dataclasses.replace(work, kubernetes_api=pods, memory=memory)


class FunctionPods(WorkerSpec, ProcessSpec):
    """Workers in pods of their own, so that functions can't slow the brokers down."""

    run_in: Literal["pods"]
    """In pods of its own."""
    replicas: Annotated[int, pydantic.Field(ge=1)] = 2
    cpu: Cpu = "500m"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("512Mi"), direct=Bytes.parse("256Mi"))

    @property
    def role(self) -> str:
        """The worker's own pods."""
        return "functions"

    @property
    def port(self) -> int:
        """The worker's own."""
        return PORT

    def contribution(self, pulsar: "PulsarSpec") -> Contribution:
        """The proxies know where the workers are, so tools ask them, and the brokers run none."""
        base = self._packages(pulsar)
        proxies = names.service(f"{pulsar.name}-proxy", pulsar.namespace)
        conf = {
            **base.conf,
            "broker": {**base.conf["broker"], "functionsWorkerEnabled": "false"},
            "proxy": {"functionWorkerWebServiceURL": self.admin_url(pulsar.place)},
            "toolset": {"webServiceUrl": f"http://{proxies}:{proxy.HTTP_PORT}/"},
        }
        return dataclasses.replace(base, conf=conf)

    def workloads(self, pulsar: "PulsarSpec", found: Sequence[Workload]) -> list[Workload]:
        """The workers beside what there is."""
        return [*found, self._workers(pulsar)]

    def _workers(self, pulsar: "PulsarSpec") -> Workload:
        place, run = pulsar.place, pulsar.runtime
        service, http = broker.addresses(place)
        conf = {
            "workerPort": str(PORT),
            "pulsarServiceUrl": service,
            "pulsarWebServiceUrl": http,
            "pulsarFunctionsCluster": place.cluster,
            "configurationMetadataStoreUrl": pulsar.stores.local_configuration_url(place),
            **self.worker_conf(pulsar),
        }
        pods = self.runtime == "kubernetes"
        return Workload(
            cluster=place.cluster,
            namespace=place.namespace,
            role=self.role,
            image=run.image,
            replicas=self.replicas,
            command=script(
                "export PF_workerId=$(hostname) PF_workerHostname=$(hostname -f)",
                "bin/gen-yml-from-env.py conf/functions_worker.yml",
                f"until curl -sf -o /dev/null {http}/admin/v2/brokers/ready; do sleep 0.5; done",
                "exec bin/pulsar functions-worker",
            ),
            ports={"http": PORT},
            cpu=self.cpu,
            memory=str(Bytes(self.memory.planned_limit + (0 if pods else self.room))),
            environment={
                **run.environment,
                "PULSAR_MEM": self.memory.jvm_flags,
                **{f"PF_{key}": value for key, value in conf.items()},
            },
            startup={"tcpSocket": {"port": "http"}, "periodSeconds": 1, "failureThreshold": 1800},
            readiness={"httpGet": {"path": "/initialized", "port": "http"}, "periodSeconds": 2, "timeoutSeconds": 5},
            liveness={"tcpSocket": {"port": "http"}, "periodSeconds": 10, "failureThreshold": 9},
            spread="preferred",
            kubernetes_api=pods,
            client_service={"type": "ClusterIP"},
        )


FunctionsSpec = Annotated[
    NoFunctionsSpec | FunctionsInBrokers | FunctionPods,
    pydantic.Field(discriminator="run_in"),
    unless_told("run_in", "none"),
]
