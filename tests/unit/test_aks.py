"""What is asked of AKS: nodes that volumes stay with, disks that outlive it, names that Azure takes."""

import base64
import re
from typing import Any

import hypothesis
from hypothesis import strategies as st

from components import azure, stack
from components.clusters.aks.kubeconfig import authority, kubeconfig
from components.clusters.aks.machines import MACHINES
from components.clusters.aks.nodes import node_pools, pool_name, system_pool
from components.clusters.aks.spec import AksSpec
from components.clusters.aks.storage import storage_class
from components.clusters.sizing import POOL_LABEL, Machine
from tests.azure_stack import SMALLEST, aks


def test_zones_are_understood_with_and_without_quotes():
    assert aks({"cluster.zones": [1, "2", 3]}).zones == ("1", "2", "3")


def test_zones_are_offered_as_azure_labels_nodes_with_them():
    assert aks().offer.zones == ("westeurope-1", "westeurope-2", "westeurope-3")


def planned(spec: AksSpec) -> dict[str, dict[str, Any]]:
    demands = stack.read(SMALLEST, "test").pulsar.demands()
    return dict(node_pools("cluster", spec, spec.planned(demands), cluster=spec.name, subnet="/subnet"))


def test_volumes_stay_in_their_zone_and_so_each_zone_has_a_pool_for_them():
    pools = planned(aks())

    for role in ("bookie", "general"):
        mine = {name: each for name, each in pools.items() if each["node_labels"] == {POOL_LABEL: role}}
        assert [each["availability_zones"] for each in mine.values()] == [["1"], ["2"], ["3"]]
        assert {each["upgrade_settings"]["max_surge"] for each in mine.values()} == {"1"}
    assert pools["cluster-broker"]["availability_zones"] == ["1", "2", "3"]
    assert pools["cluster-broker"]["upgrade_settings"]["max_surge"] == "3", "One more in each zone."


def test_every_node_carries_the_label_by_which_pods_find_it():
    labels = {role: set[str]() for role in ("bookie", "broker", "general")}
    for name, each in planned(aks()).items():
        labels[each["node_labels"][POOL_LABEL]].add(name)

    assert all(labels.values())
    assert aks().offer.node_selectors == {role: {POOL_LABEL: role} for role in labels}


def test_other_machines_come_as_new_pools_before_the_old_ones_go():
    before = planned(aks())
    after = planned(aks({"cluster.pools": {"bookie": {"machine": "Standard_E8s_v5"}}}))

    assert before.keys() == after.keys(), "The same resources, replaced one by one."
    changed = {name for name in before if before[name]["agent_pool_name"] != after[name]["agent_pool_name"]}
    assert changed == {"cluster-bookie-1", "cluster-bookie-2", "cluster-bookie-3"}
    assert all(before[name] == after[name] for name in before.keys() - changed)


def test_a_new_version_keeps_every_pool():
    before, after = planned(aks()), planned(aks({"cluster.kubernetes": "1.35"}))

    assert {each["agent_pool_name"] for each in before.values()} == {each["agent_pool_name"] for each in after.values()}
    assert {each["orchestrator_version"] for each in after.values()} == {"1.35"}


def test_the_cluster_s_own_pool_never_changes_with_what_pulsar_needs():
    one, other = aks(), aks({"cluster.pools": {"general": {"machine": "Standard_E16s_v5", "nodes": 6}}})

    assert system_pool(one, "/subnet") == system_pool(other, "/subnet"), (
        "Azure can't change its machines, and takes no other pool for it."
    )


@hypothesis.given(
    st.sampled_from(["bookie1", "bookie2", "bookie3", "broker", "general1", "general2", "general3"]),
    st.sampled_from([each.name for each in MACHINES]),
    st.booleans(),
)
def test_a_pool_s_name_is_one_that_azure_takes(role: str, machine: str, encrypted: bool):
    name = pool_name(role, machine, aks({"cluster.encryption_at_host": encrypted}))

    assert re.fullmatch(r"[a-z][a-z0-9]{0,11}", name)


def test_the_table_of_machines_is_azure_s():
    by_name = {each.name: each for each in MACHINES}
    gi = 1 << 30

    assert by_name["Standard_D8s_v5"] == Machine(name="Standard_D8s_v5", millicores=8000, memory=32 * gi, volumes=16)
    assert by_name["Standard_E20s_v5"] == Machine(
        name="Standard_E20s_v5", millicores=20000, memory=160 * gi, volumes=32
    )
    assert by_name["Standard_D2s_v5"].volumes == 4


def test_disks_outlive_their_claims_and_the_cluster():
    manifest = storage_class(aks({"cluster.name": "events"}))

    assert manifest["reclaimPolicy"] == "Retain"
    assert manifest["parameters"]["resourceGroup"] == "events-volumes", "AKS deletes its own group with the cluster."
    assert manifest["volumeBindingMode"] == "WaitForFirstConsumer", "A disk must be made in its pod's zone."
    assert manifest["allowVolumeExpansion"] is True
    assert manifest["metadata"]["name"] == aks().offer.storage_class


def test_the_speed_of_premium_v2_is_the_one_that_was_chosen():
    disk = {"type": "premium-v2", "iops": 8000, "throughput": 500}

    parameters = storage_class(aks({"cluster.disk": disk}))["parameters"]

    assert parameters["skuName"] == "PremiumV2_LRS"
    assert (parameters["DiskIOPSReadWrite"], parameters["DiskMBpsReadWrite"]) == ("8000", "500")
    assert parameters["cachingMode"] == "None", "Azure has no cache for it."


def test_the_kubeconfig_holds_no_token():
    text = kubeconfig("events", "events-1.hcp.westeurope.azmk8s.io", "Y2E=")

    assert "kubelogin" in text
    assert not {"token:", "client-certificate-data", "client-key-data", "password"} & set(re.findall(r"[\w-]+:?", text))


def test_only_the_authority_is_taken_of_what_azure_hands_out():
    told = base64.b64encode(b"clusters: [{name: a, cluster: {certificate-authority-data: Y2E=}}]\nusers: [{name: b}]")

    assert authority(told.decode()) == "Y2E="


def test_a_load_balancer_of_private_networks_gets_no_public_address():
    assert aks().offer.load_balancer_annotations == {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}


def test_no_table_speaks_of_a_region_that_has_zones():
    assert all(azure.zoneless(region) is None for region in ("westeurope", "eastus2", "southeastasia", "swedencentral"))
