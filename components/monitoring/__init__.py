"""How a stack is watched. One file and one name in the union add a way."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import pulumi
import pydantic

from ..kubernetes_objects import register
from .prometheus import OwnSpec
from .prometheus_operator import PrometheusOperatorSpec
from .targets import by_function_mesh

if TYPE_CHECKING:
    from ..stack import StackSpec

__all__ = ["Monitoring", "MonitoringSpec", "deploy"]

MonitoringSpec = Annotated[OwnSpec | PrometheusOperatorSpec, pydantic.Field(discriminator="kind")]


class Monitoring(pulumi.ComponentResource):
    """What reads a stack's metrics and holds its alerts."""

    def __init__(
        self,
        name: str,
        monitoring: MonitoringSpec,
        stack: "StackSpec",
        *,
        needed: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        manifests = monitoring.manifests(stack.pulsar, stack.cluster.offer, by_function_mesh(stack))
        super().__init__("pulsar:monitoring:Monitoring", name, {"kind": monitoring.kind}, opts)
        needed = [*needed, *monitoring.first(stack.cluster.offer, pulumi.ResourceOptions(parent=self))]
        pods = {each: manifest for each, manifest in manifests.items() if "template" in manifest.get("spec", {})}
        within = pulumi.ResourceOptions(parent=self, depends_on=needed)
        beside = [register(each, manifest, within) for each, manifest in manifests.items() if each not in pods]
        # A pod that starts before what it mounts exists is retried late by Kubernetes.
        after = pulumi.ResourceOptions(parent=self, depends_on=[*needed, *beside])
        for each, manifest in pods.items():
            register(each, manifest, after)
        self.register_outputs({})


def deploy(stack: "StackSpec", *, needed: Sequence[pulumi.Resource], opts: pulumi.ResourceOptions) -> None:
    """Watch a stack whose file says so, once what it needs is there: the namespaces of the pods that it reads."""
    if stack.monitoring:
        Monitoring("monitoring", stack.monitoring, stack, needed=needed, opts=opts)
