"""The nodes of a GKE cluster as resources: who they are, and their pools."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_gcp as gcp

from ..sizing import POOL_LABEL, Pool
from .machines import system_disk
from .naming import account_id

ROLES = (
    # Logs, metrics and the autoscaler's figures: Google's own least for a node.
    "roles/container.defaultNodeServiceAccount",
    "roles/artifactregistry.reader",
)
"""What a node may do in its project."""
_SYSTEM_DISK_GIGABYTES = 100
"""Pulsar's image with its connectors is 5 GB, and a node keeps several versions of it."""


class NodeAccount:
    """The Google service account that nodes run as, with the least that they need."""

    def __init__(self, name: str, *, cluster: str, region: str, project: str, opts: pulumi.ResourceOptions) -> None:
        self.account = gcp.serviceaccount.Account(
            f"{name}-nodes",
            account_id=account_id(f"{cluster}-nodes", region),
            display_name=f"Nodes of {cluster} in {region}",
            opts=opts,
        )
        self.permissions = [
            gcp.projects.IAMMember(
                f"{name}-nodes-{role.rpartition('/')[2].partition('.')[0]}",
                project=project,
                role=role,
                member=self.account.email.apply(lambda email: f"serviceAccount:{email}"),
                opts=opts,
            )
            for role in ROLES
        ]


def lasting(account: NodeAccount) -> dict[str, Any]:
    """What a node can't change: another value makes a pool anew."""
    return {
        "service_account": account.account.email,
        "oauth_scopes": ["https://www.googleapis.com/auth/cloud-platform"],
        "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
    }


def pool_name(pool: str, lasting_config: Mapping[str, Any]) -> str:
    """A pool's name in the cloud. With it changes all that Google can't change of a pool, so that the new one stands
    before the old one is drained and goes.
    """
    fixed = {key: value for key, value in lasting_config.items() if not isinstance(value, pulumi.Output)}
    return f"{pool}-{hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:6]}"


def node_pool(
    name: str,
    pool: Pool,
    *,
    cluster: gcp.container.Cluster,
    region: str,
    zones: Sequence[str],
    account: NodeAccount,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> gcp.container.NodePool:
    """The nodes of one pool, as many in each zone.

    Another machine, another number of nodes and another version are updates in place: GKE adds a node, drains one as
    the disruption budgets allow, and goes on to the next.
    """
    fixed = lasting(account)
    return gcp.container.NodePool(
        f"{name}-{pool.name}",
        name=pool_name(pool.name, fixed),
        cluster=cluster.id,
        location=region,
        node_locations=list(zones),
        # GKE counts the nodes of a zone.
        node_count=pool.nodes // len(zones),
        # Versions come from the release channel, after the control plane's.
        management={"auto_repair": True, "auto_upgrade": True},
        upgrade_settings={"strategy": "SURGE", "max_surge": 1, "max_unavailable": 0},
        network_config={"enable_private_nodes": True},
        node_config=gcp.container.NodePoolNodeConfigArgs(
            **fixed,
            machine_type=pool.machine,
            disk_type=system_disk(pool.machine),
            disk_size_gb=_SYSTEM_DISK_GIGABYTES,
            image_type="COS_CONTAINERD",
            labels={POOL_LABEL: pool.name},
            resource_labels=dict(labels),
            gvnic=gcp.container.NodePoolNodeConfigGvnicArgs(enabled=True),
            # Pods see their own identity, and never the node's.
            workload_metadata_config=gcp.container.NodePoolNodeConfigWorkloadMetadataConfigArgs(mode="GKE_METADATA"),
        ),
        opts=pulumi.ResourceOptions.merge(
            opts,
            # The provider would delete the old one first, since the name is ours: its pods would have nowhere to go.
            pulumi.ResourceOptions(depends_on=account.permissions, delete_before_replace=False),
        ),
    )
