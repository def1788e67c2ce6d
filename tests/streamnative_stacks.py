"""Stacks that are handed to StreamNative's operator, and the resources that are made of each."""

from typing import Any

from components.stack import StackSpec
from tests.kaap_stacks import S3, ZOOKEEPER

IMAGE = "streamnative/private-cloud:4.0.4.1"
STREAMNATIVE: dict[str, Any] = {
    **ZOOKEEPER,
    "pulsar.image": IMAGE,
    "pulsar.operator": {"kind": "streamnative", "licence_acknowledged": True},
    "pulsar.websocket": {"run_in": "proxy"},
}
LICENCE = {"pulsar:streamnative_licence": "made up"}
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
        "pulsar.metadata": {
            "store": "zookeeper",
            "config": {"tickTime": 3000, "forceSync": "no"},
            "log_volume": {"size": "8Gi"},
            "image": "r.example.com/zookeeper:1",
        },
    },
    "a small one": {
        "pulsar.jvm": "compact",
        "pulsar.spread": "preferred",
        "pulsar.autorecovery": {"run_in": "bookies"},
        "pulsar.bookkeeper": {"replicas": 1, "ensemble": 1, "write_quorum": 1, "ack_quorum": 1},
    },
    "older messages in a bucket": {"pulsar.tiered_storage": S3},
    "older messages in Hadoop": {
        "pulsar.tiered_storage": {
            "kind": "hdfs",
            "uri": "hdfs://namenode.example.com:8020",
            "site_config_map": "hadoop",
            "threshold": "10Gi",
        }
    },
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


def resources(spec: StackSpec) -> dict[str, dict[str, Any]]:
    """The resources of a stack, by their kind, in the order in which they are made."""
    handed = spec.pulsar.operator.parts(spec.pulsar, spec.cluster.offer).handed
    assert handed
    return {each.manifest["kind"]: each.manifest for each in handed.resources}
