"""A GKE cluster as the engine sees it: what is private, what is protected, and what an update would replace."""

import json
from typing import Any

from components.clusters.gke.component import Gke
from components.clusters.gke.spec import GkeSpec
from components.clusters.sizing import POOL_LABEL, POOLS
from tests import stack_file
from tests.conftest import Deploy, Deployment
from tests.google_cloud import GKE

IMMUTABLE_OF_A_CLUSTER = (
    "name",
    "location",
    "network",
    "subnetwork",
    "ipAllocationPolicy",
    "datapathProvider",
    "defaultMaxPodsPerNode",
    "initialNodeCount",
    "nodeConfig",
)


def deployed(deploy: Deploy, cluster: dict[str, Any] | None = None, **changes: Any) -> Deployment:
    raw = stack_file.raw({"cluster": {**GKE, **(cluster or {})}, **changes})
    return deploy(config={"pulsar:spec": json.dumps(raw)})


def test_the_control_plane_and_the_nodes_are_private(deploy: Deploy):
    registered = deployed(deploy)

    cluster = registered.one("Cluster", "cluster").inputs
    assert cluster["privateClusterConfig"]["enablePrivateNodes"]
    assert cluster["privateClusterConfig"]["enablePrivateEndpoint"]
    assert cluster["masterAuthorizedNetworksConfig"]["cidrBlocks"] == []
    assert all(pool.inputs["networkConfig"]["enablePrivateNodes"] for pool in registered.of("NodePool"))


def test_only_the_named_networks_reach_the_api_from_outside(deploy: Deploy):
    cluster = deployed(deploy, {"api_networks": ["203.0.112.0/24"]}).one("Cluster", "cluster").inputs

    assert not cluster["privateClusterConfig"]["enablePrivateEndpoint"]
    assert cluster["masterAuthorizedNetworksConfig"]["cidrBlocks"] == [{"cidrBlock": "203.0.112.0/24"}]


def test_private_nodes_reach_the_registry_before_the_first_one_starts(deploy: Deploy):
    registered = deployed(deploy)

    nat = registered.one("RouterNat", "cluster-nat")
    assert nat.urn in registered.one("Cluster", "cluster").dependencies
    assert registered.one("Subnetwork", "cluster-subnet").inputs["privateIpGoogleAccess"]


def test_a_network_that_exists_is_used_and_none_is_made(deploy: Deploy):
    network = {"use": "existing", "network": "shared", "subnet": "gke", "pods": "gke-pods", "services": "gke-services"}
    registered = deployed(deploy, {"network": network})

    assert {kind for kind in ("Network", "Subnetwork", "Router", "RouterNat") if registered.of(kind)} == set()
    cluster = registered.one("Cluster", "cluster").inputs
    assert (cluster["network"], cluster["subnetwork"]) == ("shared", "gke")
    assert cluster["ipAllocationPolicy"] == {
        "clusterSecondaryRangeName": "gke-pods",
        "servicesSecondaryRangeName": "gke-services",
    }


def test_deleting_the_cluster_is_refused_twice_unless_the_file_says_otherwise(deploy: Deploy):
    kept, free = (
        deployed(deploy, {"deletion_protection": protection}).one("Cluster", "cluster") for protection in (True, False)
    )

    assert kept.protect
    assert kept.inputs["deletionProtection"]
    assert not free.protect
    assert not free.inputs["deletionProtection"]


def test_a_new_version_and_other_pools_change_nothing_that_would_replace_the_cluster(deploy: Deploy):
    before = deployed(deploy).one("Cluster", "cluster")
    pools = {"bookie": {"machine": "n2-highmem-16", "nodes": 6}}
    after = deployed(deploy, {"kubernetes": "1.35", "pools": pools, "channel": "stable"}).one("Cluster", "cluster")

    assert {key: before.inputs[key] for key in IMMUTABLE_OF_A_CLUSTER} == {
        key: after.inputs[key] for key in IMMUTABLE_OF_A_CLUSTER
    }
    assert after.inputs["minMasterVersion"] == "1.35"
    assert after.urn == before.urn


def test_another_machine_is_an_update_of_the_same_pool(deploy: Deploy):
    before, after = (
        deployed(deploy, {"pools": {"bookie": {"machine": machine, "nodes": 3}}}).one("NodePool", "cluster-bookie")
        for machine in ("n2-standard-8", "n2-highmem-8")
    )

    assert before.inputs["name"] == after.inputs["name"]
    assert before.inputs["nodeConfig"]["serviceAccount"] == after.inputs["nodeConfig"]["serviceAccount"]


