"""Pulsar's resources: the namespace, a component for each role or what an operator is told, and what they need."""

from collections.abc import Mapping

import pulumi

from ..buckets.bucket import Access
from ..clusters.cluster import Offer
from ..kubernetes_objects import register
from ..operators.handing_over import HandedOver
from .lifecycle import upgrades
from .lifecycle.guards import Guard, hooks
from .objects import namespace, objects
from .spec import PulsarSpec
from .workload import Manifest, Workload


class PodSet(pulumi.ComponentResource):
    """One role's pods and what stands around them. Nothing in it waits for another role."""

    def __init__(
        self,
        workload: Workload,
        *,
        keep_data: bool,
        guard: Guard | None,
        account_annotations: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
    ) -> None:
        role = workload.role.title()
        super().__init__(f"pulsar:pulsar:{role}", workload.name, {"replicas": workload.replicas}, opts)
        manifests = objects(workload)
        main = manifests.pop(workload.name)
        if account_annotations:
            manifests[f"{workload.name}-account"]["metadata"]["annotations"] = dict(account_annotations)
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
    around: pulumi.Resource
    """Its namespace."""
    namespaces: list[pulumi.Resource]
    """Its namespace, and those that others' pods have, such as functions'."""

    def __init__(
        self,
        name: str,
        spec: PulsarSpec,
        *,
        offer: Offer,
        access: Access | None = None,
        secrets: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # All of it before anything is made: what fails here must not leave half a cluster that waits for the rest.
        parts = spec.operator.parts(spec, offer)
        manifests = dict(parts.manifests)
        running = upgrades.Running(spec.version, spec.way_back, spec.operator.kind)
        guarded = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(hooks=upgrades.hooks()))
        super().__init__("pulsar:pulsar:Pulsar", name, upgrades.inputs(running), guarded)
        self.around = around = register(
            f"{spec.name}-namespace",
            namespace_manifest(spec),
            pulumi.ResourceOptions(parent=self, protect=spec.keep_data),
        )
        access = access or Access()
        within = pulumi.ResourceOptions(parent=self, depends_on=[around])
        keys = [
            register(name, secret_manifest(spec, name, content), within) for name, content in access.secrets.items()
        ]
        needed = pulumi.ResourceOptions(parent=self, depends_on=[around, *keys, *access.needed])
        if parts.initialisation:
            register(f"{spec.name}-initialise", parts.initialisation, within)
        # What is in a namespace of its own comes after that.
        spaces = {logical for logical, manifest in manifests.items() if manifest["kind"] == "Namespace"}
        made = [register(logical, manifests.pop(logical), within) for logical in sorted(spaces)]
        self.namespaces = [around, *made]
        needed = pulumi.ResourceOptions.merge(needed, pulumi.ResourceOptions(depends_on=made)) if made else needed
        for logical, manifest in manifests.items():
            holds_data = spec.keep_data and manifest["kind"] == "PersistentVolumeClaim"
            register(
                logical, manifest, pulumi.ResourceOptions.merge(needed, pulumi.ResourceOptions(protect=holds_data))
            )
        guards = spec.guards()
        self.pods: Mapping[str, PodSet] = {
            role: PodSet(
                workload,
                keep_data=spec.keep_data,
                guard=guards.get(role),
                account_annotations=access.account_annotations.get(role, {}),  # pyright: ignore[reportArgumentType, reportCallIssue]
                opts=needed if role in spec.offloading else within,
            )
            for role, workload in parts.workloads.items()
        }
        if parts.handed:
            HandedOver(
                spec.name,
                parts.handed,
                keep_data=spec.keep_data,
                account_annotations=access.account_annotations.get("broker", {}),
                secrets=secrets or {},
                needed=needed,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.service_url = f"pulsar://{spec.name}-proxy.{spec.namespace}.svc.cluster.local:6650"
        self.admin_url = f"http://{spec.name}-proxy.{spec.namespace}.svc.cluster.local:8080"
        self.register_outputs({"service_url": self.service_url, "admin_url": self.admin_url})


def secret_manifest(spec: PulsarSpec, name: str, content: Mapping[str, pulumi.Input[str]]) -> Manifest:
    """A Secret in Pulsar's namespace."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": spec.namespace,
            "labels": {"app.kubernetes.io/part-of": "pulsar", "app.kubernetes.io/managed-by": "pulumi"},
        },
        "stringData": {key: pulumi.Output.secret(value) for key, value in content.items()},
    }


def namespace_manifest(spec: PulsarSpec) -> Manifest:
    """Pulsar's namespace, which admits only pods that are as safe as whoever runs Pulsar can make them."""
    return namespace(spec.namespace, spec.operator.pods_level)
