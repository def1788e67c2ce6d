"""Stacks that are handed to KAAP, and the resource that is made of each."""

from typing import Any

from components.stack import StackSpec

ZOOKEEPER = {"pulsar.metadata.store": "zookeeper"}
KAAP = {**ZOOKEEPER, "pulsar.operator.kind": "kaap"}
S3 = {"kind": "s3-compatible", "bucket": "old", "endpoint": "https://s3.example.com", "threshold": "10Gi"}
STACKS: dict[str, dict[str, Any]] = {
    "the smallest": {},
    "a large one": {
        "cluster.storage_class": "fast",
        "pulsar.name": "events",
        "pulsar.bookkeeper": {"replicas": 5, "ensemble": 3, "write_quorum": 3, "cpu": 4, "journal": {"size": "40Gi"}},
        "pulsar.broker": {
            "replicas": 7,
            "config": {"brokerDeduplicationEnabled": True, "ttlDurationDefaultInSeconds": 60},
        },
        "pulsar.proxy": {"replicas": 2, "service": {"type": "LoadBalancer", "annotations": {"internal": "true"}}},
        "pulsar.metadata": {"store": "zookeeper", "config": {"tickTime": 3000}, "image": "r.example.com/zookeeper:1"},
    },
    "a small one": {
        "pulsar.jvm": "compact",
        "pulsar.spread": "preferred",
        "pulsar.websocket": {"run_in": "proxy"},
        "pulsar.autorecovery": {"run_in": "bookies"},
        "pulsar.bookkeeper": {"replicas": 1, "ensemble": 1, "write_quorum": 1, "ack_quorum": 1},
    },
    "older messages in a bucket": {"pulsar.tiered_storage": S3},
    "older messages on a volume": {
        "pulsar.tiered_storage": {"kind": "filesystem", "size": "1Ti", "storage_class": "shared"}
    },
    "brokers by how busy they are": {"pulsar.operator.broker_autoscaling": {"min": 2, "max": 9, "lower_cpu": 0.2}},
    "functions in the brokers": {"pulsar.functions": {"run_in": "brokers", "state_storage": True}},
    "functions apart": {"pulsar.functions": {"run_in": "pods", "config": {"maxPendingAsyncRequests": 500}}},
    "another cluster": {
        "pulsar.peers": {
            "west": {
                "service_url": "pulsar://west.example.com:6650",
                "admin_url": "http://west.example.com:8080",
                "namespaces": ["public/default"],
            }
        }
    },
}
"""Changes of the smallest stack file."""


def resource(spec: StackSpec) -> dict[str, Any]:
    """The `PulsarCluster` of a stack."""
    handed = spec.pulsar.operator.parts(spec.pulsar, spec.cluster.offer).handed
    assert handed
    (only,) = handed.resources
    return only.manifest
