"""What a stack file may say about tenants, and what it becomes for the Pulsar resources operator."""

from typing import Any

import pytest

from components.mistakes import NotADeployment
from components.operators.resources_objects import declared
from components.tenancy.changes_refused import bundles_stay, partitions_only_grow
from components.tenancy.naming import object_name
from tests import custom_resources, stack_file
from tests.tenants import SHOP, WEST


def spec(tenants: Any = None, **changes: Any):
    base = {"operators.resources": {}, "pulsar.peers": {"west": WEST}, "tenants": tenants or {"shop": SHOP}}
    return stack_file.spec({**base, **{key.replace("__", "."): value for key, value in changes.items()}})


def rendered(tenants: Any = None, **changes: Any) -> dict[str, Any]:
    found = spec(tenants, **changes)
    assert found.operators.resources
    return {each.key: each for each in declared(found.tenants, found.pulsar, found.operators.resources)}


def test_every_resource_is_one_that_the_operator_s_definitions_take():
    for each in rendered().values():
        custom_resources.validate(each.manifest)


def test_all_that_is_declared_becomes_a_resource():
    assert list(rendered()) == [
        "PulsarConnection pulsar",
        "PulsarConnection to-west",
        "PulsarGeoReplication west",
        "PulsarTenant shop",
        "PulsarNamespace shop/orders",
        "PulsarPermission shop/orders billing",
        "PulsarPermission shop/orders web",
        "PulsarTopic shop/orders/Returned_Items",
        "PulsarTopic shop/orders/placed",
        "PulsarPermission shop/orders/placed audit",
    ]


def test_each_waits_for_what_it_stands_in():
    found = rendered()
    assert found["PulsarTenant shop"].needs == ("PulsarConnection pulsar", "PulsarGeoReplication west")
    assert found["PulsarNamespace shop/orders"].needs == ("PulsarTenant shop", "PulsarGeoReplication west")
    assert found["PulsarTopic shop/orders/placed"].needs == ("PulsarNamespace shop/orders",)
    assert found["PulsarPermission shop/orders/placed audit"].needs == ("PulsarTopic shop/orders/placed",)
    order = list(found)
    for key, each in found.items():
        assert all(order.index(need) < order.index(key) for need in each.needs)


def test_each_is_waited_for_by_its_own_condition_but_a_connection():
    found = rendered(operators__resources={"ready_within": "90s"})
    for each in found.values():
        annotations = each.manifest["metadata"]["annotations"]
        told = (annotations.get("pulumi.com/waitFor"), annotations.get("pulumi.com/timeoutSeconds"))
        if each.manifest["kind"] == "PulsarConnection":
            assert told == (None, None), "The operator sets its condition once something uses it, and not before."
        else:
            assert told == ("condition=Ready", "90")


def test_policies_have_the_units_that_the_operator_reads():
    orders = rendered()["PulsarNamespace shop/orders"].manifest["spec"]
    placed = rendered()["PulsarTopic shop/orders/placed"].manifest["spec"]
    assert (orders["retentionTime"], orders["retentionSize"], orders["messageTTL"]) == ("7d", "10Gi", "3d")
    assert (placed["retentionTime"], placed["retentionSize"]) == ("30d", "-1"), "0 would be no retention at all."
    assert (orders["backlogQuotaType"], placed["backlogQuotaType"]) == ("destination_storage", "message_age")
    assert orders["compactionThreshold"] == 100 << 20
    assert placed["name"] == "persistent://shop/orders/placed"


def test_what_is_left_out_is_left_to_the_brokers():
    (tenant, namespace) = (
        rendered({"a": {"namespaces": {"b": {}}}})[key].manifest["spec"]
        for key in ("PulsarTenant a", "PulsarNamespace a/b")
    )
    connection = {"connectionRef": {"name": "pulsar"}, "lifecyclePolicy": "KeepAfterDeletion"}
    assert tenant == {"name": "a", "allowedClusters": ["pulsar"], **connection}
    assert namespace == {"name": "a/b", **connection}


def test_everything_stays_in_pulsar_unless_the_file_says_otherwise_but_permissions():
    policies = {key: each.manifest["spec"].get("lifecyclePolicy") for key, each in rendered().items()}
    kept = {key for key, policy in policies.items() if policy == "KeepAfterDeletion"}
    assert {key for key in policies if "Tenant" in key or "Namespace" in key or "Topic" in key} <= kept
    assert policies["PulsarPermission shop/orders web"] == "CleanUpAfterDeletion", "The role could still produce."

    gone = rendered({"a": {"keep": False, "namespaces": {"b": {"topics": {"c": {}}}}}})
    for key in ("PulsarTenant a", "PulsarNamespace a/b", "PulsarTopic a/b/c"):
        assert gone[key].manifest["spec"]["lifecyclePolicy"] == "CleanUpAfterDeletion"


def test_clusters_apart_are_reached_by_a_way_of_their_own():
    found = rendered()
    orders = found["PulsarNamespace shop/orders"].manifest["spec"]
    assert "replicationClusters" not in orders, "The operator takes one of the two, and adds this cluster by itself."
    assert "allowedClusters" not in found["PulsarTenant shop"].manifest["spec"]
    assert orders["geoReplicationRefs"] == [{"name": "to-west"}]
    assert found["PulsarTenant shop"].manifest["spec"]["geoReplicationRefs"] == [{"name": "to-west"}]
    assert found["PulsarConnection to-west"].manifest["spec"] == {
        "clusterName": "west",
        "adminServiceURL": "http://west.example.com:8080",
        "brokerServiceURL": "pulsar://west.example.com:6650",
    }


