"""Oxia as Pulsar's metadata store (Pulsar 4.0 and newer).

Sources: Oxia's own chart and command line (`oxia coordinator`, `oxia server`, `oxia client`, `oxia health`) and the
official Pulsar chart. It was not run here: no image of its server could be had.
"""

import dataclasses
import textwrap
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic
import yaml

from ... import names, versions
from ...model import Bytes, Cpu, Image, Spec
from ..contributions import Contribution, Process
from ..lifecycle.guards import Guard, servers_only_grow
from ..runtime import Runtime
from ..workload import InitContainer, Manifest, Mount, Volume, Workload
from .store import MetadataStoreSpec, Place, VolumeSpec

PUBLIC_PORT, INTERNAL_PORT, METRICS_PORT = 6648, 6649, 8080
BROKER, BOOKKEEPER = "broker", "bookkeeper"
"""Oxia's namespaces, which the coordinator makes before anyone uses them."""
_WAITING: tuple[Process, ...] = ("bookie", "autorecovery", "broker", "initialise")
"""Processes whose scripts ask the store."""


class OxiaCoordinatorSpec(Spec):
    """The pod that chooses which server leads which shard. Reads and writes go on while it is away."""

    cpu: Cpu = "100m"
    """Processors that it asks for."""
    memory: Bytes = Bytes.parse("256Mi")
    """Its memory limit and request."""


class OxiaSpec(MetadataStoreSpec):
    """An Oxia cluster beside Pulsar."""

    store: Literal["oxia"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Pulsar 4.0 and newer."""
    image: Image = versions.OXIA_IMAGE
    """Oxia's image. Pulsar's pods take Oxia's command line from it."""
    replicas: Annotated[int, pydantic.Field(ge=1)] = 3
    """Servers, which share the shards."""
    replication_factor: Annotated[int, pydantic.Field(ge=1)] = 3
    """Servers that keep each shard, of which more than half must live. It can't change later."""
    shards: Annotated[int, pydantic.Field(ge=1)] = 3
    """Parts that each namespace is cut into (`initialShardCount`). It can't change later."""
    cpu: Cpu = "500m"
    """Processors that a server asks for."""
    memory: Bytes = Bytes.parse("2Gi")
    """The memory limit and request of a server."""
    volume: VolumeSpec = VolumeSpec(size=Bytes.parse("20Gi"))
    """Where a server keeps the metadata."""
    coordinator: OxiaCoordinatorSpec = OxiaCoordinatorSpec()
    """What watches over the servers."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Copies that there are no servers for, or that survive no more failures than fewer."""
        if self.replication_factor > self.replicas:
            yield (
                "replication_factor",
                f"{self.replication_factor} copies need as many servers, and there are {self.replicas}. "
                "Add servers, or keep fewer copies.",
            )
        elif self.replication_factor % 2 == 0:
            yield (
                "replication_factor",
                f"{self.replication_factor} copies survive no more failures than {self.replication_factor - 1}, since "
                f"more than half must agree. Use {self.replication_factor - 1} or {self.replication_factor + 1}.",
            )

    def url(self, place: Place) -> str:
        """The namespace of all but BookKeeper's metadata, through any server."""
        return f"oxia://{place.service('oxia')}:{PUBLIC_PORT}/{BROKER}"

    def bookkeeper_uri(self, place: Place) -> str:
        """BookKeeper's own namespace."""
        return f"metadata-store:oxia://{place.service('oxia')}:{PUBLIC_PORT}/{BOOKKEEPER}"

    def contribution(self, place: Place) -> Contribution:
        """Brokers find BookKeeper's metadata in a namespace of its own."""
        base = super().contribution(place)
        told = {**base.conf["broker"], "bookkeeperMetadataServiceUri": self.bookkeeper_uri(place)}
        return with_client(dataclasses.replace(base, conf={**base.conf, "broker": told}), place, self.image)

    def guards(self, place: Place) -> Mapping[str, Guard]:
        """The coordinator gives new servers shards, and nobody takes them from one that goes."""
        return {place.role("oxia"): servers_only_grow(self.store)}

    def workloads(self, place: Place, runtime: Runtime, storage_class: str | None) -> tuple[Workload, ...]:
        """The servers and their coordinator."""
        del runtime
        return self._servers(place, storage_class), self._coordinator(place)

    def _servers(self, place: Place, storage_class: str | None) -> Workload:
        return Workload(
            cluster=place.cluster,
            namespace=place.namespace,
            role=place.role("oxia"),
            image=self.image,
            replicas=self.replicas,
            command=(
                "oxia",
                "server",
                "--log-json",
                "--data-dir=/data/db",
                "--wal-dir=/data/wal",
                f"--db-cache-size-mb={self.memory.mebibytes // 4}",
            ),
            ports={"public": PUBLIC_PORT, "internal": INTERNAL_PORT, "metrics": METRICS_PORT},
            cpu=self.cpu,
            memory=str(self.memory),
            startup={**_healthy(), "periodSeconds": 2, "failureThreshold": 600},
            readiness={**_healthy("--service=oxia-readiness"), "periodSeconds": 5},
            liveness={**_healthy(), "periodSeconds": 10, "failureThreshold": 6},
            volumes=(
                Volume(
                    name="data",
                    path="/data",
                    size=str(self.volume.size),
                    storage_class=self.volume.storage_class or storage_class,
                ),
            ),
            spread=place.spread,
            grace_seconds=45,
            linger_seconds=10,
            # The shards that a server led must have another leader when the next one goes.
            settle_seconds=20 if self.replicas > 1 else 0,
            client_service={"type": "ClusterIP"},
        )

    def _coordinator(self, place: Place) -> Workload:
        return Workload(
            cluster=place.cluster,
            namespace=place.namespace,
            role=place.role("oxia-coordinator"),
            image=self.image,
            replicas=1,
            command=(
                "oxia",
                "coordinator",
                "--log-json",
                f"--conf=configmap:{place.namespace}/{_config_map(place)}",
                "--metadata=configmap",
                f"--k8s-namespace={place.namespace}",
                f"--k8s-configmap-name={_config_map(place)}-status",
            ),
            ports={"internal": INTERNAL_PORT, "metrics": METRICS_PORT},
            cpu=self.coordinator.cpu,
            memory=str(self.coordinator.memory),
            startup={**_healthy(), "periodSeconds": 2, "failureThreshold": 600},
            readiness={**_healthy(), "periodSeconds": 5},
            liveness={**_healthy(), "periodSeconds": 10, "failureThreshold": 6},
            stateful=False,
            headless=False,
            # Its place is any node, and there is never a second one.
            surges=False,
            kubernetes_api=True,
        )

    def manifests(self, place: Place) -> Mapping[str, Manifest]:
        """What the coordinator is told, and the permission to keep what it knows in a ConfigMap."""
        name, role = f"{place.cluster}-{place.role('oxia-coordinator')}", place.role("oxia-coordinator")
        about = {"name": name, "namespace": place.namespace, "labels": names.labels(place.cluster, role)}
        group = "rbac.authorization.k8s.io"
        keeps = {
            "apiGroups": [""],
            "resources": ["configmaps"],
            "verbs": ["get", "list", "watch", "create", "update", "patch"],
        }
        leads = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]}
        account = {"kind": "ServiceAccount", "name": name, "namespace": place.namespace}
        return {
            _config_map(place): {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {**about, "name": _config_map(place)},
                "data": {"config.yaml": yaml.safe_dump(self.cluster_configuration(place), sort_keys=False)},
            },
            f"{name}-role": {
                "apiVersion": f"{group}/v1",
                "kind": "Role",
                "metadata": about,
                "rules": [keeps, leads],
            },
            f"{name}-role-binding": {
                "apiVersion": f"{group}/v1",
                "kind": "RoleBinding",
                "metadata": about,
                "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
                "subjects": [account],
            },
        }

    def cluster_configuration(self, place: Place) -> dict[str, object]:
        """The coordinator's `config.yaml`."""
        servers = [place.member("oxia", ordinal) for ordinal in range(self.replicas)]
        return {
            "namespaces": [
                {"name": name, "initialShardCount": self.shards, "replicationFactor": self.replication_factor}
                for name in (BROKER, BOOKKEEPER)
            ],
            "servers": [
                {"public": f"{server}:{PUBLIC_PORT}", "internal": f"{server}:{INTERNAL_PORT}"} for server in servers
            ],
            # From 0.16.3 on a server refuses whoever asks for it by a name that it doesn't know.
            "allowExtraAuthorities": [
                f"{name}:{PUBLIC_PORT}" for name in (place.service("oxia"), place.headless("oxia"))
            ],
        }

    def shell_functions(self, place: Place, name: str = "metadata") -> str:
        """Oxia's own command line, which the pods have from its image."""
        return asking(name, place, f"{place.headless('oxia')}:{PUBLIC_PORT}", BROKER)


