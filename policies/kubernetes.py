"""Where pods, their containers and their settings stand in Kubernetes' objects."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .rule import Resource
from .values import UNKNOWN, at, mapping, mappings, unclear

_POD_AT = {
    "kubernetes:core/v1:Pod": "spec",
    "kubernetes:apps/v1:Deployment": "spec.template.spec",
    "kubernetes:apps/v1:StatefulSet": "spec.template.spec",
    "kubernetes:apps/v1:DaemonSet": "spec.template.spec",
    "kubernetes:apps/v1:ReplicaSet": "spec.template.spec",
    "kubernetes:batch/v1:Job": "spec.template.spec",
    "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec",
}
PODS = frozenset(_POD_AT)
"""The types that pods are made by."""
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SERVICE = "kubernetes:core/v1:Service"

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}


def pod_path(token: str) -> tuple[str, ...]:
    """Where the pod stands in an object of a type."""
    return tuple(_POD_AT[token].split("."))


def pod(resource: Resource) -> Mapping[str, Any]:
    """The spec of its pods."""
    return mapping(at(resource.properties, _POD_AT[resource.token]))


def pod_labels(resource: Resource) -> Mapping[str, Any]:
    """The labels that its pods carry."""
    path = _POD_AT[resource.token]
    above = path.rpartition(".")[0]
    return mapping(at(resource.properties, f"{above}.metadata.labels" if above else "metadata.labels"))


def role(resource: Resource) -> str | None:
    """What its pods are: `bookie`."""
    own = pod_labels(resource).get("app.kubernetes.io/name")
    return own if isinstance(own, str) else None


def containers(resource: Resource) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Every container of its pods, with where it stands in the pod."""
    spec = pod(resource)
    for group in ("initContainers", "containers", "ephemeralContainers"):
        known = spec.get(group)
        for index, container in enumerate(known if isinstance(known, list | tuple) else ()):
            if isinstance(container, Mapping):
                yield (group, index), container


def named(resource: Resource, container: Mapping[str, Any]) -> str:
    """How a sentence names a container."""
    name = container.get("name")
    return f"{resource.told}, container {name}" if isinstance(name, str) else f"{resource.told}, a container"


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a selector of equal labels is known to find pods with these."""
    wanted = mapping(selector)
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


def may_select(selector: Any, labels: Mapping[str, Any]) -> bool:
    """The same, as far as it is known."""
    if selector is UNKNOWN:
        return True
    wanted = mapping(selector)
    return bool(wanted) and all(
        UNKNOWN in (labels.get(key), value) or labels.get(key) == value for key, value in wanted.items()
    )


@dataclasses.dataclass(frozen=True)
class Variables:
    """What the process in a container is told. What stands in a Secret is not among it."""

    known: Mapping[str, Any]
    complete: bool
    """Whether there can be no other variable."""

    def get(self, name: str) -> Any:
        """A variable, by its name."""
        return self.known.get(name, None if self.complete else UNKNOWN)

    def conf(self, key: str) -> Any:
        """A key of Pulsar's conf file, as the image takes it from its variables."""
        prefixed = f"PULSAR_PREFIX_{key}"
        return self.known[prefixed] if prefixed in self.known else self.get(key)


def settings(resource: Resource, resources: Sequence[Resource]) -> Variables:
    """The variables of all its pods' containers."""
    found = [variables(resource, container, resources) for _, container in containers(resource)]
    known = {name: value for each in found for name, value in each.known.items()}
    return Variables(known, bool(found) and all(each.complete for each in found))


def variables(resource: Resource, container: Mapping[str, Any], resources: Sequence[Resource]) -> Variables:
    """The variables of one container: from ConfigMaps, and its own."""
    found: dict[str, Any] = {}
    sources, own = container.get("envFrom"), container.get("env")
    complete = not (unclear(sources) or unclear(own))
    for source in mappings(sources):
        name, before = at(source, "configMapRef.name"), source.get("prefix")
        data = [
            each.properties.get("data")
            for each in resources
            if each.token == CONFIG_MAP and each.may_be_beside(resource) and each.called == name
        ]
        # A ConfigMap that isn't the stack's own may say anything.
        complete = complete and bool(data or at(source, "secretRef.name")) and UNKNOWN not in data
        prefix = before if isinstance(before, str) else ""
        found |= {prefix + key: value for each in data for key, value in mapping(each).items()}
    for each in mappings(own):
        if not isinstance(each.get("name"), str):
            complete = False
        elif "value" in each:
            found[each["name"]] = each["value"]
    return Variables(found, complete)


def size(quantity: Any) -> int | None:
    """The bytes of `4Gi`; `None` where it is no size, or isn't known."""
    if isinstance(quantity, bool) or quantity is UNKNOWN:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kMG]|[KMGT]i)?", str(quantity))
    return int(float(match[1]) * _UNITS[match[2] or ""]) if match else None


def binary(number: int) -> str:
    """Bytes as a reader counts them."""
    return f"{number // (1 << 20)}Mi"
