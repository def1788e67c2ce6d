"""What every Kubernetes cluster offers, whoever runs it."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s


class Cluster(pulumi.ComponentResource):
    """A Kubernetes cluster to run Pulsar on."""

    provider: k8s.Provider
    """What the objects inside the cluster are registered with."""
    storage_class: str | None
    """Block storage in the pod's own zone, or `None` for the cluster's default class."""
    load_balancer_annotations: Mapping[str, str]
    """What a Service of type LoadBalancer needs to be told on this cluster."""
