"""What an operator makes from its resource, as the pod sets that rules know.

The pods themselves are never the stack's, so no rule sees them. What a resource says of numbers and settings is held to
the same rules as if the stack had made the pods.
"""

import dataclasses
from collections.abc import Iterable, Iterator

from .kubernetes import STATEFUL_SET
from .rule import Resource
from .values import UNKNOWN, at, mapping

KAAP = "kubernetes:kaap.oss.datastax.com/v1beta1:PulsarCluster"
_ROLES = {"zookeeper": "zookeeper", "bookkeeper": "bookie", "broker": "broker"}
"""The parts of a `PulsarCluster` that are stateful sets, and what their pods are."""
STREAMNATIVE = {
    "kubernetes:zookeeper.streamnative.io/v1alpha1:ZooKeeperCluster": "zookeeper",
    "kubernetes:bookkeeper.streamnative.io/v1alpha1:BookKeeperCluster": "bookie",
    "kubernetes:pulsar.streamnative.io/v1alpha1:PulsarBroker": "broker",
}
"""The resources of StreamNative's operator that are a stateful set each, and what their pods are."""


def pod_sets(resources: Iterable[Resource]) -> Iterator[Resource]:
    """The resources, and after each that is an operator's, the stateful sets that it stands for."""
    for each in resources:
        yield each
        if each.token == KAAP:
            yield from (_of_kaap(each, part, role) for part, role in _ROLES.items())
        elif role := STREAMNATIVE.get(each.token):
            spec = each.properties.get("spec")
            spread = at(spec, "pod.topologySpreadConstraints")
            yield _stateful_set(each, role, at(spec, "replicas"), at(spec, "config.custom"), "", spread)


def _of_kaap(cluster: Resource, part: str, role: str) -> Resource:
    told = at(cluster.properties, f"spec.{part}")
    zone = at(told, "antiAffinity.zone.enabled")
    if zone is None:
        zone = at(cluster.properties, "spec.global.antiAffinity.zone.enabled")
    spread = UNKNOWN if zone is UNKNOWN else [{"topologyKey": "topology.kubernetes.io/zone"}] if zone else []
    return _stateful_set(cluster, role, at(told, "replicas"), at(told, "config"), "PULSAR_PREFIX_", spread)


def _stateful_set(
    resource: Resource, role: str, replicas: object, config: object, prefix: str, spread: object
) -> Resource:
    """One of them. It keeps the resource's URN: that is where the engine shows what is wrong."""
    env = [{"name": f"{prefix}{key}", "value": value} for key, value in mapping(config).items()]
    container = {"name": role, "env": UNKNOWN if config is UNKNOWN else env}
    labels = {"app.kubernetes.io/name": role, "app.kubernetes.io/instance": resource.called}
    pod = {
        "metadata": {"labels": labels},
        "spec": {"containers": [container], "topologySpreadConstraints": spread},
    }
    about = {"name": f"{resource.called}-{role}", "namespace": resource.namespace, "labels": labels}
    properties = {"metadata": about, "spec": {"replicas": replicas, "template": pod}}
    return dataclasses.replace(resource, type=STATEFUL_SET, properties=properties)
