"""What a stack file's tenants become without an operator: what Pulsar's REST API is told, in its own units."""

import json
from typing import Any

import pytest
import yaml

from components.tenancy.told import Declared, declared
from tests import stack_file
from tests.conftest import PROJECT
from tests.tenants import SHOP, WEST


def told(tenants: Any = None, **changes: Any) -> dict[str, Declared]:
    base = {"pulsar.peers": {"west": WEST}, "tenants": tenants or {"shop": SHOP}}
    spec = stack_file.spec({**base, **changes})
    return {each.key: each for each in declared(spec.tenants, spec.pulsar)}


def test_all_that_is_declared_becomes_a_resource_after_what_it_stands_in():
    found = told()

    assert list(found) == [
        "Tenant shop",
        "Namespace shop/orders",
        "Topic shop/orders/Returned_Items",
        "Topic shop/orders/placed",
    ]
    for key, each in found.items():
        assert each.within is None or list(found).index(each.within) < list(found).index(key)


def test_a_namespace_s_policies_have_the_units_of_pulsar():
    assert told()["Namespace shop/orders"].inputs == {
        "name": "shop/orders",
        "bundles": 16,
        "keep": True,
        "permissions": {"billing": ["consume"], "web": ["produce"]},
        "policies": {
            "retention": {"retentionTimeInMinutes": 7 * 24 * 60, "retentionSizeInMB": 10 << 10},
            "messageTTL": 3 * 24 * 3600,
            "backlogQuota": {"destination_storage": {"limitSize": 1 << 30, "policy": "producer_exception"}},
            "deduplication": True,
            "replication": ["pulsar", "west"],
            "compactionThreshold": 100 << 20,
            "schemaCompatibilityStrategy": "BACKWARD",
            "schemaValidationEnforced": True,
            "maxProducersPerTopic": 10,
            "maxConsumersPerTopic": 20,
            "maxConsumersPerSubscription": 5,
            "subscriptionExpirationTime": 14 * 24 * 60,
            "autoTopicCreation": {
                "allowAutoTopicCreation": True,
                "topicType": "partitioned",
                "defaultNumPartitions": 4,
            },
        },
    }


def test_a_topic_s_policies_are_its_own():
    assert told()["Topic shop/orders/placed"].inputs == {
        "name": "persistent://shop/orders/placed",
        "partitions": 4,
        "keep": True,
        "permissions": {"audit": ["consume"]},
        "policies": {
            # -1: however much there is.
            "retention": {"retentionTimeInMinutes": 30 * 24 * 60, "retentionSizeInMB": -1},
            "backlogQuota": {"message_age": {"limitTime": 3600, "policy": "consumer_backlog_eviction"}},
        },
        "schema": {"type": "STRING", "schema": "", "properties": {}},
    }


def test_what_is_left_out_is_left_to_the_brokers():
    found = told({"a": {"namespaces": {"b": {"topics": {"c": {}}}}}})

    assert found["Tenant a"].inputs == {"name": "a", "adminRoles": [], "allowedClusters": ["pulsar"], "keep": True}
    assert found["Namespace a/b"].inputs == {"name": "a/b", "policies": {}, "permissions": {}, "keep": True}
    assert found["Topic a/b/c"].inputs["policies"] == {}


def test_a_tenant_may_be_wherever_it_is_replicated_to():
    assert told()["Tenant shop"].inputs["allowedClusters"] == ["pulsar", "west"]
    elsewhere = {"pulsar.peers": {"west": {**WEST, "namespaces": ["a/other"]}}}
    assert told({"a": {}}, **elsewhere)["Tenant a"].inputs["allowedClusters"] == ["pulsar", "west"], (
        "Another namespace of it goes there by pulsar.peers, and would lose its way."
    )


def test_keep_is_that_of_the_part_around_unless_it_says_otherwise():
    topics = {"t": {}, "u": {"keep": False}}
    gone = told({"a": {"keep": False, "namespaces": {"b": {"topics": {"c": {}}}}}})
    mixed = told({"a": {"namespaces": {"b": {"topics": topics}}}})

    assert [each.inputs["keep"] for each in gone.values()] == [False, False, False]
    assert mixed["Topic a/b/t"].inputs["keep"]
    assert not mixed["Topic a/b/u"].inputs["keep"]


def test_every_policy_that_is_told_is_one_that_the_provider_knows():
    from provider.policies import POLICIES

    known = {scope: {each.name for each in table} for scope, table in POLICIES.items()}
    for each in told({"shop": json.loads(json.dumps(SHOP))}).values():
        if each.kind != "Tenant":
            scope = "namespace" if each.kind == "Namespace" else "topic"
            assert set(each.inputs["policies"]) <= known[scope]


@pytest.mark.parametrize("operators", [{}, {"operators.resources": {}}])
def test_the_example_is_taken_as_it_stands_by_both_ways(operators: Any):
    example = yaml.safe_load((PROJECT / "examples" / "stacks" / "tenants.yaml").read_text())

    spec = stack_file.spec({**example, **operators})

    assert [each.key for each in declared(spec.tenants, spec.pulsar)][-1] == "Namespace shop/scratch"
