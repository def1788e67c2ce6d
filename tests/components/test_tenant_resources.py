"""Tenants as the operator's custom resources: after Pulsar and the operator, and gone before either."""

import itertools
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
IN_ORDER = [
    ("PulsarConnection", "pulsar"),
    ("PulsarTenant", "shop"),
    ("PulsarNamespace", "shop/orders"),
    ("PulsarTopic", "shop/orders/placed"),
]


def deployed(deploy: Deploy, **operator: Any) -> Deployment:
    return deploy(config={"pulsar:spec": json.dumps(stack_file.raw({"operators.resources": operator, **SHOP}))})


def test_each_resource_depends_on_the_one_that_it_stands_in(deploy: Deploy):
    registered = deployed(deploy)

    for before, after in itertools.pairwise(IN_ORDER):
        assert registered.one(*before).urn in registered.one(*after).dependencies
    permission = registered.one("PulsarPermission", "shop/orders web")
    assert registered.one("PulsarNamespace", "shop/orders").urn in permission.dependencies


@pytest.mark.parametrize("needed", [("Release", "resources-operator"), ("Namespace", "resources-operator-namespace")])
def test_no_resource_comes_before_the_operator_or_outlives_it(deploy: Deploy, needed: tuple[str, str]):
    registered = deployed(deploy)

    resources = [each for each in registered if "resource.streamnative.io" in each.type]
    assert len(resources) == 5
    for each in resources:
        assert registered.one(*needed).urn in each.dependencies, (
            "Its finalizer would be left hanging: nobody is there any more who takes it away."
        )


def test_no_resource_comes_before_the_brokers_or_outlives_them(deploy: Deploy):
    registered = deployed(deploy, install=False)

    for each in registered:
        if "resource.streamnative.io" in each.type:
            assert registered.one("StatefulSet", "pulsar-broker").urn in each.dependencies
            assert registered.one("Namespace", "pulsar-namespace").urn in each.dependencies
