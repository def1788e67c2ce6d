"""Clusters that replicate to each other: each is told of the other, and never of itself."""

import json
from typing import Any

import pytest

from components.mistakes import NotADeployment
from tests import stack_file

CLOUD = {"service_url": "pulsar://pulsar.example.com:6650", "admin_url": "http://pulsar.example.com:8080"}


def job(changes: dict[str, Any]) -> dict[str, Any]:
    spec = stack_file.spec({"pulsar.name": "onprem", **changes})
    return spec.pulsar.manifests(spec.cluster.offer)["onprem-replication"]


def told(manifest: dict[str, Any]) -> dict[str, Any]:
    environment = manifest["spec"]["template"]["spec"]["containers"][0]["env"]
    return json.loads(next(each["value"] for each in environment if each["name"] == "PEERS"))


def test_the_other_cluster_is_made_known_with_its_namespaces():
    manifest = job({"pulsar.peers": {"cloud": {**CLOUD, "namespaces": ["shop/orders", "public/default"]}}})

    assert told(manifest) == {
        "cloud": {
            "admin": "http://pulsar.example.com:8080",
            "service": "pulsar://pulsar.example.com:6650",
            "namespaces": ["public/default", "shop/orders"],
        }
    }


def test_a_changed_peer_is_told_again():
    before = job({"pulsar.peers": {"cloud": CLOUD}})["metadata"]["name"]
    after = job({"pulsar.peers": {"cloud": {**CLOUD, "namespaces": ["public/default"]}}})["metadata"]["name"]

    assert before != after, "Kubernetes never runs a Job of the same name again."


def test_a_cluster_without_peers_needs_no_job():
    spec = stack_file.spec()

    assert "pulsar-replication" not in spec.pulsar.manifests(spec.cluster.offer)


@pytest.mark.parametrize(
    ("peers", "sentence"),
    [
        ({"pulsar": CLOUD}, "spec.pulsar.peers.pulsar: is this cluster's own name"),
        ({"cloud": {**CLOUD, "service_url": "http://a:8080"}}, "'http://a:8080' is not such an address"),
        ({"cloud": {**CLOUD, "admin_url": "http://a"}}, "Write scheme, host and port, such as http://pulsar.example"),
        ({"cloud": {**CLOUD, "namespaces": ["orders"]}}, "'orders' is not a Pulsar namespace"),
        ({"Cloud": CLOUD}, "'Cloud' can't name a Kubernetes object"),
    ],
)
def test_a_peer_that_can_t_be_is_refused_with_the_way_out(peers: dict[str, Any], sentence: str):
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec({"pulsar.peers": peers})

    assert sentence in str(refused.value)
