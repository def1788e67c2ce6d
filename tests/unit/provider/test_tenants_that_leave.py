"""What the provider does with tenants, namespaces and topics that leave the stack: nobody loses what he would miss."""

from typing import Any

import pytest

from plugin.problems import PluginError
from provider.admin import Admin
from tests.inside_pulsar import EACH, NAMESPACE, ORDERS, PLACED, SHOP, TENANT, TOPIC, Said
from tests.pulsar_rest import Pulsar


@pytest.mark.parametrize(("handler", "inputs"), EACH)
def test_what_leaves_the_stack_stays_in_pulsar_and_that_is_told(
    shop: tuple[Pulsar, Admin], handler: Any, inputs: dict[str, Any]
):
    task = Said()

    handler.delete(shop[1], handler.identity(inputs), inputs, task)

    assert handler.read(shop[1], handler.identity(inputs), inputs, {}) is not None
    assert "stays in Pulsar" in task.told[0]


@pytest.mark.parametrize(("handler", "inputs", "role"), [(NAMESPACE, ORDERS, "web"), (TOPIC, PLACED, "audit")])
def test_a_permission_ends_with_what_it_is_of(
    shop: tuple[Pulsar, Admin], handler: Any, inputs: dict[str, Any], role: str
):
    handler.delete(shop[1], handler.identity(inputs), inputs, Said())

    live = handler.read(shop[1], handler.identity(inputs), inputs, {}).live
    assert role not in live["permissions"], "The role could go on."


@pytest.mark.parametrize(
    ("stats", "words"),
    [
        ({"subscriptions": {"billing": {}, "__compaction": {}}}, "it has the subscriptions billing"),
        ({"storageSize": 4096}, "it has 4096 bytes of messages"),
    ],
)
def test_a_topic_that_somebody_would_miss_is_not_deleted(shop: tuple[Pulsar, Admin], stats: Any, words: str):
    shop[0].topics["shop/orders/placed"]["stats"] = stats

    with pytest.raises(PluginError, match=words):
        TOPIC.delete(shop[1], PLACED["name"], {**PLACED, "keep": False}, Said())
    with pytest.raises(PluginError, match="shop/orders/placed has"):
        NAMESPACE.delete(shop[1], "shop/orders", {**ORDERS, "keep": False}, Said())

    assert "shop/orders/placed" in shop[0].topics


def test_no_topic_of_a_namespace_is_deleted_when_one_can_t_be(shop: tuple[Pulsar, Admin]):
    TOPIC.create(shop[1], {"name": "persistent://shop/orders/a", "partitions": 0}, Said())
    shop[0].topics["shop/orders/placed"]["stats"] = {"subscriptions": {"billing": {}}}

    with pytest.raises(PluginError, match="put it back with `keep: true`"):
        NAMESPACE.delete(shop[1], "shop/orders", {**ORDERS, "keep": False}, Said())

    assert set(shop[0].topics) == {"shop/orders/a", "shop/orders/placed"}


def test_what_is_empty_goes_with_keep_false_topics_first(shop: tuple[Pulsar, Admin]):
    TOPIC.create(shop[1], {"name": "persistent://shop/orders/a", "partitions": 0}, Said())
    shop[0].topics["shop/orders/a"]["stats"] = {"subscriptions": {"__compaction": {}}, "storageSize": 0}

    with pytest.raises(PluginError, match="it has the namespaces orders"):
        TENANT.delete(shop[1], "shop", {**SHOP, "keep": False}, Said())
    NAMESPACE.delete(shop[1], "shop/orders", {**ORDERS, "keep": False}, Said())
    TENANT.delete(shop[1], "shop", {**SHOP, "keep": False}, Said())

    assert (shop[0].tenants, shop[0].namespaces, shop[0].topics) == ({}, {}, {})


def test_what_is_gone_already_is_deleted_without_complaint(there: tuple[Pulsar, Admin]):
    for handler, inputs in EACH:
        handler.delete(there[1], handler.identity(inputs), {**inputs, "keep": False}, Said())
