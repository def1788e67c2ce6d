"""Which fields of Kubernetes' objects can't change: what is known without asking a cluster.

Source: the validation of updates in Kubernetes' own API (`pkg/apis/*/validation`).
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from plugin.differences import Difference
from plugin.values import Path, Unknown


@dataclasses.dataclass(frozen=True)
class _Frozen:
    """A part of an object that can't change, but for what is named."""

    prefix: str
    but: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        return within(path, self.prefix) and not any(within(path, f"{self.prefix}.{name}") for name in self.but)


def within(path: str, prefix: str) -> bool:
    """Whether a field is another, or a part of it."""
    return path == prefix or path.startswith((prefix + ".", prefix + "["))


_IDENTITY = (_Frozen("kind"), _Frozen("metadata.name"), _Frozen("metadata.namespace"), _Frozen("metadata.generateName"))
_FROZEN: dict[str, tuple[_Frozen, ...]] = {
    "apps/Deployment": (_Frozen("spec.selector"),),
    "apps/ReplicaSet": (_Frozen("spec.selector"),),
    "apps/DaemonSet": (_Frozen("spec.selector"),),
    "apps/StatefulSet": (
        _Frozen(
            "spec",
            (
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ),
        ),
    ),
    "batch/Job": (
        _Frozen("spec.template"),
        _Frozen("spec.selector"),
        _Frozen("spec.completionMode"),
        _Frozen("spec.podFailurePolicy"),
        _Frozen("spec.successPolicy"),
        _Frozen("spec.backoffLimitPerIndex"),
        _Frozen("spec.managedBy"),
        _Frozen("spec.podReplacementPolicy"),
    ),
    "/PersistentVolumeClaim": (_Frozen("spec", ("resources", "volumeAttributesClassName")),),
    "/Secret": (_Frozen("type"),),
    # An address that is taken out is silently kept, and so is the lack of one.
    "/Service": (_Frozen("spec.clusterIP"), _Frozen("spec.clusterIPs")),
    "storage.k8s.io/StorageClass": (
        _Frozen("provisioner"),
        _Frozen("parameters"),
        _Frozen("reclaimPolicy"),
        _Frozen("volumeBindingMode"),
    ),
    "rbac.authorization.k8s.io/RoleBinding": (_Frozen("roleRef"),),
    "rbac.authorization.k8s.io/ClusterRoleBinding": (_Frozen("roleRef"),),
    "scheduling.k8s.io/PriorityClass": (_Frozen("value"), _Frozen("preemptionPolicy")),
    "networking.k8s.io/IngressClass": (_Frozen("spec.controller"),),
    "apiextensions.k8s.io/CustomResourceDefinition": (
        _Frozen("spec.group"),
        _Frozen("spec.scope"),
        _Frozen("spec.names.kind"),
        _Frozen("spec.names.plural"),
    ),
}
_CONTENT = ("ConfigMap", "Secret")


def group(api_version: Any) -> str:
    """The API group of an API version; empty for the core group."""
    return api_version.rpartition("/")[0] if isinstance(api_version, str) else ""


def mark_immutable(
    found: Iterable[Difference], old: dict[str, Any], new: dict[str, Any], mutable_content: tuple[str, ...] = ()
) -> list[Difference]:
    """Mark the differences of which it is known, without asking a cluster, that they need a new object.

    Args:
        found: the differences.
        old: the inputs that the object was made with.
        new: the inputs that it shall have.
        mutable_content: which of `ConfigMap` and `Secret` change in place. By default a new one is made, so that pods
            which read it only when they start are started again.
    """
    frozen = [*_IDENTITY, *_FROZEN.get(f"{group(new.get('apiVersion'))}/{new.get('kind')}", ())]
    if group(old.get("apiVersion")) != group(new.get("apiVersion")):
        frozen.append(_Frozen("apiVersion"))
    kind = new.get("kind")
    if kind in _CONTENT and new.get("apiVersion") == "v1" and (kind not in mutable_content or old.get("immutable")):
        frozen += [_Frozen("data"), _Frozen("stringData"), _Frozen("binaryData")]
        if old.get("immutable"):
            frozen.append(_Frozen("immutable"))
    return [
        dataclasses.replace(each, replaces=any(part.covers(dotted(each.path)) for part in frozen))
        if not _is_wholly_unknown(each, new)
        else each
        for each in found
    ]


def _is_wholly_unknown(difference: Difference, new: dict[str, Any]) -> bool:
    """Whether a whole top-level property isn't known yet.

    That is how the engine asks whether what it deletes first takes its dependents with it: they don't have to go as
    long as nobody knows that a field which can't change will.
    """
    return len(difference.path) == 1 and isinstance(new.get(str(difference.path[0])), Unknown)


def dotted(path: Path) -> str:
    """A field as Kubernetes' messages write it: `spec.ports[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
