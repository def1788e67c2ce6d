"""Forty changes that platform teams make, and what somebody who reads their review must learn."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from evaluation import stack_files
from review.risk import Risk
from tests import stack_file
from tests.stack_file import LEFT_OUT

TENANTS = {
    "operators": {"resources": {"install": False}},
    "tenants": {
        "shop": {
            "namespaces": {
                "orders": {
                    "bundles": 8,
                    "retention": {"time": "7d", "size": "10Gi"},
                    "ttl": "3d",
                    "topics": {"placed": {"partitions": 4}},
                },
                "returns": {},
            }
        }
    },
}
FUNCTIONS = {
    "pulsar.functions": {"run_in": "brokers"},
    "functions": {
        "sentiment": {
            "language": "python",
            "inline": "class Sentiment:\n    pass\n",
            "class_name": "sentiment.Sentiment",
            "inputs": ["comments"],
            "output": "moods",
        }
    },
}
KAFKA = {
    "archive": {
        "source": "image",
        "image": "registry.example.com/kop:4.0.13",
        "path": "/pulsar-protocol-handler-kafka.nar",
    },
    "own_build": True,
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One change, and what its review must say."""

    name: str
    changes: Mapping[str, Any]
    words: tuple[str, ...]
    risk: Risk
    stack: str = "onprem"
    """The shipped stack that it starts from."""
    more: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the stack has besides, before and after."""
    beside: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What becomes another secret beside the spec."""

    def config(self, *, after: bool) -> dict[str, Any]:
        """The stack file's configuration, before or after."""
        given = stack_files.read(self.stack)
        changes = {**self.more, **(self.changes if after else {})}
        given[stack_files.SPEC] = stack_file.raw(changes, base=given[stack_files.SPEC])
        return {**given, **(self.beside if after else {})}


