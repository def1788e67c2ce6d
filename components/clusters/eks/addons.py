"""EKS's add-ons, and the StorageClass of Pulsar's volumes."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ...pulsar.workload import Manifest
from ..sizing import POOL_LABEL
from .naming import STORAGE_CLASS
from .spec import AddonName, EksSpec

_GENERAL = {"nodeSelector": {POOL_LABEL: "general"}}

BEFORE_NODES: tuple[AddonName, ...] = ("vpc-cni", "kube-proxy")
"""Without a network no node is ever ready."""


def after_nodes(spec: EksSpec) -> tuple[AddonName, ...]:
    """What runs on nodes, and is only made where it gets ready."""
    optional: tuple[AddonName, ...] = ("metrics-server",) if spec.addons.metrics_server else ()
    return ("coredns", "aws-ebs-csi-driver", *optional)


def settings(addon: AddonName, spec: EksSpec) -> Mapping[str, Any]:
    """What an add-on is told. Controllers run in the general pool, and leave bookies and brokers their nodes."""
    told: Mapping[AddonName, Mapping[str, Any]] = {
        # Without it, NetworkPolicies are accepted and do nothing.
        "vpc-cni": {"enableNetworkPolicy": "true"},
        "coredns": _GENERAL,
        "aws-ebs-csi-driver": {
            "controller": {**_GENERAL, **({"extraVolumeTags": dict(sorted(spec.tags.items()))} if spec.tags else {})}
        },
    }
    return told.get(addon, {})


def register(
    name: str,
    addon: AddonName,
    spec: EksSpec,
    *,
    cluster: pulumi.Input[str],
    role: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> aws.eks.Addon:
    """An add-on, under the role that its service account has."""
    told = settings(addon, spec)
    return aws.eks.Addon(
        f"{name}-{addon}",
        addon_name=addon,
        cluster_name=cluster,
        addon_version=spec.addons.versions.get(addon),
        configuration_values=json.dumps(told, sort_keys=True) if told else None,
        service_account_role_arn=role,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=opts,
    )


def storage_class(key: pulumi.Input[str]) -> Manifest:
    """Volumes of Pulsar's pods: in the pod's zone, encrypted, growing on demand, kept when a claim is deleted."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": STORAGE_CLASS},
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": key},
        "reclaimPolicy": "Retain",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }
