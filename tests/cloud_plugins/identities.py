"""What a cloud calls a resource: its ID, made of the names that the program gives or, where it gives none, made up."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from .lasting import unversioned

ACCOUNT = "123456789012"
"""The AWS account of the documentation's examples."""
SUBSCRIPTION = "00000000-0000-4000-8000-00000000cafe"
PROJECT = "example-project"
REGIONS = {"aws": "us-east-1", "gcp": "us-central1", "azure-native": "eastus"}

_AWS_PREFIXES = {
    "Vpc": "vpc",
    "Subnet": "subnet",
    "InternetGateway": "igw",
    "EgressOnlyInternetGateway": "eigw",
    "NatGateway": "nat",
    "Eip": "eipalloc",
    "RouteTable": "rtb",
    "RouteTableAssociation": "rtbassoc",
    "Route": "r-rtb",
    "SecurityGroup": "sg",
    "SecurityGroupIngressRule": "sgr",
    "SecurityGroupEgressRule": "sgr",
    "SecurityGroupRule": "sgrule",
    "LaunchTemplate": "lt",
    "VpcEndpoint": "vpce",
    "FlowLog": "fl",
}
_AWS_NAMES: Mapping[str, tuple[str, ...]] = {
    "aws:eks/nodeGroup:NodeGroup": ("clusterName", "nodeGroupName"),
    "aws:eks/addon:Addon": ("clusterName", "addonName"),
    "aws:eks/accessEntry:AccessEntry": ("clusterName", "principalArn"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
    "aws:iam/rolePolicy:RolePolicy": ("role", "name"),
    "aws:iam/userPolicy:UserPolicy": ("user", "name"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ("url",),
}
_GCP_NAMES: Mapping[str, tuple[str, ...]] = {
    "gcp:container/nodePool:NodePool": ("cluster", "name"),
    "gcp:compute/routerNat:RouterNat": ("router", "name"),
    "gcp:serviceaccount/account:Account": ("accountId",),
    "gcp:kms/cryptoKey:CryptoKey": ("keyRing", "name"),
    "gcp:projects/service:Service": ("service",),
}
_AZURE_TYPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "containerservice:ManagedCluster": ("Microsoft.ContainerService/managedClusters", ("resourceName",)),
    "containerservice:AgentPool": (
        "Microsoft.ContainerService/managedClusters/agentPools",
        ("resourceName", "agentPoolName"),
    ),
    "storage:StorageAccount": ("Microsoft.Storage/storageAccounts", ("accountName",)),
    "storage:BlobContainer": (
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        ("accountName", "=default", "containerName"),
    ),
    "storage:BlobServiceProperties": (
        "Microsoft.Storage/storageAccounts/blobServices",
        ("accountName", "blobServicesName"),
    ),
    "storage:ManagementPolicy": (
        "Microsoft.Storage/storageAccounts/managementPolicies",
        ("accountName", "managementPolicyName"),
    ),
    "network:VirtualNetwork": ("Microsoft.Network/virtualNetworks", ("virtualNetworkName",)),
    "network:Subnet": ("Microsoft.Network/virtualNetworks/subnets", ("virtualNetworkName", "subnetName")),
    "network:NatGateway": ("Microsoft.Network/natGateways", ("natGatewayName",)),
    "network:PublicIPAddress": ("Microsoft.Network/publicIPAddresses", ("publicIpAddressName",)),
    "managedidentity:UserAssignedIdentity": ("Microsoft.ManagedIdentity/userAssignedIdentities", ("resourceName",)),
    "managedidentity:FederatedIdentityCredential": (
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        ("resourceName", "federatedIdentityCredentialResourceName"),
    ),
    "resources:ResourceGroup": ("", ()),
    "authorization:RoleAssignment": ("Microsoft.Authorization/roleAssignments", ("roleAssignmentName",)),
}


def names(token: str, inputs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The given names that make up who a resource is; none where the cloud makes an identity up."""
    plain = unversioned(token)
    if plain in _AWS_NAMES or plain in _GCP_NAMES:
        return tuple(inputs.get(each) for each in (_AWS_NAMES.get(plain) or _GCP_NAMES[plain]))
    package, _, rest = plain.partition(":")
    if package == "azure-native":
        return _azure_names(rest, inputs)
    bare = rest.rpartition(":")[2]
    if package == "aws" and bare in _AWS_PREFIXES:
        return ()
    given = [inputs[key] for key in ("name", "bucket", "cluster", "role", "member") if inputs.get(key) is not None]
    where = [inputs[key] for key in ("location", "region", "zone", "project") if inputs.get(key) is not None]
    return (*where, *given) if package == "gcp" and given else tuple(given)


def identity(token: str, urn: str, inputs: Mapping[str, Any], region: str) -> str:
    """The ID of a resource, the same for the same resource and inputs."""
    plain = unversioned(token)
    package, _, rest = plain.partition(":")
    bare, given = rest.rpartition(":")[2], [str(each) for each in names(token, inputs)]
    made_up = hashlib.sha256(f"{urn}\n{sorted(inputs.items(), key=str)}".encode()).hexdigest()
    if package == "azure-native":
        return _azure_id(rest, inputs, made_up)
    if package == "gcp":
        return _gcp_id(plain, inputs, given or [f"{bare.lower()}-{made_up[:12]}"], region)
    if bare in _AWS_PREFIXES:
        return f"{_AWS_PREFIXES[bare]}-0{made_up[:16]}"
    if plain == "aws:kms/key:Key":
        return f"{made_up[:8]}-{made_up[8:12]}-4{made_up[13:16]}-8{made_up[17:20]}-{made_up[20:32]}"
    if plain == "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
        return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{given[0].removeprefix('https://')}"
    if plain == "aws:iam/policy:Policy":
        return f"arn:aws:iam::{ACCOUNT}:policy/{given[0]}"
    if plain == "aws:iam/accessKey:AccessKey":
        return f"AKIA{made_up[:16].upper()}"
    return ("/" if "Attachment" in bare else ":").join(given) or f"{bare.lower()}-{made_up[:12]}"


def _gcp_id(token: str, inputs: Mapping[str, Any], given: list[str], region: str) -> str:
    project = inputs.get("project") or PROJECT
    where = inputs.get("location") or inputs.get("zone") or inputs.get("region")
    module, bare = token.split(":")[1].partition("/")[0], token.rpartition(":")[2]
    if token == "gcp:storage/bucket:Bucket":
        return str(inputs["name"])
    if token == "gcp:serviceaccount/account:Account":
        return f"projects/{project}/serviceAccounts/{given[0]}@{project}.iam.gserviceaccount.com"
    if token == "gcp:kms/cryptoKey:CryptoKey":
        return f"{inputs['keyRing']}/cryptoKeys/{inputs['name']}"
    if token == "gcp:container/nodePool:NodePool":
        cluster = str(inputs["cluster"]).rpartition("/")[2]
        return f"projects/{project}/locations/{where or region}/clusters/{cluster}/nodePools/{inputs['name']}"
    if bare.startswith("IAM") or "IAM" in bare:
        return "/".join(str(value) for key, value in sorted(inputs.items()) if key != "condition")
    name, plural = given[-1], re.sub(r"y$", "ie", bare[0].lower() + bare[1:]) + "s"
    place = (
        f"locations/{where or region}" if module in ("container", "kms") else f"regions/{where}" if where else "global"
    )
    return f"projects/{project}/{place}/{plural}/{name}"


def _azure_names(rest: str, inputs: Mapping[str, Any]) -> tuple[Any, ...]:
    _, path = _AZURE_TYPES.get(rest, ("", ()))
    given = tuple(each[1:] if each.startswith("=") else inputs.get(each) for each in path)
    if rest == "authorization:RoleAssignment" and given == (None,):
        return ()
    place = inputs.get("scope") if "scope" in inputs else inputs.get("resourceGroupName")
    if path or rest == "resources:ResourceGroup":
        return (place, *given)
    return (place, *(value for key, value in sorted(inputs.items()) if key.endswith("Name") and value != place))


def _azure_id(rest: str, inputs: Mapping[str, Any], made_up: str) -> str:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{inputs.get('resourceGroupName')}"
    scope = str(inputs["scope"]) if "scope" in inputs else group
    if rest == "resources:ResourceGroup":
        return group
    module, _, bare = rest.partition(":")
    kind, _ = _AZURE_TYPES.get(rest, (f"Microsoft.{module.capitalize()}/{bare[0].lower()}{bare[1:]}s", ()))
    given = [str(each) for each in _azure_names(rest, inputs)[1:]]
    if not given or given == ["None"]:
        given = [f"{made_up[:8]}-{made_up[8:12]}-4{made_up[13:16]}-8{made_up[17:20]}-{made_up[20:32]}"]
    namespace, *levels = kind.split("/")
    steps = [f"{level}/{name}" for level, name in zip(levels, given, strict=False)]
    return "/".join([scope.rstrip("/"), "providers", namespace, *steps])