R = Risk
CASES = (
    Case("a broker more", {"pulsar.broker.replicas": 4}, ("from 3 to 4", "bundles"), R.NOTICED),
    Case("a broker fewer", {"pulsar.broker.replicas": 2}, ("from 3 to 2", "drain", "reconnect"), R.NOTICED),
    Case("a bookie more", {"pulsar.bookkeeper.replicas": 4}, ("from 3 to 4", "volume"), R.NOTICED),
    Case("a bookie fewer", {"pulsar.bookkeeper.replicas": 2}, ("events-bookie-2", "Decommission"), R.REFUSED),
    Case("a proxy more", {"pulsar.proxy.replicas": 4}, ("to 4", "stay where they are"), R.HARMLESS),
    Case("a proxy fewer", {"pulsar.proxy.replicas": 1}, ("to 1", "disconnected"), R.NOTICED),
    Case("autorecovery fewer", {"pulsar.autorecovery.replicas": 1}, ("slowly",), R.NOTICED),
    Case("members of etcd more", {"pulsar.metadata.replicas": 5}, ("from 3 to 5", "metadata is lost"), R.REFUSED),
    Case("members of etcd fewer", {"pulsar.metadata.replicas": 1}, ("from 3 to 1",), R.REFUSED),
    Case("an image", {"pulsar.image": "docker.io/apachepulsar/pulsar:4.0.13"}, ("roll", "events-broker-2"), R.ROLLS),
    Case("a heap larger", {"pulsar.broker.memory.heap": "6Gi"}, ("heap", "more memory", "events-broker-0"), R.ROLLS),
    Case("a heap smaller", {"pulsar.broker.memory.heap": "2Gi"}, ("heap", "less memory"), R.NOTICED),
    Case("processors", {"pulsar.bookkeeper.cpu": 3}, ("processors", "events-bookie-2"), R.ROLLS),
    Case("a ledger volume", {"pulsar.bookkeeper.ledgers.size": "2Ti"}, ("2Ti", "volumeClaimTemplates"), R.REFUSED),
    Case("a journal volume", {"pulsar.bookkeeper.journal.size": "80Gi"}, ("80Gi", "expanded by hand"), R.REFUSED),
    Case("a storage class", {"cluster.storage_class": "slow"}, ("slow", "protected"), R.REFUSED),
    Case("the name", {"pulsar.name": "messages"}, ("events to messages", "made anew"), R.REFUSED),
    Case("the namespace", {"pulsar.namespace": "messages"}, ("pulsar to messages",), R.REFUSED),
    Case(
        "a write quorum larger",
        {"pulsar.bookkeeper.ensemble": 3, "pulsar.bookkeeper.write_quorum": 3},
        ("2 → 3",),
        R.NOTICED,
    ),
    Case("an acknowledgement fewer", {"pulsar.bookkeeper.ack_quorum": 1}, ("2 → 1", "new ledgers"), R.DATA),
    Case(
        "another metadata store",
        {"pulsar.metadata": {"store": "zookeeper"}},
        ("zookeeper", "Nothing is moved"),
        R.REFUSED,
    ),
    Case("a patch release", {"pulsar.version": "4.0.12"}, ("back from 4.0.13 to 4.0.12",), R.DATA),
    Case("a line up", {"pulsar.version": "4.2.2"}, ("from 4.0.13 to 4.2.2", "upgrade notes"), R.DATA),
    Case(
        "a major line up",
        {"pulsar.version": "5.0.0", "pulsar.metadata": {"store": "zookeeper"}},
        ("5.0.0", "way_back"),
        R.REFUSED,
        more={"pulsar.metadata": {"store": "zookeeper"}},
    ),
    Case(
        "a bucket",
        {"pulsar.tiered_storage.bucket": "another-bucket"},
        ("another-bucket", "stays in the old one"),
        R.REFUSED,
        "aws",
    ),
    Case(
        "tiered storage off",
        {"pulsar.tiered_storage": LEFT_OUT, "pulsar.metadata_backup": LEFT_OUT},
        ("can't be read",),
        R.REFUSED,
        "aws",
    ),
    Case("a deletion lag", {"pulsar.tiered_storage.deletion_lag": "1h"}, ("1h instead of 4h",), R.NOTICED, "aws"),
    Case(
        "another zone",
        {"cluster.zones": ["us-east-1a", "us-east-1b", "us-east-1d"]},
        ("never leaves its zone",),
        R.DATA,
        "aws",
    ),
    Case(
        "a node type",
        {"cluster.pools": {"bookie": {"machine": "m7i.4xlarge"}}},
        ("m7i.4xlarge", "drained"),
        R.INTERRUPTS,
        "aws",
    ),
    Case("Kubernetes", {"cluster.kubernetes": "1.35"}, ("1.34 to 1.35", "no way back"), R.INTERRUPTS, "aws"),
    Case("a listener", {"pulsar.protocols": {"kafka": KAFKA}}, ("kafka", "Brokers roll", "events-broker-2"), R.NOTICED),
    Case(
        "a listener's end",
        {"pulsar.protocols": {}},
        ("served no more",),
        R.INTERRUPTS,
        more={"pulsar.protocols": {"kafka": KAFKA}},
    ),
    Case(
        "certificates of the store",
        {"pulsar.metadata.tls": {"issuer": {"name": "ca"}}},
        ("TLS", "events-etcd-2"),
        R.INTERRUPTS,
    ),
    Case(
        "who may reach the proxy",
        {"pulsar.proxy.service.source_ranges": ["10.1.0.0/16"]},
        ("10.1.0.0/16", "cut off"),
        R.NOTICED,
        "aws",
    ),
    Case("a secret", {}, ("secret", "kubeconfig"), R.NOTICED, beside={"pulsar:kubeconfig": "another"}),
    Case(
        "retention shortened",
        {"tenants.shop.namespaces.orders.retention.time": "1d"},
        ("7d → 1d", "deleted"),
        R.DATA,
        more=TENANTS,
    ),
    Case(
        "a deleted namespace",
        {"tenants.shop.namespaces.returns": LEFT_OUT},
        ("shop/returns", "keep: true"),
        R.DATA,
        more=TENANTS,
    ),
    Case(
        "partitions more",
        {"tenants.shop.namespaces.orders.topics.placed.partitions": 8},
        ("4 → 8", "order"),
        R.NOTICED,
        more=TENANTS,
    ),
    Case(
        "partitions fewer",
        {"tenants.shop.namespaces.orders.topics.placed.partitions": 2},
        ("never shrink",),
        R.REFUSED,
        more=TENANTS,
    ),
    Case(
        "a function's code",
        {"functions.sentiment.inline": "class Sentiment:\n    mood = 1\n"},
        ("code", "sentiment", "start again"),
        R.NOTICED,
        stack="local",
        more=FUNCTIONS,
    ),
    Case(
        "a function's end", {"functions": {}}, ("sentiment", "taken away"), R.INTERRUPTS, stack="local", more=FUNCTIONS
    ),
    Case(
        "a key of broker.conf",
        {"pulsar.broker.config.backlogQuotaDefaultLimitGB": 7},
        ("backlogQuotaDefaultLimitGB", "roll"),
        R.NOTICED,
    ),
    Case(
        "dashboards",
        {"monitoring.dashboards": False},
        ("dashboards", "Pulsar doesn't notice"),
        R.NOTICED,
        more={"monitoring": {"kind": "prometheus-operator"}},
    ),
    Case("the guard", {"pulsar.keep_data": False}, ("guard is off",), R.DATA),
    Case(
        "a tag",
        {"cluster.tags.team": "streaming"},
        ("tag", "streaming", "LaunchTemplate", "moves once"),
        R.INTERRUPTS,
        "aws",
    ),
)
