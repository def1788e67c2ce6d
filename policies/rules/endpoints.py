"""What is reached from outside the cluster, and who gets in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..kubernetes import PODS, SERVICE, pod_labels, role, selects, settings
from ..networks import all_private, world
from ..rule import Resource, ResourceRule, Setting, Settings, StackRule
from ..values import UNKNOWN, at, differs, items, mapping, mappings, unclear

INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"

INTERNAL: Mapping[str, str] = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "networking.gke.io/load-balancer-type": "Internal",
    "cloud.google.com/load-balancer-type": "Internal",
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "alb.ingress.kubernetes.io/scheme": "internal",
}
"""Annotations by which a cloud gives a load balancer a private address."""

_PULSAR = ("proxy", "broker", "websocket")
_SETTINGS = {
    "internal_annotations": Setting(
        schema={"type": "object", "additionalProperties": {"type": "string"}},
        default={},
        meaning="More annotations that keep a load balancer private, besides those of the three clouds.",
    ),
    "encrypted_ports": Setting(
        schema={"type": "array", "items": {"type": "integer"}},
        default=[443, 5671, 6651, 8443, 8883, 9093],
        meaning="Ports that are served by TLS, besides those with tls, ssl or https in their name.",
    ),
}


def _way_in(resource: Resource, told: Settings) -> str | None:
    """How a Service is reached by strangers; `None` where it isn't, or where that isn't known yet."""
    spec, annotations = mapping(resource.properties.get("spec")), at(resource.properties, "metadata.annotations")
    if list(items(spec.get("externalIPs"))):
        return "an external address"
    if spec.get("type") == "NodePort":
        return "a port of every node"
    if spec.get("type") != "LoadBalancer" or _is_internal(annotations, told):
        return None
    ranges = spec.get("loadBalancerSourceRanges")
    if unclear(ranges):
        return None
    if all_private(items(ranges)):
        return None
    return "a load balancer"


def _is_internal(annotations: Any, told: Settings) -> bool:
    if annotations is UNKNOWN:
        return True
    known = mapping(annotations)
    wanted = {**INTERNAL, **told["internal_annotations"]}
    return any(known.get(key) is UNKNOWN or str(known.get(key)) == value for key, value in wanted.items())


def _guarded(resources: Sequence[Resource], told: Settings) -> Iterator[tuple[Resource, str]]:
    for resource in resources:
        if resource.token == INGRESS:
            yield from _ingress(resource, resources, told)
        elif resource.token == SERVICE and (way := _way_in(resource, told)):
            plain = [_port(each) for each in mappings(at(resource.properties, "spec.ports")) if _is_plain(each, told)]
            if plain:
                yield (
                    resource,
                    f"{resource.told} is reached through {way}, and {', '.join(plain)} is not encrypted. "
                    "Serve TLS alone, keep the load balancer internal, or name private source ranges.",
                )
            for pods in _behind(resource, resources):
                yield from _open(resource, way, pods, resources)


def _ingress(resource: Resource, resources: Sequence[Resource], told: Settings) -> Iterator[tuple[Resource, str]]:
    if _is_internal(at(resource.properties, "metadata.annotations"), told):
        return
    tls = at(resource.properties, "spec.tls")
    if tls is not UNKNOWN and not tls:
        yield resource, f"{resource.told} is served without TLS. Give it spec.tls with a certificate's Secret."
    backends = [at(each, "backend.service.name") for each in _paths(resource)]
    backends.append(at(resource.properties, "spec.defaultBackend.service.name"))
    for service in resources:
        if service.token == SERVICE and service.may_be_beside(resource) and service.called in backends:
            for pods in _behind(service, resources):
                yield from _open(resource, "an Ingress", pods, resources)


def _paths(resource: Resource) -> Iterator[Mapping[str, Any]]:
    for rule in mappings(at(resource.properties, "spec.rules")):
        yield from mappings(at(rule, "http.paths"))


def _behind(service: Resource, resources: Sequence[Resource]) -> list[Resource]:
    selector = at(service.properties, "spec.selector")
    return [
        each
        for each in resources
        if each.token in PODS and each.may_be_beside(service) and selects(selector, pod_labels(each))
    ]


def _open(
    resource: Resource, way: str, pods: Resource, resources: Sequence[Resource]
) -> Iterator[tuple[Resource, str]]:
    if role(pods) in _PULSAR and differs(settings(pods, resources).conf("authenticationEnabled"), "true"):
        yield (
            resource,
            f"{resource.told} is reached through {way}, and {pods.told} lets everybody in (authenticationEnabled is "
            "not true). Turn authentication on, keep the load balancer internal, or name private source ranges.",
        )


def _is_plain(port: Mapping[str, Any], told: Settings) -> bool:
    names = [str(port.get(each, "")).lower() for each in ("name", "appProtocol", "targetPort")]
    unknown = any(port.get(each) is UNKNOWN for each in ("name", "port"))
    by_name = any(word in name for name in names for word in ("tls", "ssl", "https"))
    return not (unknown or by_name or port.get("port") in told["encrypted_ports"])


def _port(port: Mapping[str, Any]) -> str:
    return f"{port.get('name', 'port')} ({port.get('port')})"


GUARDED = StackRule(
    id="public-endpoints-need-tls-and-authentication",
    says="Whatever is reached from outside is encrypted and asks who is there.",
    source="Pulsar, security overview: a new cluster has neither encryption nor authentication",
    settings=_SETTINGS,
    check=_guarded,
)


def _named(resource: Resource, told: Settings) -> Iterator[str]:
    spec = mapping(resource.properties.get("spec"))
    if spec.get("type") != "LoadBalancer":
        return
    ranges = spec.get("loadBalancerSourceRanges")
    if open_to := world(items(ranges)):
        yield f"{resource.told} lets {', '.join(open_to)} in, which is the whole internet. Name the clients' networks."
    elif not unclear(ranges) and not ranges and not _is_internal(at(resource.properties, "metadata.annotations"), told):
        yield (
            f"{resource.told} lets every address in. Name the clients' networks "
            "(proxy.service.source_ranges, loadBalancerSourceRanges)."
        )


NAMED = ResourceRule(
    id="load-balancers-name-their-clients",
    says="A load balancer with a public address says which networks may connect.",
    source="Kubernetes, loadBalancerSourceRanges",
    level="advisory",
    types=frozenset({SERVICE}),
    settings={"internal_annotations": _SETTINGS["internal_annotations"]},
    check=_named,
)
