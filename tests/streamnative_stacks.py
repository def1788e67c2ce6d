"""Stacks that are handed to StreamNative's operator, and the resources that are made of each."""

from typing import Any

from components.stack import StackSpec
from tests import kaap_stacks
from tests.google_cloud import GCS

IMAGE = "streamnative/private-cloud:4.0.4.1"
STREAMNATIVE: dict[str, Any] = {
    **kaap_stacks.ZOOKEEPER,
    "pulsar.image": IMAGE,
    "pulsar.operator": {"kind": "streamnative", "licence_acknowledged": True},
    "pulsar.websocket": {"run_in": "proxy"},
}
LICENCE = {"pulsar:streamnative_licence": "made up"}
STACKS: dict[str, dict[str, Any]] = {
    **{
        name: kaap_stacks.STACKS[name]
        for name in ("the smallest", "a small one", "older messages in a bucket", "another cluster")
    },
    "a large one": {
        **kaap_stacks.STACKS["a large one"],
        "pulsar.metadata": {
            "store": "zookeeper",
            "config": {"tickTime": 3000, "forceSync": "no"},
            "log_volume": {"size": "8Gi"},
            "image": "r.example.com/zookeeper:1",
        },
    },
    "older messages in Hadoop": {
        "pulsar.tiered_storage": {
            "kind": "hdfs",
            "uri": "hdfs://namenode.example.com:8020",
            "threshold": "10Gi",
        }
    },
    "older messages in Google's cloud": {
        "pulsar.tiered_storage": {**GCS, "project": "events-1", "location": "europe-west1", "threshold": "10Gi"}
    },
}
"""Changes of the smallest stack file."""


def resources(spec: StackSpec) -> dict[str, dict[str, Any]]:
    """The resources of a stack, by their kind, in the order in which they are made."""
    handed = spec.pulsar.operator.parts(spec.pulsar, spec.cluster.offer).handed
    assert handed
    return {each.manifest["kind"]: each.manifest for each in handed.resources}
