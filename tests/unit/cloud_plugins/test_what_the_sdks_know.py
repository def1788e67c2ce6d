"""What the clouds' stand-ins read from the SDKs' sources: types, and what is wrong with inputs."""

import subprocess
import sys

import pytest

from plugin.values import UNKNOWN
from tests.cloud_plugins.checking import mistakes
from tests.cloud_plugins.lasting import is_known, lasting
from tests.cloud_plugins.sdk import Sdk, UnknownType
from tests.cloud_plugins.shapes import Listed, Mapped, Named, OneOf, Plain, shape_of
from tests.conftest import PROJECT

AWS, GCP, AZURE = Sdk("pulumi_aws"), Sdk("pulumi_gcp"), Sdk("pulumi_azure_native")


def said(sdk: Sdk, token: str, inputs: dict) -> list[str]:
    return [sentence for _, sentence in mistakes(inputs, sdk.kind(token).inputs, sdk)]


ROLE = {"name": "r", "assumeRolePolicy": "{}"}
CLUSTER = {"roleArn": "arn", "vpcConfig": {"subnetIds": ["subnet-1"]}}
POOL = {"resourceGroupName": "g", "resourceName": "c"}


def test_what_is_right_is_not_complained_about():
    assert said(AWS, "aws:iam/role:Role", ROLE) == []
    assert said(AWS, "aws:eks/cluster:Cluster", CLUSTER) == []
    assert said(AZURE, "azure-native:containerservice:AgentPool", {**POOL, "osType": "Linux"}) == []


@pytest.mark.parametrize(
    ("sdk", "token", "inputs", "sentence"),
    [
        (AWS, "aws:iam/role:Role", {"name": "r"}, "assumeRolePolicy is required, and missing."),
        (AWS, "aws:iam/role:Role", {**ROLE, "nmae": 1}, "nmae is no property here. Did you mean name?"),
        (AWS, "aws:iam/role:Role", {**ROLE, "name": 1}, "name is a number, and must be text."),
        (AWS, "aws:iam/role:Role", {**ROLE, "tags": ["a"]}, "tags is a list, and must be an object."),
        (
            AWS,
            "aws:iam/role:Role",
            {**ROLE, "maxSessionDuration": True},
            "maxSessionDuration is true or false, and must be a whole number.",
        ),
        (
            AWS,
            "aws:eks/cluster:Cluster",
            {**CLUSTER, "vpcConfig": {"subnetIds": "subnet-1"}},
            "vpcConfig.subnetIds is text, and must be a list.",
        ),
        (
            AWS,
            "aws:eks/cluster:Cluster",
            {**CLUSTER, "vpcConfig": {}},
            "vpcConfig.subnetIds is required, and missing.",
        ),
        (
            AZURE,
            "azure-native:containerservice:AgentPool",
            {**POOL, "osType": "OS/2"},
            "osType is none of Linux, Windows.",
        ),
        (
            GCP,
            "gcp:container/cluster:Cluster",
            {"privateClusterConfig": {"enablePrivateNode": True}},
            "privateClusterConfig.enablePrivateNode is no property here. Did you mean enablePrivateNodes?",
        ),
    ],
)
def test_what_the_cloud_would_refuse_is_said(sdk: Sdk, token: str, inputs: dict, sentence: str):
    assert sentence in said(sdk, token, inputs)


def test_what_a_preview_does_not_know_yet_is_taken_for_right():
    assert said(AWS, "aws:eks/cluster:Cluster", {"roleArn": UNKNOWN, "vpcConfig": {"subnetIds": [UNKNOWN]}}) == []


def test_a_type_that_is_none_is_told():
    with pytest.raises(UnknownType, match="aws:eks/clutser:Cluster"):
        AWS.kind("aws:eks/clutser:Cluster")


def test_what_only_the_cloud_knows_is_told_from_what_may_be_left_out():
    vpc = AWS.kind("aws:ec2/vpc:Vpc")
    assert {"arn", "mainRouteTableId", "ownerId"} <= vpc.computed.keys()
    assert not {"tags", "ipv4IpamPoolId"} & vpc.computed.keys()


def test_annotations_are_read():
    assert shape_of("pulumi.Input[_builtins.str]", "eks") == (Plain("str"), False)
    assert shape_of("pulumi.Output[Optional['outputs.Thing']]", "eks") == (Named("eks", "Thing"), True)
    assert shape_of("Optional[Mapping[str, pulumi.Input[_builtins.int]]]", "eks") == (Mapped(Plain("int")), True)
    assert shape_of("Sequence[pulumi.Input['_iam.PolicyArgs']]", "eks") == (Listed(Named("iam", "PolicyArgs")), False)
    assert shape_of("Union['ThingArgs', 'ThingArgsDict']", "eks") == (Named("eks", "ThingArgs"), False)
    assert shape_of("Union[_builtins.str, 'Kind']", "eks") == (OneOf((Plain("str"), Named("eks", "Kind"))), False)


def test_what_can_t_change_is_known_from_the_documentation_and_the_table():
    assert {"name", "roleArn", "kubernetesNetworkConfig.ipFamily"} <= set(lasting(AWS.kind("aws:eks/cluster:Cluster")))
    assert "version" not in lasting(AWS.kind("aws:eks/cluster:Cluster"))
    assert "instanceTypes" in lasting(AWS.kind("aws:eks/nodeGroup:NodeGroup"))
    assert "nodeConfig.machineType" not in lasting(GCP.kind("gcp:container/nodePool:NodePool"))
    assert "bucket" in lasting(AWS.kind("aws:s3/bucketVersioning:BucketVersioning"))
    assert is_known("azure-native:containerservice/v20250901:ManagedCluster")


def test_every_path_of_the_table_is_one_of_the_sdk():
    from tests.cloud_plugins.lasting import _TABLE

    unknown = [
        f"{token} {path}"
        for token, paths in _TABLE.items()
        for path in paths
        if not _exists(_SDKS[token.partition(":")[0]], token, path.split("."))
    ]
    assert unknown == []


_SDKS = {"aws": AWS, "gcp": GCP, "azure-native": AZURE}


def _exists(sdk: Sdk, token: str, steps: list[str]) -> bool:
    properties = sdk.kind(token).inputs
    for step in steps[:-1]:
        shape = properties[step].shape
        assert isinstance(shape, Named)
        properties = sdk.properties(shape.module, shape.name)
    return steps[-1] in properties


def test_a_plugin_loads_neither_the_sdk_nor_the_cloud_s():
    program = (
        "import sys; from plugin import lean_start; lean_start.leave_out_the_sdk(); "
        "from tests.cloud_plugins.provider import Provider; Provider('aws'); print(chr(10).join(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert "grpc" in loaded
    assert not {"pulumi.resource", "pulumi_aws", "pytest", "kubernetes"} & set(loaded)
