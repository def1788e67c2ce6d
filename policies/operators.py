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


def pod_sets(resources: Iterable[Resource]) -> Iterator[Resource]:
    """The resources, and after each that is an operator's, the stateful sets that it stands for."""
    for each in resources:
        yield each
        if each.token == KAAP:
            yield from (_stateful_set(each, part, role) for part, role in _ROLES.items())


def _stateful_set(cluster: Resource, part: str, role: str) -> Resource:
    """One of them. It keeps the resource's URN: that is where the engine shows what is wrong."""
    told = at(cluster.properties, f"spec.{part}")
    config, zone = at(told, "config"), at(told, "antiAffinity.zone.enabled")
    if zone is None:
        zone = at(cluster.properties, "spec.global.antiAffinity.zone.enabled")
    spread = UNKNOWN if zone is UNKNOWN else [{"topologyKey": "topology.kubernetes.io/zone"}] if zone else []
    env = [{"name": f"PULSAR_PREFIX_{key}", "value": value} for key, value in mapping(config).items()]
    container = {"name": role, "env": UNKNOWN if config is UNKNOWN else env}
    labels = {"app.kubernetes.io/name": role, "app.kubernetes.io/instance": cluster.called}
    pod = {
        "metadata": {"labels": labels},
        "spec": {"containers": [container], "topologySpreadConstraints": spread},
    }
    about = {"name": f"{cluster.called}-{role}", "namespace": cluster.namespace, "labels": labels}
    properties = {"metadata": about, "spec": {"replicas": at(told, "replicas"), "template": pod}}
    return dataclasses.replace(cluster, type=STATEFUL_SET, properties=properties)
