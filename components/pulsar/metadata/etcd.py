"""etcd as Pulsar's metadata store (Pulsar 4.x)."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Literal

from ... import versions
from ...model import Bytes, Cpu, Image
from ..contributions import Contribution
from ..runtime import Runtime
from ..workload import Manifest, Volume, Workload
from .store import EnsembleSpec, Place, VolumeSpec

CLIENT_PORT, PEER_PORT = 2379, 2380
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
        return "etcd:" + ",".join(f"http://{host}:{CLIENT_PORT}" for host in self.hosts(place))

    def contribution(self, place: Place) -> Contribution:
        """Smaller batches than the largest transaction that the members accept."""
        base = super().contribution(place)
        batching = {"metadataStoreBatchingMaxOperations": "1000"}
        return Contribution(
            source=base.source,
            conf=base.conf,
            # A bookie that loses its session loses its registration: long enough for a member to be replaced.
            tunable={
                "broker": batching,
                "bookie": batching | {"zkTimeout": "60000"},
                "autorecovery": batching,
            },
        )

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
            f"--listen-client-urls=http://0.0.0.0:{CLIENT_PORT}",
            f"--advertise-client-urls=http://{own}:{CLIENT_PORT}",
            f"--listen-peer-urls=http://0.0.0.0:{PEER_PORT}",
            f"--initial-advertise-peer-urls=http://{own}:{PEER_PORT}",
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
        )
        healthy = {"httpGet": {"path": "/health?serializable=true", "port": "client"}, "timeoutSeconds": 5}
        return Workload(
            cluster=place.cluster,
            namespace=place.namespace,
            role=role,
            image=self.image,
            replicas=self.replicas,
            command=command,
            ports={"client": CLIENT_PORT, "peer": PEER_PORT},
            cpu=self.cpu,
            memory=str(self.memory),
            field_environment={"POD_NAME": "metadata.name"},
            startup={**healthy, "periodSeconds": 1, "failureThreshold": 600},
            readiness={"httpGet": {"path": "/health", "port": "client"}, "periodSeconds": 5, "timeoutSeconds": 5},
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

    def snapshot(self, place: Place, target: str) -> Mapping[str, Manifest]:
        """A member's whole database, and a look at its checksum."""
        endpoint = f"http://{place.service('etcd')}:{CLIENT_PORT}"
        save = ["/usr/local/bin/etcdctl", f"--endpoints={endpoint}", "snapshot", "save", target]
        look = ["/usr/local/bin/etcdutl", "snapshot", "status", target]
        return {
            "snapshot": {"image": self.image, "command": save},
            "verify": {"image": self.image, "command": look},
        }

    def restore(self, place: Place, member: int, source: str) -> Manifest:
        """A new data folder with the same members.

        Revisions go on far above those that clients have seen: a watcher that outlived the restore must not take new
        events for old ones (etcd's documentation on disaster recovery).
        """
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
                f"--initial-advertise-peer-urls=http://{place.member('etcd', member)}:{PEER_PORT}",
                "--bump-revision=1000000000",
                "--mark-compacted",
                "--data-dir=/var/lib/etcd/data",
            ],
        }

    def _peers(self, place: Place) -> str:
        return ",".join(
            f"{place.cluster}-{place.role('etcd')}-{member}=http://{host}:{PEER_PORT}"
            for member, host in enumerate(self.hosts(place))
        )

    def shell_functions(self, place: Place) -> str:
        """etcd's health and its JSON gateway, asked with curl."""
        # The headless name answers before a member counts as ready, which a Service's own address does not.
        return textwrap.dedent(f"""\
            etcd=http://{place.headless("etcd")}:{CLIENT_PORT}
            metadata_answers() {{ curl -fsS -m 2 -o /dev/null $etcd/health 2>/dev/null; }}
            metadata_has() {{
              key=$(printf %s "$1" | base64 -w0)
              curl -fsS -m 2 $etcd/v3/kv/range -d '{{"key":"'$key'","count_only":true}}' 2>/dev/null |
                grep -q '"count":"1"'
            }}""")
