"""A stack that keeps to every rule, on three clouds at once, as the engine would be asked for it."""

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from policies.rule import Resource

from .clouds import AWS, AZURE, GOOGLE


class _LeftOut:
    def __repr__(self) -> str:
        return "left out"


LEFT_OUT = _LeftOut()
"""The value isn't there."""

_LABELS = {"app.kubernetes.io/instance": "pulsar", "app.kubernetes.io/part-of": "pulsar"}
_URN = "urn:pulumi:model::pulsar::{type}::{name}"
_NODE, _ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def _labels(role: str) -> dict[str, str]:
    return {**_LABELS, "app.kubernetes.io/name": role}


def _metadata(name: str, role: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "namespace": "pulsar", "labels": _labels(role), **more}


def _pod(role: str, image: str, memory: str, **container: Any) -> dict[str, Any]:
    selector = {"matchLabels": _labels(role)}
    return {
        "metadata": {"labels": _labels(role)},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 10000, "seccompProfile": {"type": "RuntimeDefault"}},
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": _NODE, "labelSelector": selector}
                    ]
                }
            },
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": _ZONE, "labelSelector": selector}],
            "volumes": [{"name": "keys", "secret": {"secretName": "keys"}}],
            "containers": [
                {
                    "name": role,
                    "image": image,
                    "command": ["bash", "-c", f"exec bin/pulsar {role}"],
                    "ports": [{"name": "main", "containerPort": 1}],
                    "readinessProbe": {"tcpSocket": {"port": "main"}},
                    "resources": {"requests": {"cpu": "1", "memory": memory}, "limits": {"memory": memory}},
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                    **container,
                }
            ],
        },
    }


_PULSAR = "docker.io/apachepulsar/pulsar-all:4.0.13"
_MEMORY = "-Xms2048m -Xmx2048m -XX:MaxDirectMemorySize=4096m"
_OWN_CLAIM = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "20Gi"}}}}


def _from(config: str) -> dict[str, Any]:
    return {"envFrom": [{"configMapRef": {"name": config}}]}


def _stateful_set(role: str, replicas: int, image: str, memory: str, **container: Any) -> dict[str, Any]:
    return {
        "metadata": _metadata(f"pulsar-{role}", role),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": _labels(role)},
            "template": _pod(role, image, memory, **container),
            "volumeClaimTemplates": [_OWN_CLAIM],
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        },
    }


def _budget(role: str) -> dict[str, Any]:
    return {
        "metadata": _metadata(f"pulsar-{role}", role),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _labels(role)}},
    }


def _config(role: str, **data: str) -> dict[str, Any]:
    return {"metadata": _metadata(f"pulsar-{role}-config", role), "data": data}


