"""What KAAP is told makes a Pulsar that works: real pods, as KAAP's sources make them, from the resource alone."""

from collections.abc import Iterator

import pytest

from local import reach, smoke
from local.progress import Progress
from tests.e2e import crds
from tests.e2e.contract_player import ContractPlayer, playing
from tests.e2e.kaap_recipe import Recipe
from tests.e2e.variant import Variant

SMALL = {"heap": "128Mi", "direct": "64Mi", "overhead": "256Mi"}
CHANGES = {
    "pulsar.operator": {"kind": "kaap", "install": False, "ready_within": "5m"},
    "pulsar.metadata": {"store": "zookeeper", "replicas": 1, "cpu": "50m", "memory": SMALL, "volume": {"size": "1Gi"}},
    "pulsar.websocket": {"run_in": "pods", "replicas": 1, "cpu": "50m", "memory": {**SMALL, "direct": "128Mi"}},
}


@pytest.fixture(scope="module")
def pulsar(tmp_path_factory: pytest.TempPathFactory, local_stack) -> Iterator[Variant]:
    api = crds.client()
    crds.apply(api, "kaap")
    made = Variant(tmp_path_factory.mktemp("by-kaap"), CHANGES)
    player = ContractPlayer(
        api, made.namespace, "kaap.oss.datastax.com/v1beta1", ("pulsarclusters",), Recipe(api).answer
    )
    with playing(player):
        try:
            made.up()
            yield made
        finally:
            made.destroy()


def test_messages_go_through_it_as_through_any_other(pulsar: Variant):
    with pulsar.endpoints() as endpoints:
        smoke.smoke(endpoints, Progress(), tiered_storage=False)


def test_the_tools_pod_is_found_and_knows_the_brokers(pulsar: Variant):
    command = ["bin/pulsar-admin", "brokers", "healthcheck"]

    assert reach.run_in_toolset(pulsar.stack, pulsar.kubeconfig, command) == 0


def test_pods_are_called_as_without_an_operator(pulsar: Variant):
    pods = {each.metadata.name for each in pulsar.core.list_namespaced_pod(pulsar.namespace).items}

    assert {"pulsar-zookeeper-0", "pulsar-bookie-0", "pulsar-broker-0"} <= pods


def test_what_kaap_made_is_gone_with_its_resource(pulsar: Variant):
    pulsar.destroy()

    assert pulsar.namespace not in {each.metadata.name for each in pulsar.core.list_namespace().items}
