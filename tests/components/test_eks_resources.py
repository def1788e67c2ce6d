"""An EKS cluster as the engine sees it: what is private, protected, waits, and what an update would replace."""

import json
from typing import Any

import pulumi
import pytest

from components.clusters.eks import EksSpec
from components.clusters.eks.cluster import Eks, kubeconfig
from components.clusters.sizing import POOL_LABEL, POOLS
from tests import stack_file
from tests.amazon import EKS, EXISTING_NETWORK
from tests.conftest import Deploy, Deployment, Registered

REPLACES_A_CLUSTER = ("name", "roleArn", "bootstrapSelfManagedAddons", "encryptionConfig", "kubernetesNetworkConfig")
REPLACES_A_GROUP = ("nodeGroupName", "clusterName", "nodeRoleArn", "subnetIds", "amiType", "instanceTypes", "diskSize")
"""What the provider makes a cluster or a group anew for. Source: Amazon's API, which has no call that changes them."""


def deployed(deploy: Deploy, cluster: dict[str, Any] | None = None, **changes: Any) -> Deployment:
    raw = stack_file.raw({"cluster": {**EKS, **(cluster or {})}, **changes})
    return deploy(config={"pulsar:spec": json.dumps(raw)})


def the(registered: Deployment, kind: str) -> Registered:
    """The only one of a type of AWS."""
    (found,) = [each for each in registered.of(kind) if each.type.startswith("aws:")]
    return found


def before(registered: Deployment, resource: Registered) -> set[str]:
    """The names of everything that is there before a resource, with what comes before that."""
    by_urn = {each.urn: each for each in registered}
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        each = waiting.pop()
        around = by_urn.get(each.parent)
        # What stands in a component that waits, waits with it.
        needed = {*each.dependencies, each.provider.rpartition("::")[0], *(around.dependencies if around else ())}
        for urn in needed & by_urn.keys():
            if urn not in found:
                found.add(urn)
                waiting.append(by_urn[urn])
    return {by_urn[urn].name for urn in found}


def test_nodes_and_the_api_are_private(deploy: Deploy):
    registered = deployed(deploy)

    private = {each.name for each in registered.of("Subnet") if "-private-" in each.name}
    access = the(registered, "Cluster").inputs["vpcConfig"]
    assert access["endpointPrivateAccess"]
    assert not access["endpointPublicAccess"]
    for group in registered.of("NodeGroup"):
        assert {subnet.removesuffix("-id") for subnet in group.inputs["subnetIds"]} <= private
    assert not any(each.inputs.get("mapPublicIpOnLaunch") for each in registered.of("Subnet"))


def test_only_the_named_networks_reach_the_api_from_outside(deploy: Deploy):
    access = the(deployed(deploy, {"api_networks": ["203.0.112.0/24"]}), "Cluster").inputs["vpcConfig"]

    assert access["endpointPublicAccess"]
    assert access["publicAccessCidrs"] == ["203.0.112.0/24"]


def test_each_zone_has_its_own_way_out_unless_the_file_says_otherwise(deploy: Deploy):
    zonal, single = deployed(deploy), deployed(deploy, {"network": {"nat": "single"}})

    assert (len(zonal.of("NatGateway")), len(single.of("NatGateway"))) == (3, 1)
    ways = {each.inputs["natGatewayId"] for each in zonal.of("Route") if "natGatewayId" in each.inputs}
    assert len(ways) == 3, "A zone that is lost would take the others' way out with it."


def test_older_messages_reach_s3_without_a_gateway_that_counts_every_byte(deploy: Deploy):
    registered = deployed(deploy)

    tables = {each.name for each in registered.of("RouteTable")}
    assert {each.removesuffix("-id") for each in the(registered, "VpcEndpoint").inputs["routeTableIds"]} == tables


def test_load_balancers_find_their_subnets(deploy: Deploy):
    registered = deployed(deploy)

    for subnet in registered.of("Subnet"):
        role = "internal-elb" if "-private-" in subnet.name else "elb"
        assert subnet.inputs["tags"][f"kubernetes.io/role/{role}"] == "1"
        assert subnet.inputs["tags"]["kubernetes.io/cluster/pulsar"] == "shared"


def test_a_vpc_that_exists_is_used_and_none_is_made(deploy: Deploy):
    registered = deployed(deploy, {"network": EXISTING_NETWORK})

    made = ("Vpc", "Subnet", "NatGateway", "RouteTable", "InternetGateway")
    assert [each.name for kind in made for each in registered.of(kind) if each.type.startswith("aws:")] == []
    assert the(registered, "Cluster").inputs["vpcConfig"]["subnetIds"] == list(EXISTING_NETWORK["subnets"].values())
    assert {each.inputs["resourceId"] for each in registered.of("Tag")} == set(EXISTING_NETWORK["subnets"].values())


