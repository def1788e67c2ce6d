"""What the model stack has in each cloud, with the names of the clouds' own properties."""

import json
from typing import Any

_PRIVATE = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
_WORLD_DENIED = {
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
}
_OFFLOAD = {
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::o/*"}]
}
AWS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("aws:s3/bucket:Bucket", {"bucket": "events-offload"}),
    "s3-block": ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"bucket": "events-offload", **_PRIVATE}),
    "s3-versioning": (
        "aws:s3/bucketVersioning:BucketVersioning",
        {"bucket": "events-offload", "versioningConfiguration": {"status": "Enabled"}},
    ),
    "s3-lifecycle": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {
            "bucket": "events-offload",
            "rules": [
                {
                    "id": "leftovers",
                    "status": "Enabled",
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
                    "noncurrentVersionExpiration": {"noncurrentDays": 7},
                    "expiration": {"expiredObjectDeleteMarker": True},
                    "transitions": [{"days": 30, "storageClass": "GLACIER_IR"}],
                }
            ],
        },
    ),
    "s3-policy": (
        "aws:s3/bucketPolicy:BucketPolicy",
        {"bucket": "events-offload", "policy": json.dumps(_WORLD_DENIED)},
    ),
    "role-policy": ("aws:iam/rolePolicy:RolePolicy", {"role": "broker", "policy": json.dumps(_OFFLOAD)}),
    "kms": ("aws:kms/key:Key", {"enableKeyRotation": True, "deletionWindowInDays": 30}),
    **{f"subnet-{zone}": ("aws:ec2/subnet:Subnet", {"availabilityZone": f"eu-west-1{zone}"}) for zone in "abc"},
    "launch-template": (
        "aws:ec2/launchTemplate:LaunchTemplate",
        {
            "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "volumeSize": 40}}],
        },
    ),
    "eks": (
        "aws:eks/cluster:Cluster",
        {
            "deletionProtection": True,
            "enabledClusterLogTypes": ["api", "audit", "authenticator"],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-west-1:1:key/1"}},
            "vpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]},
        },
    ),
}
GOOGLE: dict[str, tuple[str, dict[str, Any]]] = {
    "gcs": (
        "gcp:storage/bucket:Bucket",
        {
            "name": "events-offload",
            "publicAccessPrevention": "enforced",
            "uniformBucketLevelAccess": True,
            "softDeletePolicy": {"retentionDurationSeconds": 604800},
            "lifecycleRules": [
                {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 1}},
                {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 7}},
            ],
        },
    ),
    "gcs-access": (
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        {"bucket": "events-offload", "role": "roles/storage.objectUser", "member": "serviceAccount:broker@example.com"},
    ),
    "project-access": ("gcp:projects/iAMMember:IAMMember", {"role": "roles/logging.logWriter", "member": "x"}),
    "gke": (
        "gcp:container/cluster:Cluster",
        {
            "databaseEncryption": {"state": "ENCRYPTED", "keyName": "key"},
            "privateClusterConfig": {"enablePrivateNodes": True},
            "masterAuthorizedNetworksConfig": {"cidrBlocks": [{"cidrBlock": "203.0.113.0/24"}]},
            "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"allowExternalTraffic": False}},
        },
    ),
}
AZURE: dict[str, tuple[str, dict[str, Any]]] = {
    "account": (
        "azure-native:storage:StorageAccount",
        {
            "accountName": "eventsoffload",
            "allowBlobPublicAccess": False,
            "enableHttpsTrafficOnly": True,
            "minimumTlsVersion": "TLS1_2",
        },
    ),
    "container": ("azure-native:storage:BlobContainer", {"containerName": "offload", "publicAccess": "None"}),
    "blobs": ("azure-native:storage:BlobServiceProperties", {"deleteRetentionPolicy": {"enabled": True, "days": 7}}),
    "management": (
        "azure-native:storage:ManagementPolicy",
        {"policy": {"rules": [{"name": "v", "definition": {"actions": {"version": {"delete": {}}}}}]}},
    ),
    "aks": (
        "azure-native:containerservice:ManagedCluster",
        {
            "apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.0/24"]},
            "agentPoolProfiles": [{"name": "system", "enableNodePublicIP": False}],
            "securityProfile": {"azureKeyVaultKms": {"enabled": True}},
        },
    ),
}