def test_another_cluster_that_nobody_replicates_to_is_left_alone():
    assert "PulsarGeoReplication west" not in rendered({"a": {}})


def test_names_that_kubernetes_would_not_take_are_spelled_as_it_does_and_stay_apart():
    assert object_name("shop", "orders") == "shop.orders"
    assert object_name("a", "B_c") != object_name("a", "b-c") == "a.b-c"
    assert object_name("a.b", "c") != object_name("a", "b.c") != object_name("a", "b", "c")
    assert len(object_name("x" * 300)) <= 200


def test_a_schema_s_definition_is_read_from_its_file():
    schema = {"type": "JSON", "file": "stacks/schema.json", "properties": {"owner": "shop"}}
    topics = {"t": {"schema_info": schema}}
    found = rendered({"a": {"namespaces": {"b": {"topics": topics}}}})["PulsarTopic a/b/t"].manifest
    assert found["spec"]["schemaInfo"]["schema"].startswith("{")
    custom_resources.validate(found)


def topic(**settings: Any) -> dict[str, Any]:
    return {"a": {"namespaces": {"b": {"topics": {"t": settings}}}}}


def namespace(**settings: Any) -> dict[str, Any]:
    return {"a": {"namespaces": {"b": settings}}}


MISTAKES = [
    ({"pulsar": {}}, "pulsar is Pulsar's own tenant"),
    ({"a/b": {}}, "'a/b' is not a name that Pulsar takes"),
    ({"a": {"namespaces": {"b c": {}}}}, "'b c' is not a name that Pulsar takes"),
    ({"a": {"namespaces": {"b": {"topics": {"persistent://a/b/t": {}}}}}}, "has a slash in it"),
    ({"a": {"namespaces": {"b": {"topics": {"t-partition-0": {}}}}}}, "one partition of a topic"),
    (namespace(replication_clusters=["pulsar", "east"]), "east is no cluster that this Pulsar knows: pulsar, west"),
    (namespace(replication_clusters=["west"]), "leaves out pulsar, this cluster"),
    ({"a": {"allowed_clusters": ["pulsar", "north"]}}, "tenants.a.allowed_clusters: north is no cluster"),
    (
        {"a": {"allowed_clusters": ["pulsar"], **namespace(replication_clusters=["pulsar", "west"])["a"]}},
        "west is not among the tenant's allowed_clusters",
    ),
    (namespace(retention={"time": "90s"}), "90s is not in whole minutes"),
    (namespace(retention={"size": "512Ki"}), "512Ki is not in whole Mi"),
    (namespace(retention={"size": "10"}), "has no unit"),
    (namespace(backlog_quota={"policy": "producer_exception"}), "exactly one of them"),
    (
        namespace(retention={"size": "1Gi"}, backlog_quota={"size": "1Gi", "policy": "producer_exception"}),
        "1Gi is not less than retention.size, 1Gi",
    ),
    (namespace(offload_threshold="1Gi"), "needs pulsar.tiered_storage"),
    (namespace(permissions={"web": []}), "lists nothing that the role may do"),
    (namespace(permissions={"web": ["read"]}), "produce"),
    (topic(schema_info={"type": "AVRO"}), "is defined in a file"),
    (topic(schema_info={"type": "AVRO", "file": "nowhere.avsc"}), "can't be read"),
    (topic(schema_info={"type": "AVRO", "file": "Makefile"}), "is not JSON"),
    (topic(schema_info={"type": "STRING", "file": "Makefile"}), "has none"),
    ({"a": {"keep": False, "namespaces": {"b": {"topics": {"t": {"keep": True}}}}}}, "what it stands in goes"),
    (namespace(keep=False, topics={"t": {"keep": True}}), "tenants.a.namespaces.b.topics.t.keep"),
]


@pytest.mark.parametrize(("tenants", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_a_mistake_gets_its_sentence(tenants, sentence):
    with pytest.raises(NotADeployment) as refused:
        spec(tenants)

    assert sentence in str(refused.value)


def test_a_namespace_is_replicated_by_one_part_of_the_file_alone():
    with pytest.raises(NotADeployment) as refused:
        spec(pulsar__peers={"west": {**WEST, "namespaces": ["shop/orders"]}})

    assert "pulsar.peers.west.namespaces names shop/orders, which must exist before" in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (4, 8, None),
        (4, 4, None),
        (0, 0, None),
        (4, 2, "takes no partition away"),
        (4, 0, "takes no partition away"),
        (0, 4, "was made without partitions"),
    ],
)
def test_partitions_only_grow(before, after, words):
    reason = partitions_only_grow({"partitions": before}, {"name": "persistent://a/b/t", "partitions": after})
    assert (reason is None) if words is None else words in (reason or "")


def test_bundles_stay_as_they_were_made():
    assert bundles_stay({"bundles": 4}, {"name": "a/b", "bundles": 4}) is None
    assert bundles_stay({}, {"name": "a/b", "bundles": 4}) is None
    assert "split-bundle" in (bundles_stay({"bundles": 4}, {"name": "a/b", "bundles": 8}) or "")
