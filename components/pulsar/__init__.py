"""Apache Pulsar, natively: metadata store, bookies, brokers, proxy, WebSocket and tools as plain Kubernetes objects."""

from collections.abc import Mapping

import pulumi

from ..clusters.cluster import Cluster
from ..kubernetes_objects import register
from .lifecycle.guards import Guard, hooks
from .spec import PulsarSpec
from .workload import Workload, objects


class PodSet(pulumi.ComponentResource):
    """One role's pods and what stands around them. Nothing in it waits for another role."""

    def __init__(
        self, workload: Workload, *, keep_data: bool, guard: Guard | None, opts: pulumi.ResourceOptions
    ) -> None:
        role = workload.role.title()
        super().__init__(f"pulsar:pulsar:{role}", workload.name, {"replicas": workload.replicas}, opts)
        manifests = objects(workload)
        main = manifests.pop(workload.name)
        beside = {
            name: register(name, manifest, pulumi.ResourceOptions(parent=self)) for name, manifest in manifests.items()
        }
        # A pod that starts before its account or its configuration exists is retried late by Kubernetes.
        needed = [beside[name] for name in (f"{workload.name}-account", f"{workload.name}-config") if name in beside]
        protect = keep_data and bool(workload.volumes)
        register(
            workload.name,
            main,
            pulumi.ResourceOptions(
                parent=self,
                depends_on=needed,
                protect=protect,
                hooks=hooks(workload.role, guard) if guard else None,
            ),
        )
        self.register_outputs({})


class Pulsar(pulumi.ComponentResource):
    """A Pulsar cluster in its namespace."""

    service_url: str
    """Where clients inside Kubernetes connect: the proxy, by Pulsar's own protocol."""
    admin_url: str
    """The admin REST API, through the proxy."""

    def __init__(
        self,
        name: str,
        spec: PulsarSpec,
        *,
        cluster: Cluster,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pulsar:pulsar:Pulsar", name, {"version": spec.version}, opts)
        namespace = register(
            f"{spec.name}-namespace",
            namespace_manifest(spec),
            pulumi.ResourceOptions(parent=self, protect=spec.keep_data),
        )
        within = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        register(f"{spec.name}-initialise", spec.initialisation(), within)
        guards = spec.guards()
        self.pods: Mapping[str, PodSet] = {
            role: PodSet(workload, keep_data=spec.keep_data, guard=guards.get(role), opts=within)
            for role, workload in spec.workloads(cluster.storage_class).items()
        }
        self.service_url = f"pulsar://{spec.name}-proxy.{spec.namespace}.svc.cluster.local:6650"
        self.admin_url = f"http://{spec.name}-proxy.{spec.namespace}.svc.cluster.local:8080"
        self.register_outputs({"service_url": self.service_url, "admin_url": self.admin_url})


def namespace_manifest(spec: PulsarSpec) -> dict:
    """The namespace, which admits only pods at the `restricted` level of the Pod Security Standards."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": spec.namespace,
            "labels": {
                "app.kubernetes.io/part-of": "pulsar",
                "pod-security.kubernetes.io/enforce": "restricted",
            },
        },
    }