def test_no_account_but_the_file_s_is_ever_changed(deploy: Deploy):
    registered = deployed(deploy, {"tags": {"team": "events"}})

    provider = registered.one("aws", "cluster-aws")
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["123456789012"]
    assert json.loads(provider.inputs["defaultTags"]) == {"tags": {"team": "events"}}
    strangers = [
        each.name for each in registered if each.type.startswith("aws:") and not each.provider.startswith(provider.urn)
    ]
    assert strangers == [], "They would go to whatever account and region the environment names."


def test_deleting_the_cluster_is_refused_twice_unless_the_file_says_otherwise(deploy: Deploy):
    for protection in (True, False):
        registered = deployed(deploy, {"deletion_protection": protection})

        cluster = the(registered, "Cluster")
        assert (cluster.protect, cluster.inputs["deletionProtection"]) == (protection, protection)
        assert the(registered, "Key").protect == protection, "Without the key, every volume is lost."


def test_a_new_version_and_other_pools_change_nothing_that_would_replace_a_cluster_or_its_nodes(deploy: Deploy):
    pools = {name: {"machine": "m7i.4xlarge", "nodes": 6} for name in POOLS}
    old, new = (deployed(deploy, each) for each in ({}, {"kubernetes": "1.35", "pools": pools, "node_disk": "100Gi"}))

    assert the(new, "Cluster").inputs["version"] == "1.35"
    for key in REPLACES_A_CLUSTER:
        assert the(old, "Cluster").inputs.get(key) == the(new, "Cluster").inputs.get(key)
    assert {each.urn for each in old} == {each.urn for each in new}
    for one in old.of("NodeGroup"):
        other = new.one("NodeGroup", one.name)
        assert other.inputs["version"] == "1.35"
        for key in REPLACES_A_GROUP:
            assert one.inputs.get(key) == other.inputs.get(key), f"{one.name} would be made anew because of {key}."
    assert {each.inputs["instanceType"] for each in new.of("LaunchTemplate")} == {"m7i.4xlarge"}


def test_another_zone_brings_new_groups_under_new_names_before_the_old_ones_go(deploy: Deploy):
    three, four = deployed(deploy), deployed(deploy, {"zones": [*EKS["zones"], "us-east-1d"]})

    names = [{each.name: each.inputs["nodeGroupName"] for each in found.of("NodeGroup")} for found in (three, four)]
    for pool in ("broker", "general"):
        assert names[0][f"cluster-nodes-{pool}"] != names[1][f"cluster-nodes-{pool}"]
    kept = {name: shown for name, shown in names[0].items() if "bookie" in name}
    assert kept.items() <= names[1].items(), "Bookies stay with their volumes."
    moved = {each.name: each.inputs["cidrBlock"] for each in three.of("Subnet")}
    assert moved.items() <= {each.name: each.inputs["cidrBlock"] for each in four.of("Subnet")}.items()


def test_every_bookie_s_volume_finds_a_node_in_its_zone(deploy: Deploy):
    groups = [each.inputs for each in deployed(deploy).of("NodeGroup") if each.inputs["labels"][POOL_LABEL] == "bookie"]

    assert sorted(each["nodeGroupName"] for each in groups) == [f"pulsar-bookie-{zone}" for zone in EKS["zones"]]
    for group in groups:
        assert len(group["subnetIds"]) == 1
        scaling = group["scalingConfig"]
        assert 1 <= scaling["minSize"] <= scaling["desiredSize"] < scaling["maxSize"], "There is room for one more."


def test_nodes_go_one_at_a_time_and_no_pod_is_forced_off(deploy: Deploy):
    for group in deployed(deploy).of("NodeGroup"):
        assert group.inputs["updateConfig"] == {"maxUnavailable": 1}
        assert not group.inputs.get("forceUpdateVersion"), "Two bookies could be away at once."


def test_no_pod_reaches_the_credentials_of_its_node_and_no_disk_is_in_the_clear(deploy: Deploy):
    for template in deployed(deploy).of("LaunchTemplate"):
        options = template.inputs["metadataOptions"]
        assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)
        (disk,) = template.inputs["blockDeviceMappings"]
        assert disk["ebs"]["encrypted"] == "true"


def test_nodes_start_with_a_network_and_controllers_with_nodes(deploy: Deploy):
    registered = deployed(deploy)

    group = registered.one("NodeGroup", "cluster-nodes-broker")
    assert {"cluster-vpc-cni", "cluster-kube-proxy", "cluster-network-private-us-east-1a"} <= before(registered, group)
    for addon in ("coredns", "aws-ebs-csi-driver"):
        needed = before(registered, registered.one("Addon", f"cluster-{addon}"))
        assert "cluster-nodes-general" in needed, "EKS waits until its pods run, and gives up."


def test_pulsar_starts_on_nodes_with_volumes_and_goes_before_them(deploy: Deploy):
    registered = deployed(deploy)

    needed = before(registered, registered.one("Namespace", "pulsar-namespace"))
    assert {"cluster-nodes-bookie-us-east-1a", "cluster-aws-ebs-csi-driver", "cluster-coredns"} <= needed


