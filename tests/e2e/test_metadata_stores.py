"""Three members of each store that can be run here, and what the death of one costs Pulsar's clients: nothing."""

import threading
import uuid
from collections.abc import Iterator

import kubernetes
import pytest

from components.pulsar.metadata.etcd import EtcdSpec
from components.pulsar.metadata.etcd_tls import client_flags
from local import smoke
from local.progress import Progress
from tests.e2e.certificates import Authority
from tests.e2e.traffic import Traffic, is_ready_again, wait_for
from tests.e2e.variant import Variant, variant

SMALL = {"replicas": 3, "cpu": "50m", "volume": {"size": "1Gi"}}
ZOOKEEPER = {**SMALL, "store": "zookeeper", "memory": {"heap": "96Mi", "direct": "32Mi", "overhead": "160Mi"}}
ETCD = {**SMALL, "store": "etcd", "memory": "256Mi", "tls": {"members": "of-members", "clients": "of-clients"}}
WEBSOCKET = {
    "run_in": "pods",
    "replicas": 1,
    "cpu": "50m",
    "memory": {"heap": "128Mi", "direct": "128Mi", "overhead": "256Mi"},
}
"""In pods, since those read the configuration metadata by themselves."""


@pytest.fixture(scope="module")
def zookeeper(local_stack, tmp_path_factory) -> Iterator[Variant]:
    with variant(tmp_path_factory.mktemp("zookeeper"), {"pulsar.metadata": ZOOKEEPER}) as up:
        yield up


@pytest.fixture(scope="module")
def etcd(local_stack, tmp_path_factory) -> Iterator[Variant]:
    made = Variant(tmp_path_factory.mktemp("etcd"), {"pulsar.metadata": ETCD, "pulsar.websocket": WEBSOCKET})
    bringing = threading.Thread(target=certificates, args=(made,))
    bringing.start()
    try:
        made.up()
        yield made
    finally:
        bringing.join()
        made.destroy()


def certificates(made: Variant) -> None:
    """The Secrets that somebody else would have put there, as soon as there is a namespace for them."""
    pulsar_spec = made.stack.spec.pulsar
    place, store = pulsar_spec.place, pulsar_spec.metadata
    assert isinstance(store, EtcdSpec)
    wait_for(lambda: exists(made), seconds=120)
    authority = Authority()
    for secret in (
        authority.secret("of-members", [*store.hosts(place), place.headless("etcd"), place.service("etcd")]),
        authority.secret("of-clients", ["clients"]),
    ):
        made.core.create_namespaced_secret(made.namespace, secret)


def exists(made: Variant) -> bool:
    """Whether the variant's namespace is there."""
    try:
        return made.core.read_namespace(made.namespace).status.phase == "Active"
    except kubernetes.client.ApiException:
        return False


def survives_a_member(up: Variant, member: str) -> None:
    """Kill a member while messages flow; nothing that was acknowledged is lost, and the metadata can be written."""
    with up.endpoints() as endpoints:
        traffic = Traffic(endpoints)
        before = wait_for(lambda: len(traffic.acknowledged) > 100 and len(traffic.acknowledged))
        old = up.core.read_namespaced_pod(member, up.namespace).metadata.uid

        up.core.delete_namespaced_pod(member, up.namespace, grace_period_seconds=0)
        new_topic = traffic.client.create_producer(f"persistent://public/default/new-{uuid.uuid4().hex[:8]}")
        assert new_topic.send(b"a topic that is born meanwhile")

        wait_for(lambda: is_ready_again(up.core, up.namespace, member, old))
        during = len(traffic.acknowledged)
        wait_for(lambda: len(traffic.acknowledged) > max(during, before) + 100)
        assert traffic.lost() == set()
    restarts = {
        each.metadata.labels["app.kubernetes.io/name"]: sum(
            one.restart_count for one in each.status.container_statuses or ()
        )
        for each in up.core.list_namespaced_pod(up.namespace).items
    }
    assert {restarts[role] for role in ("broker", "bookie", "proxy")} == {0}, "They have other members to turn to."


def test_messages_go_through_pulsar_on_zookeeper(zookeeper: Variant):
    with zookeeper.endpoints() as endpoints:
        smoke.smoke(endpoints, Progress(), tiered_storage=False)


def test_a_second_up_changes_nothing_on_zookeeper(zookeeper: Variant):
    assert "unchanged" in zookeeper.up().output
    assert "created" not in zookeeper.up().output


# The first one: it is the one that a list which is cut at its comma leaves.
def test_zookeeper_loses_a_member_and_pulsar_loses_no_message(zookeeper: Variant):
    survives_a_member(zookeeper, "pulsar-zookeeper-0")


def test_messages_go_through_pulsar_on_etcd_with_certificates(etcd: Variant):
    with etcd.endpoints() as endpoints:
        smoke.smoke(endpoints, Progress(), tiered_storage=False)


def test_etcd_takes_nobody_without_a_certificate(etcd: Variant):
    authority, *certificate = (flag.replace("=", " ") for flag in client_flags(etcd.stack.spec.pulsar.place))
    host = f"https://pulsar-etcd.{etcd.namespace}.svc.cluster.local:2379"

    def health(url: str, *options: str) -> str:
        return kubernetes.stream.stream(
            etcd.core.connect_get_namespaced_pod_exec,
            "pulsar-bookie-0",
            etcd.namespace,
            container="bookie",
            command=["bash", "-c", f"curl -sS -m 5 {' '.join(options)} {url}/health 2>&1"],
            stderr=True,
            stdout=True,
        )

    # What curl says of a refusal depends on which of them closes first; that nothing is answered doesn't.
    assert '"health":"true"' in health(host, authority, *certificate)
    assert '"health"' not in health(host, authority)
    assert '"health"' not in health(host.replace("https", "http"))


def test_etcd_with_certificates_loses_a_member_and_pulsar_loses_no_message(etcd: Variant):
    survives_a_member(etcd, "pulsar-etcd-0")
