"""Bookies, which keep the messages, and the autorecovery that re-replicates what a lost bookie held."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic

from ..model import Bytes, Cpu, Spec, unless_told
from .contributions import Contribution, Setting, environment
from .initialise import wait
from .memory import MemorySpec
from .metadata.store import MetadataStoreSpec, Place, VolumeSpec
from .process import ProcessSpec
from .runtime import Runtime, script
from .workload import Volume, Workload

PORT, HTTP_PORT = 3181, 8000
DATA = "/pulsar/data/bookkeeper"


_SERVED = {
    "httpServerClass": "org.apache.bookkeeper.http.vertx.VertxHttpServer",
    "statsProviderClass": "org.apache.bookkeeper.stats.prometheus.PrometheusMetricsProvider",
}
"""What answers probes and gives metrics."""


class JournalSpec(VolumeSpec):
    """The volume that every write goes to first."""

    size: Bytes = Bytes.parse("20Gi")
    file_size: Bytes = Bytes.parse("2Gi")
    """A journal file is closed at this size (`journalMaxSizeMB`) and deleted once its entries are in the ledgers."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Several files live at once: the open one, the one before it, and one that waits for a checkpoint."""
        if self.file_size.mebibytes < 1:
            yield "file_size", f"{self.file_size} is less than BookKeeper can count. Use at least 1Mi, such as 2Gi."
        least = Bytes(3 * self.file_size)
        if self.size < least:
            yield (
                "size",
                f"{self.size} is too small for journal files of {self.file_size}: three of them live at once. "
                f"Use at least {least}, or make file_size smaller.",
            )


class BookkeeperSpec(ProcessSpec):
    """The bookies, and how many of them hold each entry."""

    replicas: Annotated[int, pydantic.Field(ge=1)] = 3
    cpu: Cpu = "1"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("2Gi"), direct=Bytes.parse("4Gi"))
    ensemble: Annotated[int, pydantic.Field(ge=1)] = 2
    """Bookies that a ledger is spread over (`managedLedgerDefaultEnsembleSize`). With one bookie more than this, one
    may be away without a pause in writes: a new ledger needs a whole ensemble."""
    write_quorum: Annotated[int, pydantic.Field(ge=1)] = 2
    """Copies of each entry (`managedLedgerDefaultWriteQuorum`)."""
    ack_quorum: Annotated[int, pydantic.Field(ge=1)] = 2
    """Copies that must be on disk before a producer gets its acknowledgement (`managedLedgerDefaultAckQuorum`)."""
    journal: JournalSpec = JournalSpec()
    """Where a write goes first, to be safe at once."""
    ledgers: VolumeSpec = VolumeSpec(size=Bytes.parse("200Gi"))
    """The volume that the messages stay on."""
    decommissioned: tuple[str, ...] = ()
    """Pods that may go when `replicas` shrinks, since their ledgers have been seen to be elsewhere."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Quorums that can't be met."""
        yield from super().mistakes()
        if self.replicas < self.ensemble:
            yield (
                "replicas",
                f"{self.replicas}, but an ensemble of {self.ensemble} needs at least that many bookies. "
                "Add bookies or make the ensemble smaller.",
            )
        if self.write_quorum > self.ensemble:
            yield (
                "write_quorum",
                f"{self.write_quorum} copies don't fit on an ensemble of {self.ensemble} bookies. "
                f"Make the ensemble at least {self.write_quorum}, or write_quorum at most {self.ensemble}.",
            )
        if self.ack_quorum > self.write_quorum:
            yield (
                "ack_quorum",
                f"{self.ack_quorum} acknowledgements can't come from {self.write_quorum} copies. "
                f"Make write_quorum at least {self.ack_quorum}, or ack_quorum at most {self.write_quorum}.",
            )

    def contribution(self) -> Contribution:
        """How the bookies keep data, and what the brokers ask of them."""
        return Contribution(
            source="bookkeeper",
            conf={
                "broker": {
                    "managedLedgerDefaultEnsembleSize": str(self.ensemble),
                    "managedLedgerDefaultWriteQuorum": str(self.write_quorum),
                    "managedLedgerDefaultAckQuorum": str(self.ack_quorum),
                },
                "bookie": {
                    "bookiePort": str(PORT),
                    # The identity in the cookie: it must outlive the pod's address.
                    "useHostNameAsBookieID": "true",
                    "journalDirectories": f"{DATA}/journal/current",
                    "ledgerDirectories": f"{DATA}/ledgers/current",
                    "journalMaxSizeMB": str(self.journal.file_size.mebibytes),
                    "journalMaxBackups": "0",
                    "httpServerEnabled": "true",
                    "httpServerPort": str(HTTP_PORT),
                },
            },
            tunable={
                "bookie": {
                    # A full disk makes a bookie read-only, and it must still be able to free space then.
                    "readOnlyModeEnabled": "true",
                    "diskUsageLwmThreshold": "0.85",
                    "diskUsageWarnThreshold": "0.90",
                    "diskUsageThreshold": "0.95",
                    "isForceGCAllowWhenNoSpace": "true",
                    **_SERVED,
                }
            },
        )


