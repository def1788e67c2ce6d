"""The one place where a pod is shaped: security, probes, spread, what it mounts."""

import hashlib
import json
from collections.abc import Mapping

from .. import names
from .workload import InitContainer, Manifest, Mount, SecretKey, Workload

USER = 10000
"""The user that Pulsar's images run as; their files belong to group 0."""


def pod_template(work: Workload) -> Manifest:
    """The template of a workload's pods."""
    digest = hashlib.sha256(json.dumps(names.merged(work.environment)).encode()).hexdigest()[:16]
    return {
        "metadata": {
            "labels": names.labels(work.cluster, work.role),
            # The kubelet doesn't restart a pod when its ConfigMap changes; a changed template does.
            "annotations": {"pulsar.apache.org/config": digest},
        },
        "spec": {
            "serviceAccountName": work.name,
            "automountServiceAccountToken": work.kubernetes_api,
            # Docker-style variables for every Service would land in Pulsar's configuration.
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": work.grace_seconds,
            "securityContext": pod_security(work.user),
            **spread(work),
            **({"nodeSelector": dict(work.node_selector)} if work.node_selector else {}),
            **({"volumes": [{"name": each.name, **each.source} for each in work.mounts]} if work.mounts else {}),
            **(
                {"initContainers": [init_container(each, work.mounts) for each in work.init_containers]}
                if work.init_containers
                else {}
            ),
            "containers": [_container(work)],
        },
    }


def init_container(container: InitContainer, mounts: tuple[Mount, ...]) -> Manifest:
    """What runs before the process, or beside it."""
    return {
        "name": container.name,
        "image": container.image,
        "imagePullPolicy": "IfNotPresent",
        "command": list(container.command),
        "resources": {"requests": {"cpu": "50m", "memory": container.memory}, "limits": {"memory": container.memory}},
        "securityContext": container_security(),
        **({"restartPolicy": "Always"} if container.beside else {}),
        "volumeMounts": [
            {"name": each.name, "mountPath": each.path} for each in mounts if each.name in container.mounts
        ],
    }


def pod_security(user: int | None = None) -> Manifest:
    """The `restricted` level of Kubernetes' Pod Security Standards, for the pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER if user is None else user,
        "runAsGroup": 0,
        "fsGroup": 0,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Manifest:
    """The `restricted` level of Kubernetes' Pod Security Standards, for a container."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def secret_variables(variables: Mapping[str, SecretKey]) -> list[Manifest]:
    """A container's variables whose values stand in Secrets."""
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": each.secret, "key": each.key}}}
        for name, each in sorted(variables.items())
    ]


def volume_mounts(mounts: tuple[Mount, ...]) -> list[Manifest]:
    """A container's mounts of what is no volume of its own."""
    return [
        {"name": each.name, "mountPath": each.path, **({"readOnly": True} if each.read_only else {})} for each in mounts
    ]


def resources(work: Workload) -> Manifest:
    """What a workload's container asks for, and may use."""
    return {"requests": {"cpu": work.cpu, "memory": work.memory}, "limits": {"memory": work.memory}}


def spread(work: Workload) -> Manifest:
    """How a pod keeps away from others of its role: off their nodes, and off their zones where it can."""
    return {
        "affinity": {"podAntiAffinity": _anti_affinity(work)},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": names.selector(work.cluster, work.role)},
            }
        ],
    }


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
            *(
                {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
                for name, path in work.field_environment.items()
            ),
            *secret_variables(work.secret_environment),
        ]
        or None,
        "volumeMounts": [
            *({"name": volume.name, "mountPath": volume.path} for volume in work.volumes),
            *volume_mounts(work.mounts),
        ]
        or None,
        "ports": [{"name": port, "containerPort": number} for port, number in work.ports.items()] or None,
    }
    return {
        "name": work.role,
        "image": work.image,
        "imagePullPolicy": "IfNotPresent",
        **({"command": list(work.command)} if work.command else {}),
        "resources": resources(work),
        "securityContext": container_security(),
        **{key: value for key, value in optional.items() if value is not None},
    }