_URL = "http://pulsar-etcd-0.pulsar-etcd-headless:2379"
_KUBERNETES: dict[str, tuple[str, dict[str, Any]]] = {
    "namespace": (
        "kubernetes:core/v1:Namespace",
        {"metadata": {"name": "pulsar", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
    ),
    "etcd": ("kubernetes:apps/v1:StatefulSet", _stateful_set("etcd", 3, "quay.io/coreos/etcd:v3.6.16", "2Gi")),
    "etcd-budget": ("kubernetes:policy/v1:PodDisruptionBudget", _budget("etcd")),
    "bookie": (
        "kubernetes:apps/v1:StatefulSet",
        _stateful_set("bookie", 4, _PULSAR, "8Gi", **_from("pulsar-bookie-config")),
    ),
    "bookie-budget": ("kubernetes:policy/v1:PodDisruptionBudget", _budget("bookie")),
    "bookie-config": (
        "kubernetes:core/v1:ConfigMap",
        _config("bookie", BOOKIE_MEM=_MEMORY, PULSAR_PREFIX_metadataServiceUri=f"metadata-store:etcd:{_URL}"),
    ),
    "broker": (
        "kubernetes:apps/v1:StatefulSet",
        _stateful_set("broker", 3, _PULSAR, "8Gi", **_from("pulsar-broker-config")),
    ),
    "broker-budget": ("kubernetes:policy/v1:PodDisruptionBudget", _budget("broker")),
    "broker-config": (
        "kubernetes:core/v1:ConfigMap",
        _config(
            "broker",
            PULSAR_MEM=_MEMORY,
            PULSAR_PREFIX_metadataStoreUrl=f"etcd:{_URL}",
            PULSAR_PREFIX_managedLedgerDefaultEnsembleSize="3",
            PULSAR_PREFIX_managedLedgerDefaultWriteQuorum="3",
            PULSAR_PREFIX_managedLedgerDefaultAckQuorum="2",
        ),
    ),
    "proxy": (
        "kubernetes:apps/v1:Deployment",
        {
            "metadata": _metadata("pulsar-proxy", "proxy"),
            "spec": {"replicas": 2, "template": _pod("proxy", _PULSAR, "7Gi", **_from("pulsar-proxy-config"))},
        },
    ),
    "proxy-config": (
        "kubernetes:core/v1:ConfigMap",
        _config("proxy", PULSAR_MEM=_MEMORY, PULSAR_PREFIX_authenticationEnabled="true"),
    ),
    "proxy-service": (
        "kubernetes:core/v1:Service",
        {
            "metadata": _metadata("pulsar-proxy", "proxy"),
            "spec": {
                "type": "LoadBalancer",
                "loadBalancerSourceRanges": ["203.0.113.0/24"],
                "selector": _labels("proxy"),
                "ports": [{"name": "pulsar-tls", "port": 6651}, {"name": "https", "port": 8443}],
            },
        },
    ),
    "ingress": (
        "kubernetes:networking.k8s.io/v1:Ingress",
        {
            "metadata": _metadata("pulsar-admin", "proxy"),
            "spec": {
                "tls": [{"hosts": ["pulsar.example.com"], "secretName": "certificate"}],
                "rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": "pulsar-proxy"}}}]}}],
            },
        },
    ),
    "storage-class": (
        "kubernetes:storage.k8s.io/v1:StorageClass",
        {
            "metadata": {"name": "pulsar"},
            "provisioner": "ebs.csi.aws.com",
            "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": "arn:aws:kms:eu-west-1:1:key/1"},
            "reclaimPolicy": "Retain",
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        },
    ),
}
_PROTECTED = ("etcd", "bookie", "broker", "aks")

Model = dict[str, Resource]


def model() -> Model:
    """Its resources, by what they are called here."""
    return _resources({**_KUBERNETES, **AWS, **GOOGLE, **AZURE}, "")


def kubernetes(namespace: str) -> Model:
    """Its Kubernetes objects alone, once more in another namespace."""
    found = _resources(_KUBERNETES, f"{namespace}-")
    for name, resource in found.items():
        metadata = resource.properties["metadata"]
        metadata["name" if name == "namespace" else "namespace"] = namespace
    return found


def _resources(found: Mapping[str, tuple[str, dict[str, Any]]], prefix: str) -> Model:
    return {
        name: Resource(
            type=type_,
            name=f"{prefix}{name}",
            properties=copy.deepcopy(properties),
            urn=_URN.format(type=type_, name=f"{prefix}{name}"),
            protected=name in _PROTECTED,
        )
        for name, (type_, properties) in found.items()
    }


def changed(changes: Mapping[str, Any], base: Mapping[str, Resource] | None = None) -> Model:
    """The model with changes: `bookie.spec.replicas`, a new resource by its name, or one that is left out."""
    found = dict(base or model())
    for path, value in changes.items():
        name, _, inner = path.partition(".")
        if not inner:
            if value is LEFT_OUT:
                del found[name]
            else:
                type_, properties = value
                found[name] = Resource(
                    type=type_, name=name, properties=properties, urn=_URN.format(type=type_, name=name)
                )
        elif inner == "protected":
            found[name] = dataclasses.replace(found[name], protected=value)
        else:
            properties = copy.deepcopy(dict(found[name].properties))
            put(properties, steps(inner), value)
            found[name] = dataclasses.replace(found[name], properties=properties)
    return found


def steps(path: str) -> list[str | int]:
    """`containers.0.image` as keys and places; `~` stands for a dot in a key."""
    return [int(each) if each.isdigit() else each.replace("~", ".") for each in path.split(".")]


def put(properties: Any, path: list[Any], value: Any) -> None:
    """Set what stands at a path, with whatever it stands in."""
    *parents, last = path
    for key in parents:
        properties = properties.setdefault(key, {}) if isinstance(properties, dict) else properties[key]
    if value is LEFT_OUT:
        del properties[last]
    elif isinstance(properties, list) and last == len(properties):
        properties.append(value)
    else:
        properties[last] = value


def paths(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something stands, inside and out."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*before, key)
        yield from paths(each, (*before, key))
