"""Protocol handlers of our own, fetched, loaded and reached in all the ways that the stack file knows."""

import hashlib
from collections.abc import Callable, Iterator

import pulsar
import pytest
import yaml
from kubernetes.stream import stream

from local import cluster, stacks
from local.paths import KUBECONFIG
from local.progress import Progress

from . import nar
from .variant import Variant, variant

PORT, OTHER_PORT = 7650, 7651
PATIENCE_MS = 30_000
Ask = Callable[[str, int, str], str]


@pytest.fixture(scope="module")
def brokers(tmp_path_factory) -> Iterator[Variant]:
    """A Pulsar that speaks two protocols of ours: the archive of one comes from an image, the other's by HTTP."""
    folder = tmp_path_factory.mktemp("handlers")
    machine = cluster.up(Progress())
    image = stacks.read("local").spec.pulsar.effective_image
    with nar.workshop(yaml.safe_load(KUBECONFIG.read_text()), image) as workshop:
        classes = workshop.classes()
        line, other = nar.pack(classes, "line"), nar.pack(classes, "other")
        archive, name = nar.image(line, "/handlers/line.nar", folder)
        machine.load_image(archive, name)
        url = f"{workshop.serve({'other.nar': other})}/other.nar"
        custom = {
            "line": {
                "archive": {"image": name, "path": "/handlers/line.nar"},
                "listens": {"line": PORT},
                "config": {"lineListener": f"line://{{host}}:{PORT}"},
            },
            "other": {
                "archive": {"url": url, "sha256": hashlib.sha256(other).hexdigest()},
                "listens": {"other": OTHER_PORT},
                "config": {"otherListener": f"other://broker-{{broker}}:{OTHER_PORT}"},
            },
        }
        with variant(folder, {"pulsar.protocols": {"custom": custom}}) as made:
            yield made


@pytest.fixture(scope="module")
def ask(brokers: Variant) -> Ask:
    """Say a line to a protocol's Service from another pod, and get the line that it answers."""
    (pod,) = brokers.core.list_namespaced_pod(brokers.namespace, label_selector="app.kubernetes.io/name=toolset").items

    def say(service: str, port: int, line: str) -> str:
        script = 'exec 3<>"/dev/tcp/$0/$1" && echo "$2" >&3 && timeout 30 head -n 1 <&3'
        host = f"pulsar-{service}.{brokers.namespace}.svc.cluster.local"
        command = ["bash", "-c", script, host, str(port), line]
        answer = stream(
            brokers.core.connect_get_namespaced_pod_exec,
            pod.metadata.name,
            brokers.namespace,
            command=command,
            stderr=True,
            stdin=False,
            stdout=True,
            tty=False,
        )
        return answer.strip()

    return say


def test_two_handlers_answer_side_by_side_each_at_its_own_service(ask):
    assert ask("line", PORT, "PING") == "PONG"
    assert ask("other", OTHER_PORT, "PING") == "PONG"


def test_a_handler_tells_its_broker_s_own_name_and_number(ask, brokers):
    host = f"pulsar-broker-0.pulsar-broker-headless.{brokers.namespace}.svc.cluster.local"

    assert ask("line", PORT, "WHERE") == f"line://{host}:{PORT}"
    assert ask("other", OTHER_PORT, "WHERE") == f"other://broker-0:{OTHER_PORT}"


def test_a_message_goes_from_one_protocol_to_pulsar_s_own_and_back(ask, brokers):
    with brokers.endpoints() as endpoints:
        client = pulsar.Client(endpoints.pulsar, operation_timeout_seconds=30)
        try:
            assert ask("line", PORT, "PUBLISH persistent://public/default/there good morning") == "OK"
            reader = client.create_reader("persistent://public/default/there", pulsar.MessageId.earliest)
            assert reader.read_next(timeout_millis=PATIENCE_MS).data() == b"good morning"

            producer = client.create_producer("persistent://public/default/back")
            producer.send(b"good evening")
            assert ask("other", OTHER_PORT, "READ persistent://public/default/back") == "good evening"
        finally:
            client.close()