def test_each_role_finds_its_nodes_in_every_zone(deploy: Deploy):
    registered = deployed(deploy, {"pools": {"bookie": {"nodes": 6}, "general": {"nodes": 3}}})

    pools = {pool.inputs["nodeConfig"]["labels"][POOL_LABEL]: pool.inputs for pool in registered.of("NodePool")}
    assert sorted(pools) == sorted(POOLS)
    for name, pool in pools.items():
        assert pool["nodeLocations"] == GKE["zones"]
        assert pool["nodeCount"] == (2 if name == "bookie" else 1), "GKE counts the nodes of one zone."
        assert pool["upgradeSettings"] == {"strategy": "SURGE", "maxSurge": 1, "maxUnavailable": 0}
        assert pool["management"] == {"autoRepair": True, "autoUpgrade": True}


def test_nodes_may_do_no_more_than_they_must_and_pods_never_what_nodes_may(deploy: Deploy):
    registered = deployed(deploy)

    roles = {each.inputs["role"] for each in registered.of("IAMMember")}
    assert roles == {"roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"}
    account = f"{registered.one('Account', 'cluster-nodes').name}.email"
    for pool in registered.of("NodePool"):
        node = pool.inputs["nodeConfig"]
        assert account in node["serviceAccount"]
        assert node["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
        assert node["shieldedInstanceConfig"] == {"enableSecureBoot": True, "enableIntegrityMonitoring": True}
    assert account in registered.one("Cluster", "cluster").inputs["nodeConfig"]["serviceAccount"], (
        "Google's default account, which may be switched off, would run the first nodes."
    )


def test_objects_come_after_their_nodes_and_go_before_them(deploy: Deploy):
    registered = deployed(deploy)

    (provider,) = [each for each in registered if each.type == "pulumi:providers:kubernetes"]
    assert {pool.urn for pool in registered.of("NodePool")} <= provider.dependencies


def test_what_stands_in_the_cluster_is_registered_with_the_cluster_s_own_provider(deploy: Deploy):
    registered = deployed(deploy)

    (provider,) = [each for each in registered if each.type == "pulumi:providers:kubernetes"]
    inside = [each for each in registered if each.type.startswith("kubernetes:")]
    assert {each.provider.rpartition("::")[0] for each in inside} == {provider.urn}
    google = registered.one("gcp", "cluster-google")
    outside = [each for each in registered if each.type.startswith("gcp:")]
    assert {each.provider.rpartition("::")[0] for each in outside} == {google.urn}
    assert google.inputs["project"] == GKE["project"]


def test_volumes_can_grow_stay_in_their_zone_and_outlive_their_claims(deploy: Deploy):
    registered = deployed(deploy, {"disk": "hyperdisk-balanced"})

    made = registered.one("StorageClass", "cluster-storage-class").inputs
    assert made["metadata"]["name"] == "pulsar"
    assert made["provisioner"] == "pd.csi.storage.gke.io"
    assert made["parameters"] == {"type": "hyperdisk-balanced"}
    assert (made["reclaimPolicy"], made["allowVolumeExpansion"]) == ("Retain", True)
    assert made["volumeBindingMode"] == "WaitForFirstConsumer"


def test_everything_that_google_labels_has_the_file_s_labels(deploy: Deploy):
    registered = deployed(deploy, {"tags": {"team": "events"}})

    assert json.loads(registered.one("gcp", "cluster-google").inputs["defaultLabels"]) == {"team": "events"}
    assert registered.one("Cluster", "cluster").inputs["resourceLabels"] == {"team": "events"}
    assert all(pool.inputs["nodeConfig"]["resourceLabels"] == {"team": "events"} for pool in registered.of("NodePool"))


def test_an_identity_is_for_one_service_account_alone(deploy: Deploy):
    def program() -> None:
        spec = GkeSpec(**{**GKE, "zones": tuple(GKE["zones"])})
        Gke("cluster", spec, _demands()).identity("uploader", namespace="pulsar", account="pulsar-broker")

    registered = deploy(program)

    member = registered.one("IAMMember", "uploader-workload").inputs
    assert member["member"] == "serviceAccount:events-4711.svc.id.goog[pulsar/pulsar-broker]"
    assert member["role"] == "roles/iam.workloadIdentityUser"
    assert registered.one("Cluster", "cluster").urn in registered.one("IAMMember", "uploader-workload").dependencies


def _demands() -> Any:
    return stack_file.spec().pulsar.demands()
