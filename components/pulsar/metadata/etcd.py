"""etcd as Pulsar's metadata store (Pulsar 4.x)."""

import dataclasses
import textwrap
from collections.abc import Iterator, Mapping
from typing import Literal

from ... import versions
from ...model import Bytes, Cpu, Image
from ..contributions import Contribution
from ..runtime import Runtime
from ..workload import Manifest, Volume, Workload
from .etcd_tls import EtcdTlsSpec, client_flags
from .store import EnsembleSpec, Place, VolumeSpec

CLIENT_PORT, PEER_PORT, HEALTH_PORT = 2379, 2380, 2381
_SIZE_OF_DATABASE = Bytes.parse("8Gi")
"""etcd's own advice for the largest database; its default of 2 GiB fills up and then refuses every write."""


class EtcdSpec(EnsembleSpec):
    """An etcd cluster beside Pulsar. One serves one Pulsar cluster: Pulsar's driver has no prefix for its keys."""

    store: Literal["etcd"] = "etcd"  # pyright: ignore[reportIncompatibleVariableOverride]
    """Pulsar 4.x only: 5.0 has no etcd driver."""
    image: Image = versions.ETCD_IMAGE
    """etcd's image."""
    replicas: int = 3
    cpu: Cpu = "500m"
    memory: Bytes = Bytes.parse("2Gi")
    """The memory limit and request of a member."""
    volume: VolumeSpec = VolumeSpec(size=Bytes.parse("20Gi"))
    tls: EtcdTlsSpec | None = None
    """Certificates for members and clients. Default: none, and nothing is encrypted on its way."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """The database must fit into the volume, with its write-ahead log and a snapshot."""
        yield from super().mistakes()
        if self.volume.size < 2 * self.quota:
            least = Bytes(2 * self.quota)
            yield "volume.size", f"{self.volume.size} can't hold etcd's database and its copy. Use at least {least}."

    @property
    def quota(self) -> Bytes:
        """How large the database may get: a third of the volume, 8Gi at the most, 256Mi at the least."""
        third = Bytes(self.volume.size // 3 // (1 << 20) * (1 << 20))
        return max(Bytes.parse("256Mi"), min(_SIZE_OF_DATABASE, third))

    def url(self, place: Place) -> str:
        """Every member by its own name: Pulsar's driver wants the scheme on each of them."""
        return f"etcd:{self._endpoints(place)}"

    def local_url(self, place: Place) -> str:
        """The proxy in the process's own pod, where the members want certificates."""
        return f"etcd:http://127.0.0.1:{_proxy_port(place)}" if self.tls else self.url(place)

    def contribution(self, place: Place) -> Contribution:
        """Smaller batches than the largest transaction that the members accept."""
        base = super().contribution(place)
        batching = {"metadataStoreBatchingMaxOperations": "1000"}
        found = dataclasses.replace(
            base,
            # A bookie that loses its session loses its registration: long enough for a member to be replaced.
            tunable={
                "broker": batching,
                "bookie": batching | {"zkTimeout": "60000"},
                "autorecovery": batching,
            },
        )
        if self.tls is None:
            return found
        return self.tls.contribution(
            found, place, image=self.image, endpoints=self._endpoints(place), port=_proxy_port(place)
        )

    def manifests(self, place: Place) -> Mapping[str, Manifest]:
        """Certificates, and what the drivers are told of them."""
        return self.tls.manifests(place, self.hosts(place)) if self.tls else {}

    def workloads(self, place: Place, runtime: Runtime, storage_class: str | None) -> tuple[Workload, ...]:
        """The members."""
        del runtime
        return (self._members(place, storage_class),)

    def _members(self, place: Place, storage_class: str | None) -> Workload:
        """Members that know each other's names from the start, so none waits for a discovery service."""
        role = place.role("etcd")
        own = f"$(POD_NAME).{place.headless('etcd')}"
        command = (
            "/usr/local/bin/etcd",
            "--name=$(POD_NAME)",
            "--data-dir=/var/lib/etcd/data",
            f"--listen-client-urls={self._scheme}://0.0.0.0:{CLIENT_PORT}",
            f"--advertise-client-urls={self._scheme}://{own}:{CLIENT_PORT}",
            f"--listen-peer-urls={self._scheme}://0.0.0.0:{PEER_PORT}",
            f"--initial-advertise-peer-urls={self._scheme}://{own}:{PEER_PORT}",
            f"--initial-cluster={self._peers(place)}",
            f"--initial-cluster-token={place.cluster}-{place.namespace}",
            "--initial-cluster-state=new",
            f"--quota-backend-bytes={int(self.quota)}",
            # Pulsar never reads history, and every revision that is kept counts against the quota.
            "--auto-compaction-mode=periodic",
            "--auto-compaction-retention=10m",
            # Pulsar's driver sends batches of up to 1,000 operations; etcd's default limit is 128.
            "--max-txn-ops=2048",
            "--max-request-bytes=10485760",
            "--log-level=warn",
            # Kubernetes' probes show no certificate.
            *((*self.tls.member_flags(), f"--listen-metrics-urls=http://0.0.0.0:{HEALTH_PORT}") if self.tls else ()),
        )
        probed = "health" if self.tls else "client"
        healthy = {"httpGet": {"path": "/health?serializable=true", "port": probed}, "timeoutSeconds": 5}
        return Workload(
            cluster=place.cluster,
            namespace=place.namespace,
            role=role,
            image=self.image,
            replicas=self.replicas,
            command=command,
            ports={"client": CLIENT_PORT, "peer": PEER_PORT, **({"health": HEALTH_PORT} if self.tls else {})},
            mounts=self.tls.member_mounts(place) if self.tls else (),
            cpu=self.cpu,
            memory=str(self.memory),
            field_environment={"POD_NAME": "metadata.name"},
            startup={**healthy, "periodSeconds": 1, "failureThreshold": 600},
            readiness={"httpGet": {"path": "/health", "port": probed}, "periodSeconds": 5, "timeoutSeconds": 5},
            liveness={**healthy, "periodSeconds": 10, "failureThreshold": 6},
            volumes=(
                Volume(
                    name="data",
                    path="/var/lib/etcd",
                    size=str(self.volume.size),
                    storage_class=self.volume.storage_class or storage_class,
                ),
            ),
            spread=place.spread,
            grace_seconds=45,
            linger_seconds=10,
            # Clients of the member before must have found another one when the next one goes.
            settle_seconds=20 if self.replicas > 1 else 0,
            client_service={"type": "ClusterIP"},
        )

    def snapshot(self, place: Place, runtime: Runtime, target: str) -> Mapping[str, Manifest]:
        """A member's whole database, and a look at its checksum."""
        del runtime
        endpoint = f"{self._scheme}://{place.service('etcd')}:{CLIENT_PORT}"
        shown = client_flags(place) if self.tls else ()
        save = ["/usr/local/bin/etcdctl", f"--endpoints={endpoint}", *shown, "snapshot", "save", target]
        look = ["/usr/local/bin/etcdutl", "snapshot", "status", target]
        return {
            "snapshot": {"image": self.image, "command": save},
            "verify": {"image": self.image, "command": look},
        }

    def restore(self, place: Place, runtime: Runtime, member: int, source: str) -> Manifest:
        """A new data folder with the same members.

        Revisions go on far above those that clients have seen: a watcher that outlived the restore must not take new
        events for old ones (etcd's documentation on disaster recovery).
        """
        del runtime
        return {
            "image": self.image,
            "command": [
                "/usr/local/bin/etcdutl",
                "snapshot",
                "restore",
                source,
                f"--name={place.cluster}-{place.role('etcd')}-{member}",
                f"--initial-cluster={self._peers(place)}",
                f"--initial-cluster-token={place.cluster}-{place.namespace}",
                f"--initial-advertise-peer-urls={self._scheme}://{place.member('etcd', member)}:{PEER_PORT}",
                "--bump-revision=1000000000",
                "--mark-compacted",
                "--data-dir=/var/lib/etcd/data",
            ],
        }

    def _peers(self, place: Place) -> str:
        return ",".join(
            f"{place.cluster}-{place.role('etcd')}-{member}={self._scheme}://{host}:{PEER_PORT}"
            for member, host in enumerate(self.hosts(place))
        )

    def shell_functions(self, place: Place, name: str = "metadata") -> str:
        """etcd's health and its JSON gateway, asked with curl."""
        # The headless name answers before a member counts as ready, which a Service's own address does not.
        endpoint = f"{self._scheme}://{place.headless('etcd')}:{CLIENT_PORT}"
        return asking(name, endpoint, client_flags(place) if self.tls else ())

    @property
    def _scheme(self) -> str:
        return "https" if self.tls else "http"

    def _endpoints(self, place: Place) -> str:
        return ",".join(f"{self._scheme}://{host}:{CLIENT_PORT}" for host in self.hosts(place))


def asking(name: str, endpoint: str, flags: tuple[str, ...] = ()) -> str:
    """The two shell functions for an etcd.

    Args:
        name: how the functions' names begin.
        endpoint: where it answers.
        flags: what else curl is told.
    """
    curl = " ".join(("curl -fsS -m 2", *(flag.replace("=", " ") for flag in flags)))
    return textwrap.dedent(f"""\
        {name}_answers() {{ {curl} -o /dev/null {endpoint}/health 2>/dev/null; }}
        {name}_has() {{
          key=$(printf %s "$1" | base64 -w0)
          {curl} {endpoint}/v3/kv/range -d '{{"key":"'$key'","count_only":true}}' 2>/dev/null |
            grep -q '"count":"1"'
        }}""")


def _proxy_port(place: Place) -> int:
    """Two stores may each have a proxy in one pod."""
    return CLIENT_PORT + 10000 if place.prefix else CLIENT_PORT