def with_client(base: Contribution, place: Place, image: str) -> Contribution:
    """A contribution with Oxia's command line in the pods whose scripts ask the store: Pulsar's image has none."""
    name = place.role("oxia-client")
    mount = Mount(name=name, path=_folder(place), source={"emptyDir": {}})
    copy = InitContainer(
        name=name,
        image=image,
        command=("cp", "/oxia/bin/oxia", f"{_folder(place)}/oxia"),
        mounts=(name,),
        memory="64Mi",
    )
    return dataclasses.replace(
        base,
        mounts=dict.fromkeys(_WAITING, (mount,)),
        init_containers=dict.fromkeys(_WAITING, (copy,)),
    )


def asking(name: str, place: Place, address: str, namespace: str) -> str:
    """The two shell functions for an Oxia.

    Args:
        name: how the functions' names begin.
        place: where the store lives.
        address: host and public port.
        namespace: the namespace of all but BookKeeper's keys.
    """
    program, host = f"timeout 2 {_folder(place)}/oxia", address.rpartition(":")[0]
    # `oxia client list` ends well even where it fails, so the servers' health is what tells.
    return textwrap.dedent(f"""\
        {name}_has() {{
          case $1 in /ledgers/*) namespace={BOOKKEEPER};; *) namespace={namespace};; esac
          {program} client -a {address} -n $namespace --request-timeout 2s get "$1" >/dev/null 2>&1
        }}
        {name}_answers() {{
          {program} health --host={host} --port={INTERNAL_PORT} --service=oxia-readiness --timeout=2s >/dev/null 2>&1
        }}""")


def _folder(place: Place) -> str:
    return f"/pulsar/{place.role('oxia-client')}"


def _config_map(place: Place) -> str:
    return f"{place.cluster}-{place.role('oxia-coordinator')}-cluster"


def _healthy(*more: str) -> Manifest:
    return {"exec": {"command": ["oxia", "health", f"--port={INTERNAL_PORT}", *more]}, "timeoutSeconds": 10}
