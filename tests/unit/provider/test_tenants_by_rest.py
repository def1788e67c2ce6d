"""What the provider does with tenants, namespaces and topics over REST: made, taken over, kept as declared."""

from typing import Any

import pytest

from plugin.problems import NotReady, PluginError
from provider import applying
from provider.admin import Admin
from tests.inside_pulsar import EACH, NAMESPACE, OF_TOPICS, ORDERS, PLACED, POLICIES, SHOP, TENANT, TOPIC, Said
from tests.pulsar_rest import Pulsar


def refreshed(handler: Any, admin: Admin, inputs: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """The inputs after a look at Pulsar."""
    found = handler.read(admin, handler.identity(inputs), inputs, live)
    assert found is not None
    return found.inputs


@pytest.mark.parametrize(("handler", "inputs"), EACH)
def test_what_was_made_is_seen_as_it_was_declared(shop: tuple[Pulsar, Admin], handler: Any, inputs: dict[str, Any]):
    live = handler.read(shop[1], handler.identity(inputs), inputs, {}).live

    assert refreshed(handler, shop[1], inputs, live) == inputs
    assert not [each for each in shop[0].asked if not each.startswith("GET")], "A look must change nothing."


def test_a_second_time_changes_nothing(shop: tuple[Pulsar, Admin]):
    TENANT.update(shop[1], SHOP, SHOP, Said())
    NAMESPACE.update(shop[1], ORDERS, ORDERS, Said())
    TOPIC.update(shop[1], PLACED, PLACED, Said())

    assert shop[0].asked == []


@pytest.mark.parametrize(("handler", "inputs"), EACH)
def test_what_an_interrupted_update_left_is_taken_over_and_told(
    shop: tuple[Pulsar, Admin], handler: Any, inputs: dict[str, Any]
):
    task = Said()

    handler.create(shop[1], inputs, task)

    assert any("was there already and is taken over" in each for each in task.told)
    assert shop[0].asked == []


def test_what_is_taken_over_keeps_what_the_stack_doesn_t_say(shop: tuple[Pulsar, Admin]):
    task, plain = Said(), {"name": "shop/orders", "policies": {"messageTTL": 90}, "permissions": {}, "keep": True}

    live = NAMESPACE.create(shop[1], plain, task)

    document = shop[0].namespaces["shop/orders"]
    assert (document["message_ttl_in_seconds"], document["retention_policies"]) == (90, POLICIES["retention"])
    assert "stays as it is: retention" in task.told[0], "Resetting it would delete messages that somebody keeps."
    assert refreshed(NAMESPACE, shop[1], plain, live) == plain, "What nobody changed since is no drift."


def test_a_namespace_that_has_fewer_bundles_is_not_taken_over(shop: tuple[Pulsar, Admin]):
    with pytest.raises(PluginError, match="with 8 bundles, and is to have 16"):
        NAMESPACE.create(shop[1], {**ORDERS, "bundles": 16}, Said())


def test_bundles_that_brokers_divided_are_no_drift(shop: tuple[Pulsar, Admin]):
    shop[0].namespaces["shop/orders"]["bundles"]["numBundles"] = 11

    assert refreshed(NAMESPACE, shop[1], ORDERS, {})["bundles"] == 8
    assert NAMESPACE.create(shop[1], ORDERS, Said())


@pytest.mark.parametrize(("name"), sorted(POLICIES))
def test_a_policy_that_left_the_file_goes_back_to_the_brokers(shop: tuple[Pulsar, Admin], name: str):
    left = {**ORDERS, "policies": {key: value for key, value in POLICIES.items() if key != name}}

    live = NAMESPACE.update(shop[1], ORDERS, left, Said())

    assert live["policies"] == left["policies"]


@pytest.mark.parametrize("name", sorted(OF_TOPICS))
def test_a_topic_s_policy_that_left_the_file_goes_back_to_its_namespace(shop: tuple[Pulsar, Admin], name: str):
    left = {**PLACED, "policies": {key: value for key, value in OF_TOPICS.items() if key != name}}

    live = TOPIC.update(shop[1], PLACED, left, Said())

    assert live["policies"] == left["policies"]


def test_what_somebody_set_by_hand_is_drift_and_is_put_back(shop: tuple[Pulsar, Admin]):
    live = NAMESPACE.read(shop[1], "shop/orders", ORDERS, {}).live
    document = shop[0].namespaces["shop/orders"]
    document["message_ttl_in_seconds"] = 5
    document["auth_policies"]["namespace_auth"] = {"web": ["consume"], "stranger": ["produce"]}
    del document["retention_policies"]

    seen = refreshed(NAMESPACE, shop[1], ORDERS, live)
    assert seen["policies"]["messageTTL"] == 5
    assert "retention" not in seen["policies"]
    assert set(seen["permissions"]) == {"web", "stranger"}

    assert NAMESPACE.update(shop[1], seen, ORDERS, Said())["policies"] == POLICIES
    assert document["auth_policies"]["namespace_auth"] == {"web": ["produce"]}


def test_what_other_parts_of_the_stack_set_is_left_to_them(there: tuple[Pulsar, Admin]):
    plain = {"name": "shop/orders", "policies": {}, "permissions": {}, "keep": True}
    TENANT.create(there[1], SHOP, Said())
    live = NAMESPACE.create(there[1], plain, Said())
    document = there[0].namespaces["shop/orders"]
    document["replication_clusters"] = ["pulsar", "west"]
    document["offload_policies"] = {"managedLedgerOffloadThresholdInBytes": 5}

    assert refreshed(NAMESPACE, there[1], plain, live) == plain


def test_a_quota_and_retention_change_together_in_whichever_order_pulsar_takes_them(shop: tuple[Pulsar, Admin]):
    def with_sizes(retained: int, quota: int) -> dict[str, Any]:
        sizes = {
            "retention": {"retentionTimeInMinutes": 60, "retentionSizeInMB": retained},
            "backlogQuota": {"destination_storage": {"limitSize": quota << 20, "policy": "producer_exception"}},
        }
        return {**ORDERS, "policies": {**POLICIES, **sizes}}

    small, large = with_sizes(5, 4), with_sizes(500, 400)
    before = ORDERS
    for after in (small, large, small):
        assert NAMESPACE.update(shop[1], before, after, Said())["policies"] == after["policies"]
        before = after


def test_a_policy_that_pulsar_refuses_is_told_and_the_namespace_is_kept_in_the_state(shop: tuple[Pulsar, Admin]):
    wrong = {"destination_storage": {"limitSize": 200 << 20, "policy": "producer_exception"}}

    with pytest.raises(NotReady) as refused:
        NAMESPACE.update(shop[1], ORDERS, {**ORDERS, "policies": {**POLICIES, "backlogQuota": wrong}}, Said())

    assert "Pulsar refused backlogQuota of the namespace shop/orders" in refused.value.reasons[0]
    assert refused.value.live["policies"] == POLICIES


def test_a_topic_s_policy_is_waited_for_until_it_is_seen(shop: tuple[Pulsar, Admin]):
    after = {**PLACED, "policies": {**OF_TOPICS, "maxProducers": 9}}
    shop[0].late = 40

    assert TOPIC.update(shop[1], PLACED, after, Said())["policies"]["maxProducers"] == 9


def test_what_pulsar_forgot_of_two_changes_is_said_again(shop: tuple[Pulsar, Admin], monkeypatch: Any):
    monkeypatch.setattr(applying, "_AGAIN", 0.2)
    forgetful = [True]
    original = shop[0]._topic_policy

    def forgetting(method: str, name: str, *rest: Any) -> Any:
        if method == "POST" and name == "maxProducers" and forgetful:
            forgetful.clear()
            return original("GET", name, *rest)
        return original(method, name, *rest)

    monkeypatch.setattr(shop[0], "_topic_policy", forgetting)
    after = {**PLACED, "policies": {**OF_TOPICS, "maxProducers": 9}}

    assert TOPIC.update(shop[1], PLACED, after, Said())["policies"]["maxProducers"] == 9


def test_partitions_grow_and_never_shrink(shop: tuple[Pulsar, Admin]):
    assert TOPIC.update(shop[1], PLACED, {**PLACED, "partitions": 3}, Said())["partitions"] == 3
    with pytest.raises(PluginError, match="is there with 3 partitions and is to have 2"):
        TOPIC.update(shop[1], PLACED, PLACED, Said())
    with pytest.raises(PluginError, match="Write partitions: 3"):
        TOPIC.create(shop[1], {**PLACED, "partitions": 0}, Said())


def test_a_schema_that_producers_brought_further_is_no_drift_and_one_that_is_gone_is(shop: tuple[Pulsar, Admin]):
    topic = shop[0].topics["shop/orders/placed"]
    live = TOPIC.read(shop[1], PLACED["name"], PLACED, {}).live
    topic["schema"] = {"type": "JSON", "data": "{}", "properties": {}}
    assert refreshed(TOPIC, shop[1], PLACED, live) == PLACED

    topic["schema"] = None
    seen = refreshed(TOPIC, shop[1], PLACED, live)
    assert "schema" not in seen
    assert TOPIC.update(shop[1], seen, PLACED, Said())["schema"] == PLACED["schema"]


def test_what_is_gone_is_seen_as_gone(there: tuple[Pulsar, Admin]):
    for handler, inputs in EACH:
        assert handler.read(there[1], handler.identity(inputs), inputs, {}) is None


@pytest.mark.parametrize(("handler", "inputs"), EACH)
def test_an_import_brings_all_that_pulsar_has(shop: tuple[Pulsar, Admin], handler: Any, inputs: dict[str, Any]):
    found = handler.read(shop[1], handler.identity(inputs), {}, {})

    assert {**found.inputs, "bundles": 8, "schema": PLACED["schema"]} == {
        **inputs, "bundles": 8, "schema": PLACED["schema"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("handler", "name"),
    [(TENANT, "a/b"), (NAMESPACE, "shop"), (NAMESPACE, "shop/a b"), (TOPIC, "shop/orders/placed"), (TOPIC, None)],
)
def test_a_name_that_pulsar_doesn_t_take_is_refused_beforehand(handler: Any, name: str | None):
    assert any(where == "name" for where, _ in handler.check({"name": name, "allowedClusters": ["pulsar"]}))


def test_another_name_is_another_one_and_all_else_changes_in_place():
    for handler in (TENANT, NAMESPACE, TOPIC):
        assert handler.replaces(("name",), gone=False, was="a")
        assert not handler.replaces(("policies", "retention"), gone=True, was={})
        assert not handler.replaces(("partitions",), gone=False, was=2)
