"""Which differences between two sets of inputs can't be applied to the object that exists."""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

from plugin.differences import Difference
from plugin.values import Path, Unknown

from .rest import ApiError


@dataclasses.dataclass(frozen=True)
class _Frozen:
    """A part of an object that can't change, but for what is named."""

    prefix: str
    but: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        return _within(path, self.prefix) and not any(_within(path, f"{self.prefix}.{name}") for name in self.but)


def _within(path: str, prefix: str) -> bool:
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
        dataclasses.replace(each, replaces=any(part.covers(_dotted(each.path)) for part in frozen))
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


def mark_refused(found: Iterable[Difference], refusal: ApiError) -> list[Difference]:
    """Mark the differences that the API server refuses to apply to the object that exists.

    Raises:
        ApiError: `refusal` itself, when it is about something other than immutability.
    """
    prefixes = [cause.get("field", "") for cause in refusal.causes if _says_immutable(cause.get("message", ""))]
    if not prefixes and _says_immutable(str(refusal)):
        prefixes = [""]
    if not prefixes:
        raise refusal
    marked = [
        dataclasses.replace(each, replaces=each.replaces or any(_touches(each.path, prefix) for prefix in prefixes))
        for each in found
    ]
    if any(each.replaces for each in marked):
        return marked
    return [dataclasses.replace(each, replaces=each.path[:1] != ("metadata",)) for each in marked]


def _says_immutable(message: str) -> bool:
    return bool(re.search(r"immutable|may not (be )?change|cannot be changed|(pod )?updates (to|may not)", message))


def _touches(path: Path, field: str) -> bool:
    """Whether a difference is inside the field that was refused, or around it."""
    ours, theirs = _dotted(path), re.sub(r"\[(\w[^\]]*)\]", r".\1", field)
    return not theirs or _within(_plain(ours), theirs) or _within(theirs, _plain(ours))


def _plain(path: str) -> str:
    return re.sub(r"\[(\w[^\]]*)\]", r".\1", path)


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
