"""A change that a platform team makes, what its review must say, and what stacks have besides."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from evaluation import stack_files
from review.risk import Risk
from tests import stack_file

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
NATIVE = {"tenants": TENANTS["tenants"]}
"""The same, made by no operator."""
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


ZOOKEEPER = {"pulsar.metadata": {"store": "zookeeper"}}
WORKERS = {"pulsar.functions": {"run_in": "pods", "replicas": 2, "packages": {"storage_class": "shared"}}}
S3_COMPATIBLE = {
    "pulsar.tiered_storage": {
        "kind": "s3-compatible",
        "bucket": "older-messages",
        "endpoint": "https://minio.example.com:9000",
        "region": "us-east-1",
    }
}


def kubeconfig(user: str) -> str:
    """The way to a cluster that isn't there, with somebody's credentials."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "nobody", "cluster": {"server": "http://127.0.0.1:1"}}],
            "users": [{"name": user, "user": {"token": user}}],
            "contexts": [{"name": "nobody", "context": {"cluster": "nobody", "user": user}}],
            "current-context": "nobody",
        }
    )


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
    had: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The secrets beside the spec, before and after."""
    beside: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What becomes another secret beside the spec."""

    @property
    def besides(self) -> str:
        """What it starts from: cases with the same start from the same."""
        return f"{self.stack} {self.more} {self.had}"

    def config(self, *, after: bool) -> dict[str, Any]:
        """The stack file's configuration, before or after."""
        given = stack_files.read(self.stack)
        changes = {**self.more, **(self.changes if after else {})}
        given[stack_files.SPEC] = stack_file.raw(changes, base=given[stack_files.SPEC])
        return {**given, **self.secrets(after=after)}

    def secrets(self, *, after: bool) -> Mapping[str, str]:
        """What stands beside the spec, before or after."""
        return {**self.had, **(self.beside if after else {})}
