"""A ZooKeeper ensemble: what its members know of each other, and how Pulsar's pods ask it."""

import contextlib
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from components import mistakes, stack
from components.pulsar.metadata import znode
from tests import rendered, stack_file

THREE = {"pulsar.metadata.store": "zookeeper"}
HOSTS = [f"pulsar-zookeeper-{ordinal}.pulsar-zookeeper-headless.pulsar.svc.cluster.local:2181" for ordinal in range(3)]


def member(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return rendered.of({**THREE, **(changes or {})})["pulsar-zookeeper"]["spec"]["template"]["spec"]["containers"][0]


def conf(changes: dict[str, Any] | None = None) -> dict[str, str]:
    text = member(changes)["command"][-1].partition("<<'END'\n")[2].partition("\nEND")[0]
    return dict(line.split("=", 1) for line in text.splitlines())


def sentences(changes: dict[str, Any]) -> str:
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({**THREE, **changes}), "test")
    return str(refused.value)


def test_every_member_knows_every_other_from_the_start():
    assert {key: value for key, value in conf().items() if key.startswith("server.")} == {
        f"server.{number + 1}": host.replace(":2181", ":2888:3888") for number, host in enumerate(HOSTS)
    }
    assert "${HOSTNAME##*-} + 1" in member()["command"][-1], "a member's number is its pod's"


def test_members_find_each_other_before_one_of_them_is_ready():
    service = rendered.of(THREE)["pulsar-zookeeper-headless"]["spec"]

    assert service["publishNotReadyAddresses"] is True


def test_brokers_are_told_every_member_and_so_is_their_bookkeeper_client():
    pulsar = stack_file.spec(THREE).pulsar

    assert pulsar.settings("broker")["metadataStoreUrl"].value == f"zk:{','.join(HOSTS)}"
    assert "bookkeeperMetadataServiceUri" not in pulsar.settings("broker"), (
        "A URI of its own would give the broker's BookKeeper client the first member alone."
    )


@pytest.mark.parametrize("store", ["etcd", "zookeeper"])
@pytest.mark.parametrize("process", ["bookie", "autorecovery", "toolset"])
def test_bookkeeper_gets_every_member_and_not_only_the_first_before_a_comma(store: str, process: Any):
    uri = stack_file.spec({"pulsar.metadata.store": store}).pulsar.settings(process)["metadataServiceUri"].value

    assert "," not in uri, "BookKeeper reads it as a list and keeps its first entry."
    assert len(uri.split(";")) == 3


def test_the_members_run_from_pulsars_own_image_unless_told_otherwise():
    assert member()["image"] == "docker.io/apachepulsar/pulsar-all:4.0.13"
    assert member({"pulsar.metadata.image": "example.org/zk:1"})["image"] == "example.org/zk:1"


def test_snapshots_are_purged_and_fit_on_the_volume():
    assert conf()["autopurge.purgeInterval"] != "0"
    assert "Use at least 8Gi, or make the heap smaller" in sentences(
        {"pulsar.metadata.memory": {"heap": "2Gi", "direct": "64Mi"}, "pulsar.metadata.volume": {"size": "7Gi"}}
    )


def test_the_transaction_log_may_have_a_volume_of_its_own():
    changes = {"pulsar.metadata.log_volume": {"size": "10Gi", "storage_class": "fast"}}
    claims = rendered.of({**THREE, **changes})["pulsar-zookeeper"]["spec"]["volumeClaimTemplates"]

    assert [claim["metadata"]["name"] for claim in claims] == ["data", "log"]
    assert claims[1]["spec"]["storageClassName"] == "fast"
    log = next(mount["mountPath"] for mount in member(changes)["volumeMounts"] if mount["name"] == "log")
    assert conf(changes)["dataLogDir"].startswith(f"{log}/")
    assert "dataLogDir" not in conf()


def test_own_keys_are_taken_and_those_that_follow_are_refused():
    assert conf({"pulsar.metadata.config": {"tickTime": 3000}})["tickTime"] == "3000"
    assert "spec.pulsar.metadata.config.clientPort: follows from other settings" in sentences(
        {"pulsar.metadata.config": {"clientPort": 2182}}
    )
    assert "spec.pulsar.metadata.config.server.4: follows" in sentences(
        {"pulsar.metadata.config": {"server.4": "x:2888:3888"}}
    )


