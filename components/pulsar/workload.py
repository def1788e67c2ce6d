"""The one place where a set of pods is shaped: security, probes, spread, services, disruption budget."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from .. import names

Manifest = dict[str, Any]
Spread = Literal["required", "preferred"]

USER = 10000
"""The user that Pulsar's images run as; their files belong to group 0."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume of each pod, claimed from the cluster's storage."""

    name: str
    path: str
    size: str
    storage_class: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workload:
    """A set of equal pods and what stands around them, as plain values."""

    cluster: str
    """Pulsar's cluster name, which starts every object's name."""
    namespace: str
    role: str
    """What the pods are: `broker`."""
    image: str
    replicas: int
    command: tuple[str, ...]
    ports: Mapping[str, int]
    cpu: str
    memory: str
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Goes into a ConfigMap; a change rolls the pods."""
    field_environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Variables that take a field of the pod: `POD_NAME: metadata.name`."""
    startup: Manifest | None = None
    readiness: Manifest | None = None
    liveness: Manifest | None = None
    volumes: tuple[Volume, ...] = ()
    spread: Spread = "required"
    grace_seconds: int = 30
    settle_seconds: int = 0
    """How long a new pod must have been ready before a roll goes on to the next."""
    stateful: bool = True
    headless: bool = True
    client_service: Manifest | None = None
    """The Service's `spec` beside selector and ports, or no Service that clients use."""
    linger_seconds: int = 0
    """How long a pod that is told to stop goes on serving. Where everything is told at once, those who need others must
    be gone before the others are: a bookie without its metadata store doesn't end by itself."""

    @property
    def name(self) -> str:
        """The name of its main object, and of its client Service."""
        return f"{self.cluster}-{self.role}"

    @property
    def headless_name(self) -> str:
        """The name of the Service that gives each pod its own host name."""
        return f"{self.name}-headless"


def objects(work: Workload) -> dict[str, Manifest]:
    """Every object of a workload, by its logical name."""
    found: dict[str, Manifest] = {f"{work.name}-account": _service_account(work)}
    if work.environment:
        found[f"{work.name}-config"] = _config_map(work)
    if work.headless:
        found[work.headless_name] = _service(
            work, work.headless_name, {"clusterIP": "None", "publishNotReadyAddresses": True}
        )
    if work.client_service is not None:
        found[f"{work.name}-service"] = _service(work, work.name, work.client_service)
    if work.replicas > 1 or work.stateful:
        found[f"{work.name}-disruption"] = _disruption_budget(work)
    found[work.name] = _stateful_set(work) if work.stateful else _deployment(work)
    return found


def _metadata(work: Workload, name: str, **more: Any) -> Manifest:
    return {"name": name, "namespace": work.namespace, "labels": names.labels(work.cluster, work.role), **more}


def _service_account(work: Workload) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(work, work.name),
        "automountServiceAccountToken": False,
    }


def _config_map(work: Workload) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(work, f"{work.name}-config"),
        "data": names.merged(work.environment),
    }


def _service(work: Workload, name: str, spec: Manifest) -> Manifest:
    node_ports = spec.get("nodePorts", {})
    ports = [
        {"name": port, "port": number, "targetPort": port}
        | ({"nodePort": node_ports[port]} if port in node_ports else {})
        for port, number in work.ports.items()
    ]
    rest = {key: value for key, value in spec.items() if key not in ("nodePorts", "annotations")}
    annotations = {"annotations": spec["annotations"]} if spec.get("annotations") else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(work, name, **annotations),
        "spec": {**rest, "selector": names.selector(work.cluster, work.role), "ports": ports},
    }


def _disruption_budget(work: Workload) -> Manifest:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(work, work.name),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": names.selector(work.cluster, work.role)}},
    }


def _stateful_set(work: Workload) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": _metadata(work, work.name),
        "spec": {
            "replicas": work.replicas,
            "serviceName": work.headless_name,
            # Members find each other by name, so none waits for another.
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": names.selector(work.cluster, work.role)},
            "template": _pod_template(work),
            **({"minReadySeconds": work.settle_seconds} if work.settle_seconds else {}),
            **({"volumeClaimTemplates": [_claim(volume) for volume in work.volumes]} if work.volumes else {}),
            # What a set wrote outlives it: scaling in or deleting the set never deletes data.
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        },
    }


def _deployment(work: Workload) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(work, work.name),
        "spec": {
            "replicas": work.replicas,
            # A new pod serves before an old one goes, where the spread rule has room for it.
            "strategy": {
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1 if work.spread == "required" else 0},
                "type": "RollingUpdate",
            },
            "selector": {"matchLabels": names.selector(work.cluster, work.role)},
            "template": _pod_template(work),
        },
    }


def _claim(volume: Volume) -> Manifest:
    storage_class = {"storageClassName": volume.storage_class} if volume.storage_class else {}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": volume.name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            **storage_class,
            "resources": {"requests": {"storage": volume.size}},
        },
    }


def _pod_template(work: Workload) -> Manifest:
    digest = hashlib.sha256(json.dumps(names.merged(work.environment)).encode()).hexdigest()[:16]
    return {
        "metadata": {
            "labels": names.labels(work.cluster, work.role),
            # The kubelet doesn't restart a pod when its ConfigMap changes; a changed template does.
            "annotations": {"pulsar.apache.org/config": digest},
        },
        "spec": {
            "serviceAccountName": work.name,
            "automountServiceAccountToken": False,
            # Docker-style variables for every Service would land in Pulsar's configuration.
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": work.grace_seconds,
            "securityContext": pod_security(),
            "affinity": {"podAntiAffinity": _anti_affinity(work)},
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "topology.kubernetes.io/zone",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": names.selector(work.cluster, work.role)},
                }
            ],
            "containers": [_container(work)],
        },
    }


def pod_security() -> Manifest:
    """The `restricted` level of Kubernetes' Pod Security Standards, for the pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": 0,
        "fsGroup": 0,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Manifest:
    """The `restricted` level of Kubernetes' Pod Security Standards, for a container."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def _anti_affinity(work: Workload) -> Manifest:
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": names.selector(work.cluster, work.role)},
    }
    if work.spread == "required":
        return {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    return {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]}


def _container(work: Workload) -> Manifest:
    optional = {
        "startupProbe": work.startup,
        "readinessProbe": work.readiness,
        "livenessProbe": work.liveness,
        "lifecycle": {"preStop": {"sleep": {"seconds": work.linger_seconds}}} if work.linger_seconds else None,
        "envFrom": [{"configMapRef": {"name": f"{work.name}-config"}}] if work.environment else None,
        "env": [
            {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
            for name, path in work.field_environment.items()
        ]
        or None,
        "volumeMounts": [{"name": volume.name, "mountPath": volume.path} for volume in work.volumes] or None,
        "ports": [{"name": port, "containerPort": number} for port, number in work.ports.items()] or None,
    }
    return {
        "name": work.role,
        "image": work.image,
        "imagePullPolicy": "IfNotPresent",
        "command": list(work.command),
        "resources": {"requests": {"cpu": work.cpu, "memory": work.memory}, "limits": {"memory": work.memory}},
        "securityContext": container_security(),
        **{key: value for key, value in optional.items() if value is not None},
    }
