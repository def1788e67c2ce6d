"""The few functions that programs call, answered as the cloud would."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from plugin.values import Values

from .identities import ACCOUNT, PROJECT, SUBSCRIPTION
from .kubernetes import api
from .lasting import unversioned


class Functions:
    """The functions of a provider that is configured for a region."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._answers: Mapping[str, Callable[[Mapping[str, Any]], Values]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": self._caller,
            "aws:index/getPartition:getPartition": self._partition,
            "aws:index/getRegion:getRegion": self._aws_region,
            "aws:eks/getClusterAuth:getClusterAuth": self._token,
            "gcp:organizations/getClientConfig:getClientConfig": self._client,
            "gcp:organizations/getProject:getProject": self._project,
            "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": self._storage_agent,
            "azure-native:authorization:getClientConfig": self._azure_client,
            "azure-native:storage:listStorageAccountKeys": self._account_keys,
            "azure-native:containerservice:listManagedClusterUserCredentials": self._credentials,
            "azure-native:containerservice:listManagedClusterAdminCredentials": self._credentials,
        }

    def answer(self, token: str, arguments: Mapping[str, Any]) -> Values | None:
        """What the function returns; `None` where it isn't one of those."""
        found = self._answers.get(unversioned(token))
        return found(arguments) if found else None

    def _caller(self, arguments: Mapping[str, Any]) -> Values:
        arn = f"arn:aws:iam::{ACCOUNT}:user/somebody"
        return Values({"accountId": ACCOUNT, "arn": arn, "id": ACCOUNT, "userId": "AIDASOMEBODY"})

    def _partition(self, arguments: Mapping[str, Any]) -> Values:
        names = {"dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
        return Values({"partition": "aws", "id": "aws", **names})

    def _aws_region(self, arguments: Mapping[str, Any]) -> Values:
        return Values(dict.fromkeys(("id", "name", "region"), self._region))

    def _token(self, arguments: Mapping[str, Any]) -> Values:
        name = str(arguments.get("name"))
        return Values({"id": name, "name": name, "token": f"k8s-aws-v1.{_digits(name)}"}, frozenset({("token",)}))

    def _client(self, arguments: Mapping[str, Any]) -> Values:
        token = f"ya29.{_digits('client')}"
        where = {"project": PROJECT, "region": self._region, "zone": f"{self._region}-a"}
        return Values({"id": PROJECT, "accessToken": token, **where}, frozenset({("accessToken",)}))

    def _project(self, arguments: Mapping[str, Any]) -> Values:
        project = arguments.get("projectId") or PROJECT
        return Values({"id": f"projects/{project}", "projectId": project, "number": ACCOUNT, "name": project})

    def _storage_agent(self, arguments: Mapping[str, Any]) -> Values:
        email = f"service-{ACCOUNT}@gs-project-accounts.iam.gserviceaccount.com"
        return Values({"id": email, "emailAddress": email, "member": f"serviceAccount:{email}", "project": PROJECT})

    def _azure_client(self, arguments: Mapping[str, Any]) -> Values:
        return Values(dict.fromkeys(("clientId", "objectId", "tenantId", "subscriptionId"), SUBSCRIPTION))

    def _account_keys(self, arguments: Mapping[str, Any]) -> Values:
        account = str(arguments.get("accountName"))
        keys = [
            {
                "keyName": name,
                "permissions": "FULL",
                "value": _key(account, name),
            }
            for name in ("key1", "key2")
        ]
        return Values({"keys": keys}, frozenset(("keys", index, "value") for index in range(2)))

    def _credentials(self, arguments: Mapping[str, Any]) -> Values:
        known = api()
        cluster = {"server": known.server, "certificate-authority-data": known.authority}
        # Azure never names a file, as the kubeconfig that a test brings may.
        text = json.dumps({**json.loads(known.kubeconfig), "clusters": [{"name": "nobody", "cluster": cluster}]})
        found = {"name": "clusterUser", "value": base64.b64encode(text.encode()).decode()}
        return Values({"kubeconfigs": [found]}, frozenset({("kubeconfigs", 0, "value")}))


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _key(account: str, name: str) -> str:
    return base64.b64encode(f"made-up-{_digits(f'{account}/{name}')}".encode()).decode()
