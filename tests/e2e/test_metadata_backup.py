"""Metadata that was deleted by mistake comes back from the bucket, and the messages that it describes with it."""

import json
import pathlib
import urllib.request
from typing import Any

import pulsar
import pytest

from local import restore
from local.problem import Problem
from local.progress import Progress
from local.reach import Endpoints
from local.smoke import smoke
from tests.e2e.variant import Variant, variant

TOPIC = "persistent://shop/orders/kept"
SENT = [f"{number}".encode() for number in range(50)]
STORAGE = {"kind": "s3-compatible", "bucket": "kept", "server": {"cpu": "50m", "volume": {"size": "2Gi"}}}
KEYS = {"object_store_access_key": "made-for-this-test", "object_store_secret_key": "also-made-for-this-test"}
ETCD = {"store": "etcd", "replicas": 1, "cpu": "100m", "memory": "512Mi", "volume": {"size": "2Gi"}}
ZOOKEEPER = {
    "store": "zookeeper",
    "replicas": 1,
    "cpu": "100m",
    "memory": {"heap": "128Mi", "direct": "64Mi", "overhead": "192Mi"},
    "volume": {"size": "2Gi"},
}


@pytest.mark.parametrize("store", [ETCD, ZOOKEEPER], ids=["etcd", "zookeeper"])
def test_a_tenant_deleted_by_mistake_comes_back_with_its_messages(
    store: dict[str, Any], tmp_path: pathlib.Path, local_stack
):
    changes = {"pulsar.metadata": store, "pulsar.metadata_backup": {"keep": "1d"}, "pulsar.tiered_storage": STORAGE}
    with variant(tmp_path, changes, **KEYS) as made:
        with made.endpoints() as there:
            _ask(there, "PUT", "tenants/shop", {"allowedClusters": ["pulsar"]})
            _ask(there, "PUT", "namespaces/shop/orders")
            _produce(there, SENT)
        kept = restore.backup(made.stack, None, Progress())
        assert kept.startswith(store["store"])

        with made.endpoints() as there:
            _ask(there, "DELETE", "persistent/shop/orders/kept?force=true")
            _ask(there, "DELETE", "namespaces/shop/orders")
            _ask(there, "DELETE", "tenants/shop")
        with pytest.raises(Problem, match=f"FROM={kept} YES=1"):
            restore.restore(made.stack, None, Progress(), None, confirmed=False)
        restore.restore(made.stack, None, Progress(), kept, confirmed=True)

        _holds_all_again(made)


def _holds_all_again(made: Variant) -> None:
    with made.endpoints() as there:
        assert "shop" in _ask(there, "GET", "tenants")
        assert _read(there, len(SENT)) == SENT
        _produce(there, [b"later"])
        assert _read(there, len(SENT) + 1)[-1] == b"later"
        smoke(there, Progress(), tiered_storage=True)
    assert "unchanged" in made.up().output
    grown = made.up({"pulsar.toolset": {"cpu": "60m"}, "pulsar.bookkeeper.replicas": 2}).output
    assert "conflict" not in grown, "the restore must leave no claim on the number of pods"


def _client(endpoints: Endpoints) -> pulsar.Client:
    quiet = pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
    return pulsar.Client(endpoints.pulsar, operation_timeout_seconds=60, logger=quiet)


def _produce(endpoints: Endpoints, payloads: list[bytes]) -> None:
    client = _client(endpoints)
    producer = client.create_producer(TOPIC)
    for payload in payloads:
        producer.send(payload)
    client.close()


def _read(endpoints: Endpoints, count: int) -> list[bytes]:
    client = _client(endpoints)
    reader = client.create_reader(TOPIC, pulsar.MessageId.earliest)
    found = [reader.read_next(60_000).data() for _ in range(count)]
    client.close()
    return found


def _ask(endpoints: Endpoints, method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"{endpoints.http}/admin/v2/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None
