"""What of a resource a cloud can't change, so that another value needs a new resource.

The SDK's documentation says so of some properties. The table has the rest of those that our stacks use, as the clouds'
own references have it: for AWS and Google Cloud the arguments that Terraform's providers, on which the plugins stand,
mark as forcing a new resource (`ForceNew`); for Azure what the REST API's specification can only set on creation
(`x-ms-mutability`) or has in the resource's path, and what the service answers with `PropertyChangeNotAllowed`.
"""

import re
from collections.abc import Mapping, Sequence

from .sdk import Kind

_DOCUMENTED = re.compile(
    r"changing (this|these|it)\b[^.]{0,60}(forces?|creates?|requires?|will force)\b[^.]{0,30}"
    r"(replacement|new|recreat)|forces? (a )?new resource|cannot be (changed|updated|modified) (once|after)",
    re.IGNORECASE,
)

_EVERYWHERE: Mapping[str, tuple[str, ...]] = {
    "aws": ("region",),
    "gcp": ("project", "location", "zone", "region"),
    # A resource group can't be renamed, and nothing in it can be moved to another region.
    "azure-native": ("resourceGroupName", "location"),
}

_TABLE: Mapping[str, tuple[str, ...]] = {
    # Subnets and security groups of a control plane can be changed since 2023 (EKS API, UpdateClusterConfig).
    "aws:eks/cluster:Cluster": (
        "name",
        "roleArn",
        "bootstrapSelfManagedAddons",
        "encryptionConfig",
        "kubernetesNetworkConfig.ipFamily",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "outpostConfig",
    ),
    # EKS API, UpdateNodegroupConfig and UpdateNodegroupVersion: scaling, labels, taints and versions, no more.
    "aws:eks/nodeGroup:NodeGroup": (
        "clusterName",
        "nodeGroupName",
        "nodeGroupNamePrefix",
        "nodeRoleArn",
        "subnetIds",
        "amiType",
        "capacityType",
        "diskSize",
        "instanceTypes",
        "remoteAccess",
        "launchTemplate.id",
        "launchTemplate.name",
    ),
    "aws:eks/addon:Addon": ("clusterName", "addonName"),
    "aws:eks/accessEntry:AccessEntry": ("clusterName", "principalArn", "type"),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (
        "clusterName",
        "principalArn",
        "policyArn",
        "accessScope",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("clusterName", "namespace", "serviceAccount"),
    "aws:ec2/vpc:Vpc": ("cidrBlock", "ipv4IpamPoolId"),
    "aws:ec2/subnet:Subnet": ("vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"),
    "aws:ec2/internetGateway:InternetGateway": (),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("vpcId",),
    "aws:ec2/natGateway:NatGateway": ("allocationId", "subnetId", "connectivityType"),
    "aws:ec2/eip:Eip": ("domain",),
    "aws:ec2/routeTable:RouteTable": ("vpcId",),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("subnetId", "gatewayId"),
    "aws:ec2/route:Route": ("routeTableId", "destinationCidrBlock"),
    "aws:ec2/securityGroup:SecurityGroup": ("name", "namePrefix", "description", "vpcId"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpcId", "serviceName", "vpcEndpointType"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("name", "namePrefix"),
    "aws:iam/role:Role": ("name", "namePrefix", "path"),
    "aws:iam/policy:Policy": ("name", "namePrefix", "path", "description"),
    "aws:iam/rolePolicy:RolePolicy": ("name", "role"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
    "aws:iam/userPolicy:UserPolicy": ("name", "user"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ("url",),
    "aws:iam/accessKey:AccessKey": ("user", "pgpKey"),
    "aws:kms/key:Key": ("keyUsage", "customerMasterKeySpec", "customKeyStoreId", "multiRegion"),
    "aws:kms/alias:Alias": ("name", "namePrefix"),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "namePrefix", "logGroupClass"),
    "aws:s3/bucket:Bucket": ("bucket", "bucketPrefix", "objectLockEnabled"),
    # Private nodes, machine types and disks change in place, and a pool rolls (GKE API: UpdateCluster, UpdateNodePool).
    "gcp:container/cluster:Cluster": (
        "name",
        "description",
        "network",
        "subnetwork",
        "networkingMode",
        "initialNodeCount",
        "ipAllocationPolicy.clusterSecondaryRangeName",
        "ipAllocationPolicy.servicesSecondaryRangeName",
        "ipAllocationPolicy.clusterIpv4CidrBlock",
        "ipAllocationPolicy.servicesIpv4CidrBlock",
        "clusterIpv4Cidr",
        "datapathProvider",
        "defaultMaxPodsPerNode",
        "enableAutopilot",
        "enableKubernetesAlpha",
        "enableTpu",
        "confidentialNodes",
        "privateClusterConfig.masterIpv4CidrBlock",
        "privateClusterConfig.privateEndpointSubnetwork",
    ),
    "gcp:container/nodePool:NodePool": (
        "name",
        "namePrefix",
        "cluster",
        "initialNodeCount",
        "maxPodsPerNode",
        "placementPolicy",
        "nodeConfig.serviceAccount",
        "nodeConfig.oauthScopes",
        "nodeConfig.spot",
        "nodeConfig.preemptible",
        "nodeConfig.localSsdCount",
        "nodeConfig.shieldedInstanceConfig",
        "nodeConfig.minCpuPlatform",
        "nodeConfig.metadata",
    ),
    "gcp:compute/network:Network": ("name", "autoCreateSubnetworks", "description"),
    "gcp:compute/subnetwork:Subnetwork": ("name", "network", "description"),
    "gcp:compute/router:Router": ("name", "network"),
    "gcp:compute/routerNat:RouterNat": ("name", "router"),
    "gcp:compute/address:Address": ("name", "address", "addressType", "subnetwork"),
    "gcp:storage/bucket:Bucket": ("name", "hierarchicalNamespace", "enableObjectRetention"),
    "gcp:storage/hmacKey:HmacKey": ("serviceAccountEmail",),
    "gcp:storage/bucketIAMMember:BucketIAMMember": ("bucket", "role", "member", "condition"),
    "gcp:projects/iAMMember:IAMMember": ("role", "member", "condition"),
    "gcp:projects/service:Service": ("service",),
    "gcp:serviceaccount/account:Account": ("accountId",),
    "gcp:serviceaccount/key:Key": ("serviceAccountId", "keyAlgorithm", "privateKeyType", "publicKeyType", "keepers"),
    "gcp:serviceaccount/iAMMember:IAMMember": ("serviceAccountId", "role", "member", "condition"),
    "gcp:kms/keyRing:KeyRing": ("name",),
    "gcp:kms/cryptoKey:CryptoKey": ("name", "keyRing", "purpose", "importOnly"),
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": ("cryptoKeyId", "role", "member", "condition"),
    "azure-native:containerservice:ManagedCluster": (
        "resourceName",
        "dnsPrefix",
        "fqdnSubdomain",
        "nodeResourceGroup",
        "enableRBAC",
        "networkProfile.serviceCidr",
        "networkProfile.dnsServiceIP",
        "networkProfile.loadBalancerSku",
        "apiServerAccessProfile.enablePrivateCluster",
        "apiServerAccessProfile.privateDNSZone",
    ),
    "azure-native:containerservice:AgentPool": (
        "resourceName",
        "agentPoolName",
        "vmSize",
        "osType",
        "osDiskSizeGB",
        "osDiskType",
        "availabilityZones",
        "vnetSubnetID",
        "podSubnetID",
        "maxPods",
        "type",
        "scaleSetPriority",
        "enableEncryptionAtHost",
    ),
    "azure-native:containerservice:MaintenanceConfiguration": ("resourceName", "configName"),
    "azure-native:storage:StorageAccount": ("accountName", "isHnsEnabled", "enableNfsV3"),
    "azure-native:storage:BlobContainer": ("accountName", "containerName"),
    "azure-native:storage:BlobServiceProperties": ("accountName", "blobServicesName"),
    "azure-native:storage:ManagementPolicy": ("accountName", "managementPolicyName"),
    "azure-native:network:VirtualNetwork": ("virtualNetworkName",),
    "azure-native:network:Subnet": ("virtualNetworkName", "subnetName"),
    "azure-native:network:NatGateway": ("natGatewayName", "sku", "zones"),
    "azure-native:network:PublicIPAddress": ("publicIpAddressName", "sku", "zones", "publicIPAddressVersion"),
    "azure-native:managedidentity:UserAssignedIdentity": ("resourceName",),
    "azure-native:managedidentity:FederatedIdentityCredential": (
        "resourceName",
        "federatedIdentityCredentialResourceName",
    ),
    # A role assignment can't be changed at all (Role Assignments API).
    "azure-native:authorization:RoleAssignment": (
        "roleAssignmentName",
        "scope",
        "principalId",
        "principalType",
        "roleDefinitionId",
        "condition",
    ),
    "azure-native:authorization:ManagementLockByScope": ("lockName", "scope"),
    "azure-native:resources:ResourceGroup": (),
}

_BUCKET_SETTINGS = re.compile(r"aws:s3/bucket[A-Z]\w*:")


def lasting(kind: Kind) -> Sequence[str]:
    """The properties, as dotted paths, whose change needs a new resource."""
    documented = [name for name, each in kind.inputs.items() if _DOCUMENTED.search(each.about)]
    package = kind.token.partition(":")[0]
    of_all = [name for name in _EVERYWHERE[package] if name in kind.inputs]
    bucket = ["bucket"] if _BUCKET_SETTINGS.match(kind.token) else []
    return [*dict.fromkeys([*_TABLE.get(unversioned(kind.token), ()), *documented, *of_all, *bucket])]


def is_known(token: str) -> bool:
    """Whether the table says what of a type can't change."""
    return unversioned(token) in _TABLE or bool(_BUCKET_SETTINGS.match(token))


def unversioned(token: str) -> str:
    """The token without the API version that Azure's may carry (`containerservice/v20250901:`)."""
    return re.sub(r"^(azure-native:\w+)/v\w+:", r"\1:", token)
