"""Which kinds the cluster serves, asked one API version at a time and remembered."""

import dataclasses
import threading
from typing import Any

from .problems import UnknownKind
from .rest import ApiError, Client

_CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "ComponentStatus",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersion",
        "StorageVersionMigration",
        "SubjectAccessReview",
        "TokenReview",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    }
)
_GROUPS_WITHOUT_A_DOT = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})


@dataclasses.dataclass(frozen=True)
class Kind:
    """How a kind of object is addressed."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def collection(self, namespace: str | None) -> str:
        """The path of all objects of the kind, in one namespace or in the cluster."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        inside = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{inside}/{self.plural}"

    def path(self, namespace: str | None, name: str) -> str:
        """The path of one object."""
        return f"{self.collection(namespace)}/{name}"


def built_in_scope(api_version: str, kind: str) -> bool | None:
    """Whether a built-in kind is namespaced, without asking a cluster; `None` for a kind that isn't built in."""
    group = api_version.rpartition("/")[0]
    if group in _GROUPS_WITHOUT_A_DOT or group.endswith(".k8s.io"):
        # Extensions live under k8s.io as well: gateway.networking.k8s.io, snapshot.storage.k8s.io.
        if group.count(".") > 2 and group != "rbac.authorization.k8s.io":
            return None
        return kind not in _CLUSTER_SCOPED
    return None


class Discovery:
    """The kinds that a cluster serves."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Kind]] = {}

    def kind(self, api_version: str, kind: str) -> Kind:
        """How objects of `kind` are addressed.

        A kind that isn't known is asked for again, so that a custom resource is found as soon as its definition is
        served.

        Raises:
            UnknownKind: when the cluster doesn't serve it.
        """
        with self._lock:
            found = self._known.get(api_version, {}).get(kind)
        if found:
            return found
        served = self._ask(api_version)
        with self._lock:
            self._known[api_version] = served
        if kind in served:
            return served[kind]
        others = ", ".join(sorted(served)) or "nothing"
        raise UnknownKind(
            f"The cluster at {self._client.server} doesn't serve {kind} in {api_version}, which has {others}. "
            "If a CustomResourceDefinition brings it, let the object depend on that definition."
        )

    def namespaced(self, api_version: str, kind: str) -> bool:
        """Whether objects of `kind` live in a namespace; asks the cluster only for what isn't built in."""
        known = built_in_scope(api_version, kind)
        return self.kind(api_version, kind).namespaced if known is None else known

    def _ask(self, api_version: str) -> dict[str, Kind]:
        path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            answer: dict[str, Any] = self._client.request("GET", path)
        except ApiError as error:
            if error.status == 404:
                return {}
            raise
        return {
            each["kind"]: Kind(api_version, each["kind"], each["name"], bool(each.get("namespaced")))
            for each in answer.get("resources") or []
            if "/" not in each["name"]
        }
