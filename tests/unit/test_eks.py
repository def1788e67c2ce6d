"""What a stack file's author is told about EKS before anything is made, and what pods may count on there."""

import itertools
from ipaddress import IPv4Network
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from components import mistakes, stack, versions
from components.clusters.eks import EksSpec, addresses, naming
from components.clusters.eks.machines import MACHINES
from components.clusters.sizing import POOL_LABEL
from tests import rendered, stack_file
from tests.amazon import EKS, EXISTING_NETWORK

ZONES: Any = EKS["zones"]
CASES = {
    "a zone as region": (
        {"region": "us-east-1a"},
        "region: us-east-1a is a zone, and its region is us-east-1. Write the region here, and the zones in `zones`.",
    ),
    "a region as Google writes it": ({"region": "us-east1"}, "region: us-east1 is written us-east-1 by AWS."),
    "a place as region": (
        {"region": "Frankfurt"},
        "region: 'Frankfurt' is not a region of AWS. Write its code, such as us-east-1 or eu-central-1.",
    ),
    "a zone of another region": (
        {"zones": ["us-east-1a", "us-east-1b", "us-west-2a"]},
        "zones.2: us-west-2a is in the region us-west-2, and the cluster is in us-east-1. Name zones of one region.",
    ),
    "a zone's id": (
        {"zones": ["use1-az1", "us-east-1b", "us-east-1c"]},
        "zones.0: use1-az1 is a zone's id, and its name is wanted, such as us-east-1a. "
        "`aws ec2 describe-availability-zones` shows both.",
    ),
    "letters": (
        {"zones": ["us-east-1a", "b", "us-east-1c"]},
        "zones.1: b is only the zone's letter. Write us-east-1b.",
    ),
    "a local zone": (
        {"zones": ["us-east-1a", "us-east-1b", "us-east-1-bos-1a"]},
        "zones.2: 'us-east-1-bos-1a' is not a zone of us-east-1. Write the region and a letter, such as us-east-1a.",
    ),
    "one zone": (
        {"zones": ["us-east-1a"]},
        "zones: names one zone, and EKS itself needs two at least. Name three, of which one may be lost.",
    ),
    "an account with hyphens": (
        {"account": "1234-5678-9012"},
        "account: '1234-5678-9012' is not an AWS account. Write \"123456789012\".",
    ),
    "an account's name": (
        {"account": "production"},
        "account: 'production' is not an AWS account. Write its number of twelve digits.",
    ),
    "a version that EKS has left": (
        {"kubernetes": "1.27"},
        "kubernetes: 1.27 is not a version that this program sets up here. Choose from 1.33, 1.34, 1.35.",
    ),
    "a VPC as large as none": (
        {"network": {"cidr": "10.0.0.0/8"}},
        "network.cidr: 10.0.0.0/8 is larger than a VPC may be. Use a /16, such as 10.20.0.0/16.",
    ),
    "a VPC without room for pods": (
        {"network": {"cidr": "10.20.0.0/24"}},
        "network.cidr: 10.20.0.0/24 is too small: every pod takes an address of it, and each zone gets an eighth. "
        "Use a /16 to a /20.",
    ),
    "somebody else's addresses": (
        {"network": {"cidr": "11.20.0.0/16"}},
        "network.cidr: 11.20.0.0/16 is not for private networks, and what has these addresses elsewhere could not be "
        "reached. Use one inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
    ),
    "a VPC where the Services are": (
        {"network": {"cidr": "172.20.0.0/16"}},
        "network.services: 172.20.0.0/16 overlaps cidr (172.20.0.0/16), and each needs addresses of its own. Choose "
        "another.",
    ),
    "Services without room": (
        {"network": {"services": "172.20.0.0/28"}},
        "network.services: 172.20.0.0/28 is a /28, and EKS takes a /12 to a /24. Use 172.20.0.0/16.",
    ),
    "a private network for the public API": (
        {"api_networks": ["10.0.0.0/8"]},
        "api_networks.0: 10.0.0.0/8 is a private network, and the public side of the API only sees public addresses. "
        "Leave it out: from inside the VPC, and networks that are connected with it, the API is reached without.",
    ),
    "a VPC's name": (
        {"network": {**EXISTING_NETWORK, "vpc": "shared"}},
        "network.vpc: 'shared' is not the id of a VPC. Write one such as vpc-0a1b2c3d4e5f60718.",
    ),
    "a zone without a subnet": (
        {"network": {**EXISTING_NETWORK, "subnets": {zone: f"subnet-{zone[-1] * 8}" for zone in ZONES[:2]}}},
        "network.subnets: has no subnet in us-east-1c, where nodes are to be. Add `us-east-1c: subnet-…`.",
    ),
    "a subnet where no node is": (
        {"network": EXISTING_NETWORK, "zones": ZONES[:2]},
        "network.subnets: names a subnet in us-east-1c, which is not among zones. Leave it out.",
    ),
    "one subnet for two zones": (
        {"network": {**EXISTING_NETWORK, "subnets": dict.fromkeys(ZONES, "subnet-12345678")}},
        "network.subnets.us-east-1b: subnet-12345678 stands at subnets.us-east-1a already. Each is in one zone.",
    ),
    "Amazon's own tags": (
        {"tags": {"aws:team": "events"}},
        "tags: aws:team can't be set: tags that start with aws: are Amazon's own. Choose another name.",
    ),
    "a tag that AWS can't write": (
        {"tags": {"team": "events!"}},
        "tags: team has a character that AWS refuses. Use letters, digits, spaces and _.:/=+-@ alone.",
    ),
    "a session as an admin": (
        {"admins": ["arn:aws:sts::123456789012:assumed-role/operators/anna"]},
        "admins.0: arn:aws:sts::123456789012:assumed-role/operators/anna is one session of a role. "
        "Write the role: arn:aws:iam::123456789012:role/operators.",
    ),
    "a user as an admin": (
        {"admins": ["arn:aws:iam::123456789012:user/anna"]},
        "admins.0: arn:aws:iam::123456789012:user/anna is not a role. Name a role, which nobody has to keep keys for.",
    ),
    "another cloud's machine": (
        {"pools": {"broker": {"machine": "Standard_D4s_v5", "nodes": 3}}},
        "pools.broker.machine: 'Standard_D4s_v5' is not a type of EC2 instance. Write its family and size, such as "
        "m7i.xlarge, or leave it out to have one chosen.",
    ),
    "a machine of another architecture": (
        {"pools": {"broker": {"machine": "m7g.xlarge", "nodes": 3}}},
        "pools.broker.machine: m7g.xlarge has an ARM processor, and the nodes' system is set up for x86-64. "
        "Use one of Intel's or AMD's, such as m7i.large.",
    ),
    "half a version of an add-on": (
        {"addons": {"versions": {"vpc-cni": "1.20"}}},
        "addons.versions.vpc-cni: '1.20' is not a version of an add-on. Write it in full, such as v1.20.4-eksbuild.2.",
    ),
}


