"""ZooKeeper as Pulsar's metadata store (every Pulsar line)."""

import functools
import pathlib
import shlex
from collections.abc import Iterator, Mapping
from typing import Literal

from ...model import Bytes, Cpu, Image
from ..memory import MemorySpec
from ..process import ConfKey, ConfValue
from ..runtime import Runtime, script
from ..workload import Manifest, Volume, Workload
from . import znode
from .store import EnsembleSpec, Place, VolumeSpec

CLIENT_PORT, QUORUM_PORT, ELECTION_PORT, ADMIN_PORT, METRICS_PORT = 2181, 2888, 3888, 9990, 8000
DATA, LOG = "/pulsar/data/zookeeper", "/pulsar/data/zookeeper-log"


class ZookeeperSpec(EnsembleSpec):
    """A ZooKeeper ensemble beside Pulsar, from Pulsar's own image."""

    store: Literal["zookeeper"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Every Pulsar line has it."""
    image: Image | None = None
    """An image with `bin/pulsar zookeeper`. Default: Pulsar's own."""
    replicas: int = 3
    cpu: Cpu = "500m"
    memory: MemorySpec = MemorySpec(heap=Bytes.parse("1Gi"), direct=Bytes.parse("256Mi"))
    """The JVM's and the container's memory. All metadata is held in the heap."""
    volume: VolumeSpec = VolumeSpec(size=Bytes.parse("20Gi"))
    log_volume: VolumeSpec | None = None
    """A volume of its own for the transaction log, whose speed is that of every write. Default: it shares `volume`."""
    config: Mapping[ConfKey, ConfValue] = {}
    """More keys of ZooKeeper's own conf file, spelled as ZooKeeper spells them."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Snapshots that don't fit, and keys that the members' own lives depend on."""
        yield from super().mistakes()
        least = Bytes(4 * self.memory.heap)
        if self.volume.size < least:
            yield (
                "volume.size",
                f"{self.volume.size} can't hold the three snapshots that are kept and the next one, each of which may "
                f"be as large as the heap ({self.memory.heap}). Use at least {least}, or make the heap smaller.",
            )
        for key in self.config:
            if key in _OWNED or key.startswith("server."):
                yield f"config.{key}", "follows from other settings and can't be set. Leave it out."

    def url(self, place: Place) -> str:
        """Every member by its own name."""
        return "zk:" + ",".join(f"{host}:{CLIENT_PORT}" for host in self.hosts(place))

    def conf(self, place: Place) -> dict[str, str]:
        """The members' `zookeeper.conf`, the same for all of them."""
        tunable = {
            "tickTime": "2000",
            "initLimit": "10",
            "syncLimit": "5",
            "autopurge.snapRetainCount": "3",
            "autopurge.purgeInterval": "1",
        }
        servers = {
            f"server.{ordinal + 1}": f"{host}:{QUORUM_PORT}:{ELECTION_PORT}"
            for ordinal, host in enumerate(self.hosts(place))
        }
        log = {"dataLogDir": f"{LOG}/log"} if self.log_volume else {}
        return {**tunable, **self.config, **_OWNED, **log, **servers}

    def workloads(self, place: Place, runtime: Runtime, storage_class: str | None) -> tuple[Workload, ...]:
        """The members."""
        text = "".join(f"{key}={value}\n" for key, value in self.conf(place).items())
        volumes = [("data", DATA, self.volume), *([("log", LOG, self.log_volume)] if self.log_volume else [])]
        return (
            Workload(
                cluster=place.cluster,
                namespace=place.namespace,
                role=place.role("zookeeper"),
                image=self.image or runtime.image,
                replicas=self.replicas,
                command=script(
                    f"mkdir -p {DATA}/data",
                    f"echo $((${{HOSTNAME##*-}} + 1)) > {DATA}/data/myid",
                    f"cat > conf/zookeeper.conf <<'END'\n{text}END",
                    "exec bin/pulsar zookeeper",
                ),
                ports={
                    "client": CLIENT_PORT,
                    "quorum": QUORUM_PORT,
                    "election": ELECTION_PORT,
                    "admin": ADMIN_PORT,
                    "metrics": METRICS_PORT,
                },
                cpu=self.cpu,
                memory=str(self.memory.planned_limit),
                environment={
                    **runtime.environment,
                    # A member that came back has a new address: the JVM keeps an old one for half a minute by itself.
                    "PULSAR_MEM": f"{self.memory.jvm_flags} -Dsun.net.inetaddr.ttl=3 -Dsun.net.inetaddr.negative.ttl=1",
                },
                # A member answers before it has found the others, and is of use to clients after.
                startup={**_answers("ruok", "imok"), "periodSeconds": 1, "failureThreshold": 600},
                readiness={**_answers("srvr", "*Mode:*"), "periodSeconds": 5},
                liveness={**_answers("ruok", "imok"), "periodSeconds": 10, "failureThreshold": 6},
                volumes=tuple(
                    Volume(
                        name=name,
                        path=path,
                        size=str(volume.size),
                        storage_class=volume.storage_class or storage_class,
                    )
                    for name, path, volume in volumes
                ),
                spread=place.spread,
                grace_seconds=45,
                linger_seconds=10,
                # Clients of the member before must have found another one when the next one goes.
                settle_seconds=20 if self.replicas > 1 else 0,
                client_service={"type": "ClusterIP"},
            ),
        )

    def snapshot(self, place: Place, runtime: Runtime, target: str) -> Mapping[str, Manifest]:
        """A member's snapshot by its admin server, under the name by which ZooKeeper finds it again.

        The admin server wants to know who asks, and gives it to everybody who may read the root node (ZooKeeper's
        documentation of the admin server, since 3.9).
        """
        ask = f"http://{place.service('zookeeper')}:{ADMIN_PORT}/commands/snapshot?streaming=true"
        folder = f"{target}.d"
        save = script(
            f"mkdir -p {folder}/version-2",
            f"curl -fsS -m 600 -H 'Authorization: digest backup:backup' -D {folder}/told -o {folder}/data '{ask}'",
            f"zxid=$(tr -d '\r' < {folder}/told | sed -n 's/^last_zxid: *\\(0x\\)\\{{0,1\\}}//Ip')",
            'test -n "$zxid"',
            f"mv {folder}/data {folder}/version-2/snapshot.$zxid",
            f"tar -C {folder} -cf {target} version-2",
        )
        return {"snapshot": {"image": self.image or runtime.image, "command": list(save)}}

    def restore(self, place: Place, runtime: Runtime, member: int, source: str) -> Manifest:
        """The snapshot alone, with no log behind it: every member starts from the same."""
        del place, member
        log = f" {LOG}/log" if self.log_volume else ""
        put = script(f"mkdir -p {DATA}/data{log}", f"tar -C {DATA}/data -xf {source}", f"ls -l {DATA}/data/version-2")
        return {"image": self.image or runtime.image, "command": list(put)}

    def shell_functions(self, place: Place, name: str = "metadata") -> str:
        """The program `znode`, which asks every member behind the headless name."""
        # The headless name answers before a member counts as ready, which a Service's own address does not.
        return asking(name, f"{place.headless('zookeeper')}:{CLIENT_PORT}")


_OWNED = {
    "dataDir": f"{DATA}/data",
    "clientPort": str(CLIENT_PORT),
    # The members are those of the list, for as long as the stack lives.
    "reconfigEnabled": "false",
    # A member needn't find its own name first.
    "quorumListenOnAllIPs": "true",
    "4lw.commands.whitelist": "ruok,srvr,mntr,conf,isro,stat",
    # A member whose snapshots are gone while its log isn't must not serve what is left as if it were whole.
    "snapshot.trust.empty": "false",
    "admin.enableServer": "true",
    # A backup by hand right after the scheduled one: the default is one in five minutes.
    "admin.rateLimiterIntervalInMS": "5000",
    "admin.serverPort": str(ADMIN_PORT),
    "metricsProvider.className": "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
    "metricsProvider.httpPort": str(METRICS_PORT),
    "metricsProvider.exportJvmInfo": "true",
}
"""Keys that probes, monitoring and the ensemble's safety depend on."""


def _answers(command: str, wanted: str) -> Manifest:
    """A probe by one of ZooKeeper's four-letter words, through bash's own sockets: no JVM starts.

    Args:
        command: the word.
        wanted: the pattern that a good answer matches.
    """
    asked = f"exec 3<>/dev/tcp/127.0.0.1/{CLIENT_PORT} && printf {command} >&3 && [[ $(cat <&3) == {wanted} ]]"
    return {"exec": {"command": ["bash", "-c", asked]}, "timeoutSeconds": 5}


def asking(name: str, servers: str, below: str = "") -> str:
    """The two shell functions for a ZooKeeper.

    Args:
        name: how the functions' names begin.
        servers: where it answers, as a connection string has it.
        below: the node that stands for the root.
    """
    return "\n".join(
        (
            f'{name}_has() {{ python3 -I -S -c {_program()} "{below}$1" {servers}; }}',
            f"{name}_answers() {{ {name}_has /; }}",
        )
    )


@functools.cache
def _program() -> str:
    """The program's text as one word of a shell."""
    return shlex.quote(pathlib.Path(znode.__file__).read_text(encoding="utf-8"))
