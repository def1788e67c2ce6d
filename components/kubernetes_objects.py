"""Kubernetes objects as Pulumi resources: one place that knows which class registers which kind."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .pulsar.lifecycle.guards import refusing, volume_only_grows
from .pulsar.workload import Manifest

_CLASSES: Mapping[tuple[str, str], Callable[[], type]] = {
    # Each is looked up when it is used: the SDK loads an API group only then.
    ("v1", "Namespace"): lambda: k8s.core.v1.Namespace,
    ("v1", "Secret"): lambda: k8s.core.v1.Secret,
    ("v1", "PersistentVolumeClaim"): lambda: k8s.core.v1.PersistentVolumeClaim,
    ("storage.k8s.io/v1", "StorageClass"): lambda: k8s.storage.v1.StorageClass,
    ("batch/v1", "CronJob"): lambda: k8s.batch.v1.CronJob,
    ("v1", "ConfigMap"): lambda: k8s.core.v1.ConfigMap,
    ("v1", "Service"): lambda: k8s.core.v1.Service,
    ("v1", "ServiceAccount"): lambda: k8s.core.v1.ServiceAccount,
    ("apps/v1", "StatefulSet"): lambda: k8s.apps.v1.StatefulSet,
    ("apps/v1", "Deployment"): lambda: k8s.apps.v1.Deployment,
    ("batch/v1", "Job"): lambda: k8s.batch.v1.Job,
    ("networking.k8s.io/v1", "NetworkPolicy"): lambda: k8s.networking.v1.NetworkPolicy,
    ("policy/v1", "PodDisruptionBudget"): lambda: k8s.policy.v1.PodDisruptionBudget,
    ("rbac.authorization.k8s.io/v1", "Role"): lambda: k8s.rbac.v1.Role,
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): lambda: k8s.rbac.v1.RoleBinding,
}
_CUSTOM = frozenset(
    {
        "bookkeeper.streamnative.io",
        "cert-manager.io",
        "compute.functionmesh.io",
        "k8s.streamnative.io",
        "kaap.oss.datastax.com",
        "monitoring.coreos.com",
        "pulsar.streamnative.io",
        "resource.streamnative.io",
        "zookeeper.streamnative.io",
    }
)
"""API groups that a cluster has only where someone has brought them."""
_ARGUMENTS = {
    "roleRef": "role_ref",
    "automountServiceAccountToken": "automount_service_account_token",
    "stringData": "string_data",
    "reclaimPolicy": "reclaim_policy",
    "volumeBindingMode": "volume_binding_mode",
    "allowVolumeExpansion": "allow_volume_expansion",
}


def register(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Register one object under its logical name."""
    fields: dict[str, Any] = {
        _ARGUMENTS.get(key, key): value for key, value in manifest.items() if key not in ("apiVersion", "kind")
    }
    kind = (manifest["apiVersion"], manifest["kind"])
    if kind == ("v1", "PersistentVolumeClaim"):
        larger = functools.partial(volume_only_grows, manifest["metadata"]["name"])
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(hooks=refusing(f"{name}-size", larger)))
    if kind[0].partition("/")[0] in _CUSTOM:
        return k8s.apiextensions.CustomResource(name, api_version=kind[0], kind=kind[1], opts=opts, **fields)
    return _CLASSES[kind]()(name, opts=opts, **fields)