def raw(cluster: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return stack_file.raw({"cluster": {**EKS, **(cluster or {})}, **changes})


def told(spec: dict[str, Any]) -> list[str]:
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(spec, "test")
    return [f"{'.'.join(map(str, where))}: {sentence}" for where, sentence in refused.value.found]


@pytest.mark.parametrize(("cluster", "sentence"), CASES.values(), ids=CASES)
def test_what_aws_would_refuse_after_half_an_hour_is_told_at_once(cluster: dict[str, Any], sentence: str):
    assert f"cluster.{sentence}" in told(raw(cluster))


def test_a_public_proxy_in_a_vpc_without_public_subnets_is_told():
    service = {"type": "LoadBalancer", "public": True}

    assert told(raw({"network": EXISTING_NETWORK}, **{"pulsar.proxy.service": service})) == [
        "cluster.network.public_subnets: is missing, and the proxy's load balancer is to be reached from the internet "
        "(proxy.service.public). Name a public subnet of each zone, or set public to false."
    ]


def test_the_versions_are_some_that_the_program_knows():
    minors = [int(version.partition(".")[2]) for version in EksSpec.kubernetes_versions]

    oldest, newest = (int(each.partition(".")[2]) for each in (versions.KUBERNETES_OLDEST, versions.KUBERNETES_NEWEST))
    assert oldest <= min(minors) <= max(minors) <= newest


@hypothesis.given(
    st.sampled_from(["10.20.0.0/16", "172.16.32.0/19", "192.168.0.0/20"]),
    st.sets(st.sampled_from("abcdefg"), min_size=2),
)
def test_no_two_subnets_of_a_vpc_share_addresses(network: str, letters: set[str]):
    zones = [addresses.of_zone(network, f"us-east-1{letter}") for letter in letters]
    every = [IPv4Network(cidr) for zone in zones for cidr in (zone.private, zone.public)]

    assert all(each.subnet_of(IPv4Network(network)) for each in every)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(every, 2))
    assert all(each.prefixlen <= 28 for each in every), "AWS makes no smaller subnet."


def test_a_zone_s_subnet_stays_where_it_is_when_other_zones_come_or_go():
    assert addresses.of_zone("10.20.0.0/16", "us-east-1c") == addresses.ZoneNetworks("10.20.64.0/19", "10.20.232.0/22")


@hypothesis.given(st.from_regex(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", fullmatch=True), st.text("abc-", min_size=1))
def test_every_role_s_name_fits_and_no_two_are_the_same(cluster: str, what: str):
    name, other = (naming.role(cluster, "ap-northeast-1", each) for each in (what, f"{what}x"))

    assert len(name) <= 64
    assert name != other


def test_every_node_group_s_name_fits():
    longest = "n" * EksSpec.longest_name

    assert len(naming.group(longest, "bookie", ["ap-northeast-1a"])) <= 63
    assert len(naming.group(longest, "general", [f"ap-northeast-1{letter}" for letter in "abcdefg"])) <= 63


def test_machines_have_the_memory_that_their_family_has():
    gibibytes = {each.name: each.memory >> 30 for each in MACHINES}

    assert (gibibytes["m7i.xlarge"], gibibytes["r7i.xlarge"], gibibytes["m7i.8xlarge"]) == (16, 32, 128)
    assert all(0 < each.volumes <= 24 for each in MACHINES), "Interfaces and the system disk take their share of 28."


def test_pods_get_encrypted_volumes_and_the_nodes_of_their_pool():
    found = rendered.manifests(stack.read(raw(), "test"))

    bookie = found["pulsar-bookie"]["spec"]
    assert bookie["template"]["spec"]["nodeSelector"][POOL_LABEL] == "bookie"
    assert {claim["spec"]["storageClassName"] for claim in bookie["volumeClaimTemplates"]} == {"gp3-encrypted"}


@pytest.mark.parametrize(("public", "internal"), [(False, "true"), (True, None)])
def test_a_load_balancer_is_internal_unless_the_file_says_otherwise(public: bool, internal: str | None):
    service = {"type": "LoadBalancer", "public": public}
    found = rendered.manifests(stack.read(raw(**{"pulsar.proxy.service": service}), "test"))

    told = found["pulsar-proxy-service"]["metadata"]["annotations"]
    assert told["service.beta.kubernetes.io/aws-load-balancer-type"] == "nlb"
    assert told.get("service.beta.kubernetes.io/aws-load-balancer-internal") == internal
