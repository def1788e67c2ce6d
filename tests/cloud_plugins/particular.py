"""Outputs that a program builds on, as the cloud spells them: addresses, authorities, identities and keys."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from plugin.values import Path

from .identities import ACCOUNT, PROJECT
from .kubernetes import api
from .lasting import unversioned

if TYPE_CHECKING:
    from .plausible import Made


def outputs(made: "Made") -> Mapping[str, Any]:
    """What is particular to the type; nothing for most."""
    make = _MAKERS.get(unversioned(made.token))
    return make(made) if make else {}


def secrets(token: str) -> frozenset[Path]:
    """The outputs within others that nobody may see."""
    return frozenset({("masterAuth", "clientKey")}) if token == "gcp:container/cluster:Cluster" else frozenset()


def _eks_cluster(made: "Made") -> Mapping[str, Any]:
    behind = api()
    issuer = f"https://oidc.eks.{made.region}.amazonaws.com/id/{made.digits[:32].upper()}"
    return {
        "endpoint": behind.server,
        "certificateAuthority": {"data": behind.authority},
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "vpcConfig": {"clusterSecurityGroupId": f"sg-0{made.digits[:16]}", "vpcId": f"vpc-0{made.digits[:16]}"},
    }


def _gke_cluster(made: "Made") -> Mapping[str, Any]:
    behind = api()
    return {
        "endpoint": behind.host,
        "masterAuth": {"clusterCaCertificate": behind.authority},
        "selfLink": f"https://container.googleapis.com/v1/{made.identity}",
        "masterVersion": f"{made.inputs.get('minMasterVersion') or '1.34'}.0-gke.1000000",
    }


def _aks_cluster(made: "Made") -> Mapping[str, Any]:
    host = api().host
    kubelet = {"objectId": _uuid(made.digits), "clientId": _uuid(made.digits[8:]), "resourceId": made.identity}
    issuer = f"https://{made.region}.oic.prod-aks.azure.com/{_uuid(made.digits)}/{_uuid(made.digits[8:])}/"
    return {
        "fqdn": host,
        "privateFQDN": host,
        "identityProfile": {"kubeletidentity": kubelet},
        "oidcIssuerProfile": {"issuerURL": issuer},
        "type": "Microsoft.ContainerService/ManagedClusters",
    }


def _role(made: "Made") -> Mapping[str, Any]:
    return {"arn": f"arn:aws:iam::{ACCOUNT}:role/{made.identity}", "uniqueId": f"AROA{made.digits[:17].upper()}"}


def _access_key(made: "Made") -> Mapping[str, Any]:
    return {"secret": f"made-up-{made.digits[:32]}", "status": made.inputs.get("status") or "Active"}


def _bucket(made: "Made") -> Mapping[str, Any]:
    return {
        "bucketDomainName": f"{made.identity}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{made.identity}.s3.{made.region}.amazonaws.com",
        "bucketRegion": made.region,
    }


def _key(made: "Made") -> Mapping[str, Any]:
    return {"arn": f"arn:aws:kms:{made.region}:{ACCOUNT}:key/{made.identity}", "keyId": made.identity}


def _account(made: "Made") -> Mapping[str, Any]:
    email = made.identity.rpartition("/")[2]
    return {"email": email, "member": f"serviceAccount:{email}", "name": made.identity}


def _gcp_bucket(made: "Made") -> Mapping[str, Any]:
    return {"url": f"gs://{made.identity}", "selfLink": f"https://www.googleapis.com/storage/v1/b/{made.identity}"}


def _service_account_key(made: "Made") -> Mapping[str, Any]:
    email = str(made.inputs.get("serviceAccountId")).rpartition("/")[2]
    content = {
        "type": "service_account",
        "project_id": PROJECT,
        "client_email": email,
        "private_key": f"made-up-{made.digits}",
    }
    return {"privateKey": base64.b64encode(json.dumps(content).encode()).decode()}


def _hmac_key(made: "Made") -> Mapping[str, Any]:
    return {"accessId": f"GOOG1E{made.digits[:55].upper()}", "secret": f"made-up-{made.digits[:32]}"}


def _storage_account(made: "Made") -> Mapping[str, Any]:
    name = made.inputs.get("accountName")
    services = ("blob", "dfs", "file", "queue", "table", "web")
    return {"primaryEndpoints": {each: f"https://{name}.{each}.core.windows.net/" for each in services}}


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _identity(made: "Made") -> Mapping[str, Any]:
    return {"principalId": _uuid(made.digits), "clientId": _uuid(made.digits[8:])}


_MAKERS: Mapping[str, Callable[["Made"], Mapping[str, Any]]] = {
    "aws:eks/cluster:Cluster": _eks_cluster,
    "aws:iam/role:Role": _role,
    "aws:iam/accessKey:AccessKey": _access_key,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:kms/key:Key": _key,
    "gcp:container/cluster:Cluster": _gke_cluster,
    "gcp:serviceaccount/account:Account": _account,
    "gcp:serviceaccount/key:Key": _service_account_key,
    "gcp:storage/bucket:Bucket": _gcp_bucket,
    "gcp:storage/hmacKey:HmacKey": _hmac_key,
    "azure-native:containerservice:ManagedCluster": _aks_cluster,
    "azure-native:storage:StorageAccount": _storage_account,
    "azure-native:managedidentity:UserAssignedIdentity": _identity,
}
