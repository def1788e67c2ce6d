"""What is asked of AKS is what Azure takes, and what it refuses is told before anything is made."""

import re
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from components import azure, stack
from components.clusters.aks.kubeconfig import authority, kubeconfig
from components.clusters.aks.machines import MACHINES
from components.clusters.aks.nodes import node_pools, pool_name, system_pool
from components.clusters.aks.spec import AksSpec
from components.clusters.aks.storage import storage_class
from components.clusters.sizing import POOL_LABEL, Machine
from components.mistakes import NotADeployment
from tests import stack_file
from tests.azure_stack import SMALLEST, aks

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a subscription's name": (
        {"cluster.subscription": "Production"},
        "spec.cluster.subscription: 'Production' is not an id of Azure: 32 hexadecimal digits, as in "
        "0f3c5d1e-8a2b-4c6d-9e7f-102938475656. `az account show --query id` tells the subscription's, "
        "`az ad group show --query id` a group's.",
    ),
    "a region as the portal shows it": (
        {"cluster.region": "West Europe"},
        "spec.cluster.region: 'West Europe' is not spelled as Azure spells a region: lower-case letters and digits, no "
        "spaces. Write westeurope.",
    ),
    "a region of another cloud": (
        {"cluster.region": "eu-west-1"},
        "spec.cluster.region: eu-west-1 is a region of another cloud. Azure's are written like westeurope or eastus2.",
    ),
    "a region without zones": (
        {"cluster.region": "westus"},
        "spec.cluster.region: westus has no availability zones, so that nothing there survives the loss of a data "
        "centre. Choose a region with zones, such as westeurope, eastus2 or southeastasia.",
    ),
    "a zone as Kubernetes labels it": (
        {"cluster.zones": ["westeurope-1", 2, 3]},
        "spec.cluster.zones.0: 'westeurope-1' is no zone of Azure. In every region they are called 1, 2 and 3, such as "
        "zones: [1, 2, 3].",
    ),
    "a zone that no region has": (
        {"cluster.zones": [1, 2, 4]},
        "spec.cluster.zones.2: '4' is no zone of Azure. In every region they are called 1, 2 and 3, such as "
        "zones: [1, 2, 3].",
    ),
    "too few zones for the copies": (
        {"cluster.zones": [1]},
        "spec.cluster.zones: 1 can't hold 2 copies of each message in zones of their own. Name at least 2 zones, or "
        "set pulsar.spread to preferred to do without.",
    ),
    "a name that Azure keeps": (
        {"cluster.name": "windows-events"},
        "spec.cluster.name: windows-events holds the word windows, which Azure reserves for itself. Choose a name "
        "without it.",
    ),
    "a name that starts as Azure's do": (
        {"cluster.name": "login"},
        "spec.cluster.name: login starts with login, which Azure reserves for itself. Choose a name that starts "
        "otherwise.",
    ),
    "a product of Microsoft's": (
        {"cluster.name": "exchange"},
        "spec.cluster.name: exchange is a name that Azure reserves for itself. Add something to it, such as "
        "exchange-events.",
    ),
    "a name too long for its address": (
        {"cluster.name": "e" * 55},
        f"spec.cluster.name: {'e' * 55} has 55 characters, and the cloud's names that start with it would be too long. "
        "Use at most 54.",
    ),
    "a resource group that ends with a period": (
        {"cluster.resource_group": "events."},
        "spec.cluster.resource_group: 'events.' can't name a resource group. Use at most 90 letters, digits, hyphens, "
        "underscores, periods and parentheses, with no period at the end.",
    ),
    "nobody who may reach it": (
        {"cluster.admin_groups": []},
        "spec.cluster.admin_groups: is empty, and there are no local accounts: nobody could reach the cluster. Name an "
        "Entra group that whoever runs `pulumi up` is in.",
    ),
    "an open API": (
        {"cluster.api_networks": ["0.0.0.0/0"]},
        "spec.cluster.api_networks.0: 0.0.0.0/0 is the whole internet. Name the networks that you come from.",
    ),
    "a private network where one of the internet belongs": (
        {"cluster.api_networks": ["10.0.0.0/8"]},
        "spec.cluster.api_networks.0: 10.0.0.0/8 is private, and these are networks of the internet. A private network "
        "reaches a private cluster by a peering or a VPN: leave api_networks out.",
    ),
    "networks that share addresses": (
        {"cluster.network": {"pods": "10.20.128.0/17"}},
        "spec.cluster.network.pods: 10.20.128.0/17 overlaps nodes (10.20.0.0/16), and each needs addresses of its own. "
        "Choose another.",
    ),
    "a network that AKS keeps": (
        {"cluster.network": {"services": "172.31.0.0/20"}},
        "spec.cluster.network.services: 172.31.0.0/20 overlaps 172.31.0.0/16, which AKS keeps for itself. Choose "
        "another, such as 10.244.0.0/16.",
    ),
    "services that take too many addresses": (
        {"cluster.network": {"services": "100.0.0.0/10"}},
        "spec.cluster.network.services: 100.0.0.0/10 is larger than AKS takes. Use a length from /13 to /28, such as "
        "10.100.0.0/16.",
    ),
    "services without room for DNS": (
        {"cluster.network": {"services": "10.100.0.0/29"}},
        "spec.cluster.network.services: 10.100.0.0/29 is too small for the cluster's own services. Use a length from "
        "/13 to /28, such as 10.100.0.0/16.",
    ),
    "pods without room for the nodes": (
        {"cluster.network": {"pods": "10.244.0.0/20"}},
        "spec.cluster.network.pods: 10.244.0.0/20 has room for 16 nodes, and 24 are there at once while pools are "
        "upgraded. Write a /19 or larger.",
    ),
    "nodes without addresses": (
        {"cluster.network": {"nodes": "10.20.0.0/27"}},
        "spec.cluster.network.nodes: 10.20.0.0/27 has room for 11 nodes, and 24 are there at once while pools are "
        "upgraded. Write a /26 or larger.",
    ),
    "a subnet's name": (
        {"cluster.network": {"use": "existing", "subnet_id": "nodes"}},
        "spec.cluster.network.subnet_id: 'nodes' is not the id of a subnet: /subscriptions/…/resourceGroups/…/providers"
        "/Microsoft.Network/virtualNetworks/…/subnets/…. `az network vnet subnet show --query id` tells it.",
    ),
    "a tag that Azure refuses": (
        {"cluster.tags": {"cost/centre": "42"}},
        "spec.cluster.tags.cost/centre: has / in its name, which Azure refuses. Use none of < > % & \\ ? /.",
    ),
    "the speed of a disk that has none to choose": (
        {"cluster.disk": {"iops": 5000}},
        "spec.cluster.disk.iops: can be chosen for premium-v2 alone; a premium volume's speed follows from its size.",
    ),
    "more megabytes than operations carry": (
        {"cluster.disk": {"type": "premium-v2", "throughput": 1000}},
        "spec.cluster.disk.throughput: 1000 needs 4000 operations a second, four for each megabyte. Raise iops, or "
        "lower it.",
    ),
    "a speed that a small volume can't have": (
        {"cluster.disk": {"type": "premium-v2", "iops": 20000}},
        "spec.cluster.disk.iops: 20000 are more than a volume of 20Gi can have, 500 for each Gi. Use at most 10000, or "
        "make the smallest volume larger.",
    ),
    "a machine of another cloud": (
        {"cluster.pools": {"bookie": {"machine": "m7i.xlarge", "nodes": 3}}},
        "spec.cluster.pools.bookie.machine: m7i.xlarge is not spelled as Azure spells a size. Write it such as "
        "Standard_D8s_v5.",
    ),
    "a machine without premium disks": (
        {"cluster.pools": {"bookie": {"machine": "Standard_D8_v5", "nodes": 3}}},
        "spec.cluster.pools.bookie.machine: Standard_D8_v5 takes no premium disks, as sizes with an s behind the "
        "number do. Use one such as Standard_D8s_v5.",
    ),
    "a version that AKS doesn't make any more": (
        {"cluster.kubernetes": "1.30"},
        "spec.cluster.kubernetes: 1.30 is not a version that this program sets up here. Choose from 1.34, 1.35.",
    ),
    "maintenance at no time of day": (
        {"cluster.patches": {"day": "Sunday", "start": "2am"}},
        "spec.cluster.patches.start: '2am' is not a time of day. Write hours and minutes in UTC, such as '02:00'.",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), CASES.values(), ids=CASES)
