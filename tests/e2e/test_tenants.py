"""Tenants, namespaces and topics made by the provider in a Pulsar that runs: kept as declared, and never lost."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pulsar
import pytest

from tests.stack_file import LEFT_OUT

from .variant import Variant, variant

NAMESPACE = "tenants.shop.namespaces.orders"
SHOP = {
    "tenants.shop": {
        "admin_roles": ["shop-admin"],
        "namespaces": {
            "orders": {
                "bundles": 8,
                "retention": {"time": "1h", "size": "100Mi"},
                "backlog_quota": {"size": "10Mi", "policy": "producer_exception"},
                "ttl": "1h",
                "deduplication": True,
                "compaction_threshold": "1Mi",
                "schema_compatibility": "BACKWARD",
                "max_producers": 3,
                "subscription_expiration": "30m",
                "topic_creation": {"allow": False},
                "permissions": {"web": ["produce"]},
                "topics": {
                    "placed": {
                        "partitions": 2,
                        "ttl": "2h",
                        "max_consumers": 4,
                        "schema_info": {"type": "STRING"},
                        "permissions": {"audit": ["consume"]},
                    },
                    "refunds": {"keep": False},
                },
            }
        },
    }
}


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Variant]:
    with variant(tmp_path_factory.mktemp("tenants"), SHOP) as made:
        yield made


@pytest.fixture
def ask(up: Variant) -> Iterator[Any]:
    """Pulsar's REST API, as somebody with pulsar-admin uses it."""
    with up.endpoints() as endpoints:

        def asked(path: str, method: str = "GET", body: Any = None) -> Any:
            request = urllib.request.Request(
                f"{endpoints.http}/admin/v2/{path}",
                None if body is None else json.dumps(body).encode(),
                {"Content-Type": "application/json"},
                method=method,
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
            return json.loads(text) if text else None

        yield asked


def test_what_the_stack_file_says_is_in_pulsar(ask):
    document = ask("namespaces/shop/orders")

    assert ask("tenants/shop") == {"adminRoles": ["shop-admin"], "allowedClusters": ["pulsar"]}
    assert document["bundles"]["numBundles"] == 8
    assert document["retention_policies"] == {"retentionTimeInMinutes": 60, "retentionSizeInMB": 100}
    assert document["backlog_quota_map"]["destination_storage"]["limitSize"] == 10 << 20
    assert (document["message_ttl_in_seconds"], document["deduplicationEnabled"]) == (3600, True)
    assert (document["compaction_threshold"], document["max_producers_per_topic"]) == (1 << 20, 3)
    assert document["auth_policies"]["namespace_auth"] == {"web": ["produce"]}
    assert document["auth_policies"]["destination_auth"] == {"persistent://shop/orders/placed": {"audit": ["consume"]}}
    assert ask("persistent/shop/orders/placed/partitions")["partitions"] == 2
    assert ask("persistent/shop/orders/placed/messageTTL") == 7200
    assert ask("schemas/shop/orders/placed/schema")["type"] == "STRING"


def test_a_second_up_changes_nothing(up: Variant):
    began = time.monotonic()
    output = up.up().output
    print(f"a second up took {time.monotonic() - began:.1f} s")

    assert "created" not in output
    assert "updated" not in output


def test_policies_change_and_go_back_to_the_brokers_and_partitions_grow(up: Variant, ask):
    up.up(
        {
            f"{NAMESPACE}.ttl": "90m",
            f"{NAMESPACE}.retention": LEFT_OUT,
            f"{NAMESPACE}.schema_compatibility": LEFT_OUT,
            f"{NAMESPACE}.topics.placed.max_consumers": LEFT_OUT,
            f"{NAMESPACE}.topics.placed.partitions": 3,
            f"{NAMESPACE}.topics.placed.permissions": LEFT_OUT,
        }
    )

    document = ask("namespaces/shop/orders")
    assert document["message_ttl_in_seconds"] == 5400
    assert "retention_policies" not in document
    assert document["schema_compatibility_strategy"] == "UNDEFINED"
    assert ask("persistent/shop/orders/placed/maxConsumers") is None
    assert ask("persistent/shop/orders/placed/partitions")["partitions"] == 3
    assert document["auth_policies"]["destination_auth"].get("persistent://shop/orders/placed", {}) == {}


def test_what_somebody_changed_by_hand_is_put_back(up: Variant, ask):
    ask("namespaces/shop/orders/messageTTL", "POST", 5)
    ask("namespaces/shop/orders/maxConsumersPerTopic", "POST", 9)
    ask("persistent/shop/orders/placed/messageTTL", "DELETE")
    ask("persistent/shop/orders/refunds", "DELETE")

    up.project.run("up", "--yes", "--skip-preview", "--refresh")

    document = ask("namespaces/shop/orders")
    assert (document["message_ttl_in_seconds"], document.get("max_consumers_per_topic")) == (5400, None)
    assert ask("persistent/shop/orders/placed/messageTTL") == 7200
    assert ask("persistent/shop/orders/refunds/partitions")["partitions"] == 0


def test_fewer_partitions_are_refused_before_anything_changes(up: Variant):
    outcome = up.up({f"{NAMESPACE}.topics.placed.partitions": 2}, expect=None)
    up.changes[f"{NAMESPACE}.topics.placed.partitions"] = 3

    assert outcome.code != 0
    assert "takes no partition away" in outcome.output


def test_a_topic_with_a_subscription_is_not_deleted_and_an_empty_one_is(up: Variant, ask):
    ask("persistent/shop/orders/refunds/subscription/billing", "PUT", "earliest")
    refused = up.up({f"{NAMESPACE}.topics.refunds": LEFT_OUT}, expect=None)
    assert refused.code != 0
    assert "is not deleted: it has the subscriptions billing" in refused.output
    assert ask("persistent/shop/orders/refunds/stats")["subscriptions"]

    ask("persistent/shop/orders/refunds/subscription/billing", "DELETE")
    up.up()
    with pytest.raises(urllib.error.HTTPError):
        ask("persistent/shop/orders/refunds/stats")


def test_what_leaves_the_stack_stays_with_its_messages_and_is_taken_over_again(up: Variant, ask):
    with up.endpoints() as endpoints:
        client = pulsar.Client(endpoints.pulsar, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
        client.create_producer("persistent://shop/orders/placed", schema=pulsar.schema.StringSchema()).send("one")
        client.close()
    declared = {each: up.changes.pop(each) for each in list(up.changes) if each.startswith("tenants.")}

    output = up.up().output
    assert "The topic shop/orders/placed stays in Pulsar" in output
    assert ask("persistent/shop/orders/placed/partitioned-stats")["storageSize"] > 0
    assert ask("namespaces/shop/orders")["auth_policies"]["namespace_auth"] == {}, "The role could go on."

    output = up.up(declared).output
    assert "The topic shop/orders/placed was there already and is taken over" in output
    assert ask("namespaces/shop/orders")["auth_policies"]["namespace_auth"] == {"web": ["produce"]}
