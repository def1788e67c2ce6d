"""What is paid for, in units: prices are each cloud's and each contract's own."""

import collections
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.model import Bytes

from .rolls import POD_SETS
from .sides import Resource

_NODE_COUNTS: Mapping[str, tuple[str, ...]] = {
    "NodeGroup": ("scalingConfig", "desiredSize"),
    "NodePool": ("nodeCount",),
    "AgentPool": ("count",),
}
"""Where the clouds' pools say how many nodes they have."""
_PER_ZONE = "NodePool"
"""Google Cloud's pools have as many in each zone."""
_PRICED: Mapping[str, str] = {
    "NatGateway": "NAT gateways",
    "RouterNat": "NAT gateways",
    "Eip": "public addresses",
    "PublicIPAddress": "public addresses",
    "Bucket": "buckets",
    "StorageAccount": "buckets",
    "Key": "encryption keys",
}
"""What the clouds ask a price for by the piece, beside nodes, volumes and load balancers."""
_PODS, _PROCESSORS, _MEMORY = "pods", "processors", "memory"
_OF_PODS: Mapping[str, str] = {_PODS: "", _PROCESSORS: " processors asked for", _MEMORY: " of memory asked for"}
"""What pods ask their nodes for, and how it is called after the numbers."""
_VOLUMES = "volumes"
_STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
_WHEN_SCALED = ("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
_CLOUDS = ("aws:", "gcp:container", "gcp:storage", "gcp:compute", "azure-native:")


def differences(before: Sequence[Resource], after: Sequence[Resource]) -> list[str]:
    """A sentence for each thing of which more or less is paid for than before."""
    stay = _left_behind(before, after)
    was, now = amounts(before), collections.Counter(amounts(after)) + stay
    shown = {name: [_shown(name, side.get(name, 0)) for side in (was, now)] for name in {**was, **now}}
    differ = [name for name, (old, new) in shown.items() if old != new]

    def told(name: str) -> str:
        return " → ".join(shown[name])

    things = sorted((name for name in differ if name not in _OF_PODS), key=lambda name: (_rank(name), name))
    sentences = [f"{name[:1].upper()}{name[1:]}: {told(name)}." for name in things]
    pods = [f"{told(name)}{_OF_PODS[name]}" for name in _OF_PODS if name in differ]
    return [*sentences, *([f"Pods: {', '.join(pods)}."] if pods else []), *_told_of(stay)]


def _left_behind(before: Sequence[Resource], after: Sequence[Resource]) -> collections.Counter[str]:
    """The volumes of pods that go: their claims stay, and somebody deletes them once nothing is lost with them."""
    now = {each.name: each for each in after if each.type == _STATEFUL_SET}
    found: collections.Counter[str] = collections.Counter()
    for each in before:
        if each.type == _STATEFUL_SET and (same := now.get(each.name)):
            going = _replicas(each.inputs["spec"]) - _replicas(same.inputs["spec"])
            if going > 0 and _at(same.inputs, _WHEN_SCALED) != "Delete":
                for claim in same.inputs["spec"].get("volumeClaimTemplates") or []:
                    found.update(dict(_of_claim(claim.get("spec") or {}, going)))
    return found


def _told_of(stay: Mapping[str, float]) -> list[str]:
    if not stay:
        return []
    size = sum(amount for name, amount in stay.items() if name != _VOLUMES) / (1 << 30)
    return [
        f"Volumes of pods that go stay ({_short(stay[_VOLUMES])}, {_short(size)} GiB), and are paid for until their "
        "claims are deleted."
    ]


def amounts(resources: Sequence[Resource]) -> Mapping[str, float]:
    """How much there is of each thing that is paid for, by its name."""
    found: collections.defaultdict[str, float] = collections.defaultdict(float)
    templates = {each.name: each.inputs for each in resources if each.type.endswith(":LaunchTemplate")}
    for each in resources:
        for name, amount in _of(each, templates):
            found[name] += amount
    return found


def _of(resource: Resource, templates: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    kind, spec = resource.type.rpartition(":")[2], resource.inputs.get("spec") or {}
    if kind in POD_SETS and resource.type.startswith("kubernetes:"):
        yield from _of_pods(spec)
    elif kind == "PersistentVolumeClaim":
        yield from _of_claim(spec, 1)
    elif kind == "Service" and spec.get("type") == "LoadBalancer":
        yield "load balancers", 1
    elif kind in _NODE_COUNTS:
        each = "nodes in each zone" if kind == _PER_ZONE else "nodes"
        yield f"{each}{_machine(resource.inputs, templates)}", float(_at(resource.inputs, _NODE_COUNTS[kind]) or 0)
    elif kind in _PRICED and resource.type.startswith(_CLOUDS):
        yield _PRICED[kind], 1


def _of_pods(spec: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    count = _replicas(spec)
    yield _PODS, count
    for container in spec.get("template", {}).get("spec", {}).get("containers") or []:
        asked = container.get("resources", {}).get("requests", {})
        yield _PROCESSORS, count * _processors(asked.get("cpu"))
        yield _MEMORY, count * _bytes(asked.get("memory"))
    for claim in spec.get("volumeClaimTemplates") or []:
        yield from _of_claim(claim.get("spec") or {}, count)


def _replicas(spec: Mapping[str, Any]) -> int:
    return int(spec.get("replicas", 1))


def _of_claim(spec: Mapping[str, Any], count: int) -> Iterator[tuple[str, float]]:
    named = f" ({storage})" if (storage := spec.get("storageClassName")) else ""
    yield _VOLUMES, count
    yield f"size of volumes{named}", count * _bytes(_at(spec, ("resources", "requests", "storage")))


def _machine(inputs: Mapping[str, Any], templates: Mapping[str, Mapping[str, Any]]) -> str:
    template = templates.get(str(_at(inputs, ("launchTemplate", "id")) or "").removesuffix("-id"), {})
    machine = inputs.get("vmSize") or _at(inputs, ("nodeConfig", "machineType")) or template.get("instanceType")
    return f" ({machine})" if machine else ""


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _processors(text: Any) -> float:
    written = str(text or 0)
    return float(written[:-1]) / 1000 if written.endswith("m") else float(written)


def _bytes(text: Any) -> float:
    try:
        return float(Bytes.parse(str(text)))
    except ValueError:
        return 0


def _rank(name: str) -> int:
    kinds = ("volumes", "size of volumes", "nodes", "load balancers")
    return next((rank for rank, kind in enumerate(kinds) if name.startswith(kind)), len(kinds))


def _shown(name: str, amount: float) -> str:
    if name == _MEMORY or name.startswith("size of volumes"):
        return f"{_short(amount / (1 << 30))} GiB"
    return _short(amount)


def _short(number: float) -> str:
    """Without the powers of ten that nobody reads."""
    return f"{number:.3g}" if number < 100 else f"{number:.0f}"
