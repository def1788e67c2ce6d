"""The Kubernetes objects of a workload: its pods, account, configuration, services and disruption budget."""

from typing import Any, Literal

from .. import names
from .pod import pod_template
from .workload import Manifest, Volume, Workload


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


def namespace(name: str, level: Literal["restricted", "baseline"], **labels: str) -> Manifest:
    """A namespace of this program's.

    Args:
        name: its name.
        level: the level of the Pod Security Standards that its pods are held to.
        labels: labels beside its own.
    """
    own = {"app.kubernetes.io/part-of": "pulsar", "pod-security.kubernetes.io/enforce": level}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {**own, **labels}}}


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
    # The engine works on four things per processor at once. Services that wait for their pods would take the places of
    # what those pods wait for: on two processors nothing would go on. Only a load balancer has something to wait for.
    waits = {} if spec.get("type") == "LoadBalancer" else {"pulumi.com/skipAwait": "true"}
    annotations = {"annotations": {**waits, **spec.get("annotations", {})}} if waits or spec.get("annotations") else {}
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
            "template": pod_template(work),
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
            "strategy": _strategy(work),
            "selector": {"matchLabels": names.selector(work.cluster, work.role)},
            "template": pod_template(work),
        },
    }


def _strategy(work: Workload) -> Manifest:
    if not work.surges:
        return {"type": "Recreate"}
    # A new pod serves before an old one goes, where the spread rule has room for it.
    return {
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1 if work.spread == "required" else 0},
        "type": "RollingUpdate",
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
