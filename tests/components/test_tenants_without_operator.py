"""Tenants without an operator: resources of the provider, after Pulsar, and before the functions that use them."""

import json
from typing import Any

import pytest

from tests import stack_file
from tests.conftest import Deploy, Deployment

SHOP = {
    "tenants.shop": {
        "namespaces": {"orders": {"permissions": {"web": ["produce"]}, "topics": {"placed": {"partitions": 4}}}}
    }
}
FUNCTION = {
    "pulsar.functions": {"run_in": "brokers"},
    "pulsar.broker.replicas": 1,
    "functions.sort": {
        "language": "python",
        "inline": "class Sort:\n    pass\n",
        "class_name": "sort.Sort",
        "namespace": "shop/orders",
        "inputs": ["shop/orders/placed"],
    },
}


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    given = {key.replace("__", "."): value for key, value in changes.items()}
    return deploy(config={"pulsar:spec": json.dumps(stack_file.raw({**SHOP, **given}))})


def test_each_depends_on_the_one_that_it_stands_in(deploy: Deploy):
    registered = deployed(deploy)

    assert registered.one("Tenant", "shop").urn in registered.one("Namespace", "shop/orders").dependencies
    assert registered.one("Namespace", "shop/orders").urn in registered.one("Topic", "shop/orders/placed").dependencies


def test_none_comes_before_the_brokers_or_outlives_them(deploy: Deploy):
    registered = deployed(deploy)

    inside = [each for each in registered if each.type.startswith("pulsar-admin:tenants:")]
    assert len(inside) == 3
    for each in inside:
        assert registered.one("StatefulSet", "pulsar-broker").urn in each.dependencies


def test_a_function_comes_after_the_namespace_that_it_belongs_to(deploy: Deploy):
    registered = deployed(deploy, **{key.replace(".", "__"): value for key, value in FUNCTION.items()})

    needed = registered.one("Function", "sort").dependencies
    for kind, name in (("Namespace", "shop/orders"), ("Topic", "shop/orders/placed")):
        assert registered.one(kind, name).urn in needed


def test_when_older_messages_move_is_told_to_a_namespace_that_is_there(deploy: Deploy):
    store = {"kind": "filesystem", "size": "10Gi", "namespaces": {"shop/orders": {"deletion_lag": "1h"}}}
    registered = deployed(deploy, pulsar__tiered_storage=store)

    job = registered.one("Job", "pulsar-offload-policies")
    assert registered.one("Namespace", "shop/orders").urn in job.dependencies
    assert job.urn not in registered.one("Namespace", "shop/orders").dependencies, "Each would wait for the other."
    assert job.provider


def test_tenants_and_functions_share_one_connection(deploy: Deploy):
    registered = deployed(deploy, **{key.replace(".", "__"): value for key, value in FUNCTION.items()})

    assert [each.name for each in registered if each.type == "pulumi:providers:pulsar-admin"] == ["pulsar-admin"]


@pytest.mark.parametrize("install", [True, False])
def test_with_the_operator_the_provider_makes_none(deploy: Deploy, install: bool):
    registered = deployed(deploy, operators__resources={"install": install})

    assert not [each for each in registered if each.type.startswith(("pulsar-admin:", "pulumi:providers:pulsar-admin"))]
    assert registered.one("PulsarTopic", "shop/orders/placed")


def test_a_stack_without_tenants_and_functions_starts_no_provider(deploy: Deploy):
    registered = deploy(config={"pulsar:spec": json.dumps(stack_file.raw())})

    assert not [each for each in registered if "pulsar-admin" in each.type]