def test_what_azure_would_refuse_is_told_before_anything_is_made(changes: dict[str, Any], sentence: str):
    with pytest.raises(NotADeployment) as refused:
        stack.read(stack_file.raw(changes, SMALLEST), "test")

    assert str(refused.value).splitlines()[1:] == [f"  {sentence}"]


def test_zones_are_understood_with_and_without_quotes():
    assert aks({"cluster.zones": [1, "2", 3]}).zones == ("1", "2", "3")


def test_zones_are_offered_as_azure_labels_nodes_with_them():
    assert aks().offer.zones == ("westeurope-1", "westeurope-2", "westeurope-3")


def planned(spec: AksSpec) -> dict[str, dict[str, Any]]:
    demands = stack_file_demands()
    return dict(node_pools("cluster", spec, spec.planned(demands), cluster=spec.name, subnet="/subnet"))


def stack_file_demands():
    return stack.read(SMALLEST, "test").pulsar.demands()


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
    import base64

    told = base64.b64encode(b"clusters: [{name: a, cluster: {certificate-authority-data: Y2E=}}]\nusers: [{name: b}]")

    assert authority(told.decode()) == "Y2E="


def test_a_load_balancer_of_private_networks_gets_no_public_address():
    assert aks().offer.load_balancer_annotations == {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}


def test_no_table_speaks_of_a_region_that_has_zones():
    assert all(azure.zoneless(region) is None for region in ("westeurope", "eastus2", "southeastasia", "swedencentral"))