class AutorecoveryPods(ProcessSpec):
    """Autorecovery in pods of its own, so that a rebuild doesn't slow a bookie down."""

    run_in: Literal["pods"] = "pods"
    """In pods of their own."""
    replicas: Annotated[int, pydantic.Field(ge=1)] = 2
    cpu: Cpu = "250m"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("512Mi"), direct=Bytes.parse("256Mi"))

    def contribution(self) -> Contribution:
        """The bookies leave it alone."""
        return Contribution(
            source="autorecovery",
            conf={
                "bookie": {"autoRecoveryDaemonEnabled": "false"},
                "autorecovery": {
                    "useHostNameAsBookieID": "true",
                    "httpServerEnabled": "true",
                    "httpServerPort": str(HTTP_PORT),
                },
            },
            tunable={"autorecovery": _SERVED},
        )


class AutorecoveryInBookies(Spec):
    """Autorecovery inside each bookie: fewer pods, for small environments."""

    run_in: Literal["bookies"]
    """Inside the bookies."""

    def contribution(self) -> Contribution:
        """The bookies do it themselves."""
        return Contribution(source="autorecovery", conf={"bookie": {"autoRecoveryDaemonEnabled": "true"}})


AutorecoverySpec = Annotated[
    AutorecoveryPods | AutorecoveryInBookies, pydantic.Field(discriminator="run_in"), unless_told("run_in", "pods")
]


def bookies(
    spec: BookkeeperSpec,
    settings: Mapping[str, Setting],
    *,
    place: Place,
    metadata: MetadataStoreSpec,
    runtime: Runtime,
    storage_class: str | None,
) -> Workload:
    """The bookies as pods."""
    http = {"port": "http"}
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role="bookie",
        image=runtime.image,
        replicas=spec.replicas,
        command=script(
            # The pod's own full name, which the kubelet has put into /etc/hosts: no lookup, and stable for ever.
            "export PULSAR_PREFIX_advertisedAddress=$(hostname -f)",
            "bin/apply-config-from-env.py conf/bookkeeper.conf",
            wait(metadata, place),
            "exec bin/pulsar bookie",
        ),
        ports={"bookie": PORT, "http": HTTP_PORT},
        cpu=spec.cpu,
        memory=str(spec.memory.planned_limit),
        environment={**runtime.environment, "BOOKIE_MEM": spec.memory.jvm_flags, **environment(settings)},
        startup={"httpGet": {"path": "/api/v1/bookie/is_ready", **http}, "periodSeconds": 1, "failureThreshold": 1800},
        readiness={"httpGet": {"path": "/api/v1/bookie/is_ready", **http}, "periodSeconds": 5, "timeoutSeconds": 5},
        liveness={
            "exec": {"command": ["bash", "-c", _alive(metadata, place)]},
            "periodSeconds": 30,
            "timeoutSeconds": 10,
            "failureThreshold": 5,
        },
        volumes=tuple(
            Volume(
                name=name,
                path=f"{DATA}/{name}",
                size=str(volume.size),
                storage_class=volume.storage_class or storage_class,
            )
            for name, volume in (("journal", spec.journal), ("ledgers", spec.ledgers))
        ),
        spread=place.spread,
        grace_seconds=60,
        linger_seconds=5,
    )


def _alive(metadata: MetadataStoreSpec, place: Place) -> str:
    """Whether the process answers, and is registered where brokers look for bookies.

    A bookie whose metadata session ended comes back without its registration at times (seen with etcd and Pulsar
    4.0.8): it looks healthy, and no broker writes to it. Only a restart registers it again. While the metadata store
    is away, nothing is held against the bookie.
    """
    return "\n".join(
        (
            f"curl -fsS -m 5 -o /dev/null http://127.0.0.1:{HTTP_PORT}/api/v1/bookie/state || exit 1",
            metadata.shell_functions(place),
            f"id=$(hostname -f):{PORT}",
            "metadata_has /ledgers/available/$id || metadata_has /ledgers/available/readonly/$id || ! metadata_answers",
        )
    )


def autorecovery(
    spec: AutorecoveryPods,
    settings: Mapping[str, Setting],
    *,
    place: Place,
    metadata: MetadataStoreSpec,
    runtime: Runtime,
) -> Workload:
    """Autorecovery's own pods."""
    http = {"tcpSocket": {"port": "http"}}
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role="autorecovery",
        image=runtime.image,
        replicas=spec.replicas,
        command=script(
            "bin/apply-config-from-env.py conf/bookkeeper.conf",
            wait(metadata, place),
            "exec bin/bookkeeper autorecovery",
        ),
        ports={"http": HTTP_PORT},
        cpu=spec.cpu,
        memory=str(spec.memory.planned_limit),
        environment={**runtime.environment, "BOOKIE_MEM": spec.memory.jvm_flags, **environment(settings)},
        startup={**http, "periodSeconds": 2, "failureThreshold": 900},
        readiness={**http, "periodSeconds": 10},
        liveness={**http, "periodSeconds": 30, "failureThreshold": 10},
        spread="preferred",
        stateful=False,
        headless=False,
    )
