"""An AKS cluster as Azure is asked for it: who reaches it, what is protected, what waits for what."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from components import stack
from tests import stack_file
from tests.azure_stack import ADMINS, SMALLEST, SUBSCRIPTION, aks
from tests.conftest import Deploy, Deployment

_SEEN: dict[str, Deployment] = {}


def deployed(deploy: Deploy, changes: Mapping[str, Any] | None = None) -> Deployment:
    """What the cluster's component registers: each only once, since Azure's SDK takes its time."""
    key = json.dumps(changes, sort_keys=True)
    if key not in _SEEN:
        spec = stack.read(stack_file.raw(changes, SMALLEST), "test")
        _SEEN[key] = deploy(lambda: spec.cluster.create("cluster", kubeconfig=None, demands=spec.pulsar.demands()))
    return _SEEN[key]


def cluster(registered: Deployment) -> dict[str, Any]:
    return registered.one("ManagedCluster", "cluster").inputs


def kubeconfig(registered: Deployment) -> dict[str, Any]:
    return registered.one("kubernetes", "cluster").inputs["kubeconfig"]


def test_everything_goes_to_the_subscription_that_the_file_names(deploy: Deploy):
    registered = deployed(deploy)

    provider = registered.one("azure-native", "cluster-azure")
    assert provider.inputs["subscriptionId"] == SUBSCRIPTION
    mine = [each for each in registered if each.type.startswith("azure-native:")]
    assert len(mine) > 10
    assert [each.name for each in mine if not each.provider.startswith(provider.urn)] == []


def test_the_api_is_private_unless_networks_are_named(deploy: Deploy):
    access = cluster(deployed(deploy))["apiServerAccessProfile"]

    assert access["enablePrivateCluster"] is True
    assert access["enablePrivateClusterPublicFQDN"] is False


def test_only_the_networks_that_are_named_and_the_nodes_reach_a_public_api(deploy: Deploy):
    registered = deployed(deploy, {"cluster.api_networks": ["198.51.101.0/24"]})

    access = cluster(registered)["apiServerAccessProfile"]
    assert access["enablePrivateCluster"] is False
    (named, nodes) = access["authorizedIPRanges"]
    assert named == "198.51.101.0/24"
    assert nodes.endswith("/32"), "Nodes reach the API by the address of their NAT gateway."


def test_people_log_in_by_entra_and_nobody_by_a_certificate(deploy: Deploy):
    inputs = cluster(deployed(deploy))

    assert inputs["disableLocalAccounts"] is True
    assert inputs["aadProfile"]["managed"] is True
    assert inputs["aadProfile"]["adminGroupObjectIDs"] == [ADMINS]


def test_the_kubeconfig_is_a_secret_and_holds_none(deploy: Deploy):
    told = kubeconfig(deployed(deploy))

    assert len(told) == 2, "Without the mark of a secret the engine would write it into the state in the clear."
    made = json.loads(told["value"])
    assert set(made["users"][0]["user"]) == {"exec"}
    assert made["clusters"][0]["cluster"]["certificate-authority-data"] == "${aks:pulsar.certificate-authority}"


@pytest.mark.parametrize(("networks", "host"), [([], "privateFQDN"), (["198.51.101.0/24"], "fqdn")])
def test_the_cluster_is_reached_where_its_api_is(networks: list[str], host: str, deploy: Deploy):
    made = json.loads(kubeconfig(deployed(deploy, {"cluster.api_networks": networks}))["value"])

    assert made["clusters"][0]["cluster"]["server"] == (
        f"https://${{azure-native:containerservice:ManagedCluster.cluster.{host}}}"
    )


def test_pods_may_have_identities_in_entra(deploy: Deploy):
    inputs = cluster(deployed(deploy))

    assert inputs["oidcIssuerProfile"]["enabled"] is True
    assert inputs["securityProfile"]["workloadIdentity"]["enabled"] is True


def test_an_identity_is_one_service_account_s_alone(deploy: Deploy):
    annotations: list[Any] = []

    def program() -> None:
        made = aks().create("cluster", kubeconfig=None, demands=())
        identity = made.identity("backup", namespace="pulsar", account="events-backup")
        identity.principal.apply(annotations.append)
        annotations.append(identity.annotations["azure.workload.identity/client-id"])

    registered = deploy(program)

    credential = registered.one("FederatedIdentityCredential", "backup-workload").inputs
    assert credential["subject"] == "system:serviceaccount:pulsar:events-backup"
    assert credential["issuer"].endswith("oidcIssuerProfile.issuerURL}")
    assert credential["audiences"] == ["api://AzureADTokenExchange"]
    assert registered.one("UserAssignedIdentity", "backup").inputs["resourceName"] == "pulsar-backup"
    assert "${azure-native:managedidentity:UserAssignedIdentity.backup.principalId}" in annotations


def test_azure_upgrades_nothing_by_itself_unless_it_is_told_when(deploy: Deploy):
    registered = deployed(deploy)

    channels = cluster(registered)["autoUpgradeProfile"]
    assert channels == {"upgradeChannel": "none", "nodeOSUpgradeChannel": "None"}
    assert registered.of("MaintenanceConfiguration") == []


def test_patches_come_in_the_window_that_was_named_and_never_a_new_version(deploy: Deploy):
    window = {"day": "Sunday", "start": "02:00", "hours": 6}
    registered = deployed(deploy, {"cluster.patches": window})

    assert cluster(registered)["autoUpgradeProfile"]["upgradeChannel"] == "patch"
    schedules = {each.inputs["configName"]: each.inputs for each in registered.of("MaintenanceConfiguration")}
    assert set(schedules) == {"aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}
    for each in schedules.values():
        assert each["maintenanceWindow"]["durationHours"] == 6
        assert each["maintenanceWindow"]["schedule"]["weekly"]["dayOfWeek"] == "Sunday"


def test_what_holds_data_is_protected_unless_the_file_says_otherwise(deploy: Deploy):
    protected = {each.name for each in deployed(deploy) if each.protect}
    freed = deployed(deploy, {"cluster.deletion_protection": False})

    assert protected == {"cluster", "cluster-resource-group", "cluster-volumes"}
    assert {each.name for each in freed if each.protect} == set()
    assert freed.of("ManagementLockByScope") == []


def test_the_volumes_are_locked_and_the_pools_are_not(deploy: Deploy):
    (lock,) = deployed(deploy).of("ManagementLockByScope")

    assert lock.inputs["level"] == "CanNotDelete"
    assert lock.inputs["scope"] == "cluster-volumes-id", "A lock on the cluster would keep old pools for ever."


def test_the_control_plane_may_make_disks_and_load_balancers_before_it_has_to(deploy: Deploy):
    registered = deployed(deploy)

    scopes = {each.inputs["scope"] for each in registered.of("RoleAssignment")}
    assert scopes == {"cluster-subnet-id", "cluster-volumes-id"}
    waits = {urn.rpartition("::")[2] for urn in registered.one("ManagedCluster", "cluster").dependencies}
    assert {"cluster-network-role", "cluster-volumes-role"} <= waits


def test_objects_in_the_cluster_wait_for_its_nodes(deploy: Deploy):
    registered = deployed(deploy)

    waits = registered.one("kubernetes", "cluster").dependencies
    assert {each.urn for each in registered.of("AgentPool")} <= waits


def test_what_is_offloaded_does_not_pass_the_nat_gateway(deploy: Deploy):
    subnet = deployed(deploy).one("Subnet", "cluster-subnet").inputs

    assert subnet["serviceEndpoints"] == [{"service": "Microsoft.Storage"}]
    assert subnet["natGateway"] == {"id": "cluster-nat-id"}


def test_an_existing_subnet_is_used_and_nothing_is_made_in_its_network(deploy: Deploy):
    subnet = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub/subnets/aks"
    )
    registered = deployed(
        deploy, {"cluster.network": {"use": "existing", "subnet_id": subnet, "way_out": "load-balancer"}}
    )

    assert [each for each in registered if each.type.startswith("azure-native:network:")] == []
    assert {each.inputs["vnetSubnetID"] for each in registered.of("AgentPool")} == {subnet}
    assert cluster(registered)["networkProfile"]["outboundType"] == "loadBalancer"


def test_pods_are_guarded_by_cilium_on_an_overlay(deploy: Deploy):
    profile = cluster(deployed(deploy))["networkProfile"]

    assert profile["networkPluginMode"] == "overlay"
    assert (profile["networkDataplane"], profile["networkPolicy"]) == ("cilium", "cilium")
    assert profile["dnsServiceIP"] == "10.100.0.10"


def test_every_node_s_disks_are_encrypted_where_it_runs(deploy: Deploy):
    registered = deployed(deploy)

    assert {each.inputs["enableEncryptionAtHost"] for each in registered.of("AgentPool")} == {True}
    assert cluster(registered)["agentPoolProfiles"][0]["enableEncryptionAtHost"] is True