def test_members_go_one_by_one_with_time_for_their_clients_to_move():
    spec = rendered.of(THREE)["pulsar-zookeeper"]["spec"]

    assert spec["minReadySeconds"] >= 20
    assert spec["template"]["spec"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] >= 5
    one = rendered.of({**THREE, "pulsar.metadata.replicas": 1})["pulsar-zookeeper"]["spec"]
    assert "minReadySeconds" not in one, "a single member's roll would only take longer"


def test_no_probe_starts_a_jvm():
    probes = {name: member()[name]["exec"]["command"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}

    assert all(command[:2] == ["bash", "-c"] for command in probes.values())
    assert "srvr" in probes["readinessProbe"][2], "a member without a quorum says imok, and is of no use"


class Ensemble:
    """A member that speaks as ZooKeeper does, and knows a few nodes."""

    def __init__(self, nodes: set[str], *, in_quorum: bool = True) -> None:
        self.nodes, self.in_quorum, self.closed = nodes, in_quorum, threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            with link, link.makefile("rwb") as stream:
                if self.in_quorum:
                    self.answer(stream)

    def stop(self) -> None:
        """Close the port at once, though a thread waits at it."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def answer(self, stream: Any) -> None:
        (length,) = struct.unpack(">i", stream.read(4))
        version, _, _, session, password = struct.unpack(">iqiqi", stream.read(28))
        assert (length, version, session, password) == (45, 0, 0, 16)
        stream.read(17)
        stream.write(struct.pack(">iiiqi16s?", 37, 0, 10000, 7, 16, b"p" * 16, False))
        (length,) = struct.unpack(">i", stream.read(4))
        number, kind, size = struct.unpack(">iii", stream.read(12))
        path = stream.read(size).decode()
        assert (kind, length) == (3, 13 + size)
        stream.read(1)
        found = path in self.nodes
        stat = b"\0" * 68 if found else b""
        stream.write(struct.pack(">iiqi", 16 + len(stat), number, 9, 0 if found else -101) + stat)
        stream.flush()
        assert struct.unpack(">iii", stream.read(12)) == (8, 2, -11)
        self.closed.set()


@pytest.fixture
def ensemble() -> Iterator[Ensemble]:
    made = Ensemble({"/ledgers/INSTANCEID"})
    yield made
    with contextlib.suppress(OSError):
        made.stop()


def test_a_node_is_found_and_a_missing_one_is_not(ensemble: Ensemble):
    assert znode.exists("/ledgers/INSTANCEID", f"127.0.0.1:{ensemble.port}") is True
    assert znode.exists("/admin", f"127.0.0.1:{ensemble.port}") is False
    assert ensemble.closed.wait(5), "a session that isn't closed stays with the ensemble until it times out"


def test_a_member_without_a_quorum_is_no_answer():
    alone = Ensemble(set(), in_quorum=False)

    assert znode.exists("/", f"127.0.0.1:{alone.port}") is None


def test_an_ensemble_that_is_away_is_known_in_two_seconds(ensemble: Ensemble):
    ensemble.stop()

    assert znode.exists("/", f"127.0.0.1:{ensemble.port}") is None
    assert znode.exists("/", f"no-such-host.invalid:{ensemble.port}") is None


def test_the_shell_functions_answer_as_the_start_scripts_and_probes_expect(ensemble: Ensemble):
    spec = stack_file.spec(THREE).pulsar
    functions = spec.metadata.shell_functions(spec.place)
    here = functions.replace("pulsar-zookeeper-headless.pulsar.svc.cluster.local:2181", f"127.0.0.1:{ensemble.port}")

    def ends(command: str) -> int:
        return subprocess.run(["bash", "-c", f"set -eu\n{here}\n{command}"], check=False, timeout=30).returncode

    assert here != functions
    assert ends("metadata_has /ledgers/INSTANCEID") == 0
    assert ends("if metadata_has /admin; then exit 5; fi") == 0
    ensemble.nodes.add("/")
    assert ends("metadata_answers") == 0
    ensemble.stop()
    assert ends("metadata_answers") != 0