def test_volumes_are_encrypted_kept_and_in_their_pod_s_zone(deploy: Deploy):
    registered = deployed(deploy)

    volumes = registered.one("StorageClass", "cluster-storage-class")
    assert volumes.inputs["parameters"]["encrypted"] == "true"
    assert volumes.inputs["parameters"]["kmsKeyId"] == "${aws:kms/key:Key.cluster-control-plane.arn}"
    assert volumes.inputs["reclaimPolicy"] == "Retain"
    assert volumes.inputs["volumeBindingMode"] == "WaitForFirstConsumer"
    assert volumes.inputs["allowVolumeExpansion"]
    may = json.loads(registered.one("RolePolicy", "cluster-aws-ebs-csi-driver-key").inputs["policy"])
    assert "kms:CreateGrant" in may["Statement"][0]["Action"], "EC2 could not attach one."


def test_kubernetes_secrets_are_encrypted_and_its_logs_are_kept_for_a_while(deploy: Deploy):
    registered = deployed(deploy)

    cluster = the(registered, "Cluster")
    assert cluster.inputs["encryptionConfig"]["resources"] == ["secrets"]
    assert "audit" in cluster.inputs["enabledClusterLogTypes"]
    logs = the(registered, "LogGroup")
    assert logs.inputs["name"] == "/aws/eks/pulsar/cluster"
    assert logs.inputs["retentionInDays"]
    assert logs.urn in cluster.dependencies, "EKS would make it first, to be kept for ever."


def test_who_is_named_may_do_everything_in_the_cluster(deploy: Deploy):
    role = "arn:aws:iam::123456789012:role/teams/operators"
    registered = deployed(deploy, {"admins": [role]})

    assert the(registered, "Cluster").inputs["accessConfig"]["authenticationMode"] == "API"
    assert the(registered, "AccessEntry").inputs["principalArn"] == role
    assert the(registered, "AccessPolicyAssociation").inputs["policyArn"].endswith("/AmazonEKSClusterAdminPolicy")


def test_add_ons_stay_on_the_versions_of_the_file(deploy: Deploy):
    addons = {"metrics_server": True, "versions": {"coredns": "v1.12.4-eksbuild.1"}}
    registered = deployed(deploy, {"addons": addons})

    versions = {each.inputs["addonName"]: each.inputs.get("addonVersion") for each in registered.of("Addon")}
    assert versions == {
        "vpc-cni": None,
        "kube-proxy": None,
        "coredns": "v1.12.4-eksbuild.1",
        "aws-ebs-csi-driver": None,
        "metrics-server": None,
    }


def test_the_way_to_the_cluster_is_a_secret_without_a_token(deploy: Deploy):
    registered = deployed(deploy)

    told = registered.one("kubernetes", "cluster").inputs["kubeconfig"]
    assert len(told) == 2, "Without the mark of a secret the engine would write it into the state in the clear."
    (user,) = json.loads(told["value"])["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["command"] == "aws"


def test_the_kubeconfig_names_the_cluster_and_its_region():
    spec = EksSpec.model_validate({**EKS, "name": "events"})

    told = json.loads(kubeconfig(spec, endpoint="https://api.example", authority="Q0E="))
    assert told["clusters"][0]["cluster"] == {
        "server": "https://api.example",
        "certificate-authority-data": "Q0E=",
    }
    arguments = told["users"][0]["user"]["exec"]["args"]
    assert arguments == [
        *("--region", "us-east-1", "eks", "get-token", "--cluster-name", "events", "--output", "json"),
    ]


def test_a_role_is_for_one_service_account_and_nobody_else(deploy: Deploy):
    seen: list[Any] = []

    def program() -> None:
        cluster = Eks("cluster", EksSpec.model_validate(EKS), demands=stack_file.spec().pulsar.demands())
        identity = cluster.identity("reader", namespace="pulsar", account="events-broker")
        pulumi.Output.all(identity.principal, identity.annotations).apply(seen.append)

    registered = deploy(program)

    role = registered.one("Role", "reader").inputs
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {
        "Federated": "${aws:iam/openIdConnectProvider:OpenIdConnectProvider.cluster-control-plane.arn}"
    }
    (condition,) = statement["Condition"].values()
    assert list(statement["Condition"]) == ["StringEquals"]
    assert sorted(condition.values()) == ["sts.amazonaws.com", "system:serviceaccount:pulsar:events-broker"]
    assert seen == [
        ["pulsar-us-east-1-events-broker", {"eks.amazonaws.com/role-arn": "${aws:iam/role:Role.reader.arn}"}]
    ]


@pytest.mark.parametrize(("region", "arn"), [("cn-north-1", "arn:aws-cn:"), ("us-gov-west-1", "arn:aws-us-gov:")])
def test_clouds_of_their_own_have_their_own_names(region: str, arn: str, deploy: Deploy):
    zones = [f"{region}{letter}" for letter in "abc"]
    registered = deployed(deploy, {"region": region, "zones": zones})

    policies = [each.inputs["policyArn"] for each in registered.of("RolePolicyAttachment")]
    assert [each for each in policies if not each.startswith(arn)] == []
