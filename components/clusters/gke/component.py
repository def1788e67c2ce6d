"""A GKE cluster as resources."""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
import pulumi_kubernetes as k8s

from ...kubernetes_objects import register
from ...pulsar.workload import Manifest
from ..cluster import Cluster, Identity
from ..connection import connection
from ..sizing import Demand
from .kubeconfig import kubeconfig
from .naming import account_id
from .network import Ground, ground
from .nodes import NodeAccount, lasting, node_pool
from .spec import STORAGE_CLASS, GkeSpec

PODS_OF_A_NODE = 110
"""Kubernetes' own limit, and GKE's default: the pods' range is checked for it (`network_spec`)."""


class Gke(Cluster):
    """A GKE cluster with its network, its nodes and its StorageClass."""

    google: gcp.Provider
    """What Google's resources in the cluster's project and region are registered with."""
    project: str
    """The project's id."""

    def __init__(
        self, name: str, spec: GkeSpec, demands: Sequence[Demand], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pulsar:clusters:Gke", name, {}, opts)
        self.project = spec.project
        self._name, self._region = spec.name, spec.region
        here = pulumi.ResourceOptions(parent=self)
        self.google = gcp.Provider(
            f"{name}-google", project=spec.project, region=spec.region, default_labels=dict(spec.tags), opts=here
        )
        self._within = pulumi.ResourceOptions(parent=self, provider=self.google)
        below = ground(name, spec.network, cluster=spec.name, region=spec.region, opts=self._within)
        account = NodeAccount(name, cluster=spec.name, region=spec.region, project=spec.project, opts=self._within)
        self.cluster = self._control_plane(name, spec, below, account)
        pools = [
            node_pool(
                name,
                pool,
                cluster=self.cluster,
                region=spec.region,
                zones=spec.zones,
                account=account,
                labels=spec.tags,
                opts=self._within,
            )
            for pool in spec.planned(demands).values()
        ]
        self.kubeconfig = self._kubeconfig(spec)
        # What runs on the nodes is there after them, and gone before them.
        self.provider: k8s.Provider = connection(
            name, self.kubeconfig, opts=pulumi.ResourceOptions(parent=self, depends_on=[*pools, *below.way_out])
        )
        register(
            f"{name}-storage-class",
            storage_class(spec),
            pulumi.ResourceOptions(parent=self, provider=self.provider),
        )
        self.register_outputs({})

    def _control_plane(self, name: str, spec: GkeSpec, below: Ground, account: NodeAccount) -> gcp.container.Cluster:
        return gcp.container.Cluster(
            name,
            name=spec.name,
            location=spec.region,
            node_locations=list(spec.zones),
            deletion_protection=spec.deletion_protection,
            min_master_version=spec.kubernetes,
            release_channel={"channel": spec.channel.upper()},
            maintenance_policy={"daily_maintenance_window": {"start_time": spec.maintenance_start}},
            network=below.network,
            subnetwork=below.subnet,
            networking_mode="VPC_NATIVE",
            ip_allocation_policy={
                "cluster_secondary_range_name": below.pods,
                "services_secondary_range_name": below.services,
            },
            default_max_pods_per_node=PODS_OF_A_NODE,
            datapath_provider="ADVANCED_DATAPATH",
            enable_l4_ilb_subsetting=True,
            private_cluster_config={
                "enable_private_nodes": True,
                "enable_private_endpoint": not spec.api_is_public,
                "master_ipv4_cidr_block": spec.network.control_plane,
                # Those who come by a VPN may come from another region.
                "master_global_access_config": {"enabled": True},
            },
            # Present, and empty where nobody is let in from outside: left out, everybody would be.
            master_authorized_networks_config={
                "cidr_blocks": [{"cidr_block": network} for network in spec.api_networks],
                "gcp_public_cidrs_access_enabled": False,
            },
            workload_identity_config={"workload_pool": f"{spec.project}.svc.id.goog"},
            enable_shielded_nodes=True,
            logging_config={
                "enable_components": [
                    "SYSTEM_COMPONENTS",
                    "WORKLOADS",
                    "APISERVER",
                    "CONTROLLER_MANAGER",
                    "SCHEDULER",
                ]
            },
            monitoring_config={
                "enable_components": ["SYSTEM_COMPONENTS"],
                "managed_prometheus": {"enabled": True},
            },
            addons_config={
                "gce_persistent_disk_csi_driver_config": {"enabled": True},
                "http_load_balancing": {"disabled": False},
            },
            resource_labels=dict(spec.tags),
            # GKE makes no cluster without nodes. These go at once, and so are small, and run as our own account:
            # Google's default one may be switched off.
            initial_node_count=1,
            remove_default_node_pool=True,
            node_config=gcp.container.ClusterNodeConfigArgs(
                **lasting(account), disk_type="pd-standard", disk_size_gb=20
            ),
            opts=pulumi.ResourceOptions.merge(
                self._within,
                pulumi.ResourceOptions(
                    protect=spec.deletion_protection,
                    depends_on=[*account.permissions, *below.way_out],
                    # They speak of the nodes that are gone, and a change of them would replace the cluster.
                    ignore_changes=["nodeConfig", "initialNodeCount"],
                ),
            ),
        )

    def _kubeconfig(self, spec: GkeSpec) -> pulumi.Output[str]:
        context = f"gke_{spec.project}_{spec.region}_{spec.name}"
        authority = self.cluster.master_auth.apply(lambda auth: auth.cluster_ca_certificate)
        return pulumi.Output.secret(
            pulumi.Output.all(self.cluster.endpoint, authority).apply(lambda told: kubeconfig(context, *told))
        )

    def identity(self, name: str, *, namespace: str, account: str) -> Identity:
        """A Google service account that exactly one Kubernetes service account may act as."""
        google = gcp.serviceaccount.Account(
            name,
            account_id=account_id(account, self._name, self._region, namespace),
            display_name=f"{namespace}/{account} on {self._name} in {self._region}",
            opts=self._within,
        )
        gcp.serviceaccount.IAMMember(
            f"{name}-workload",
            service_account_id=google.name,
            role="roles/iam.workloadIdentityUser",
            member=f"serviceAccount:{self.project}.svc.id.goog[{namespace}/{account}]",
            # The project's pool of identities comes with its first cluster.
            opts=pulumi.ResourceOptions.merge(self._within, pulumi.ResourceOptions(depends_on=[self.cluster])),
        )
        return Identity(principal=google.email, annotations={"iam.gke.io/gcp-service-account": google.email})


def storage_class(spec: GkeSpec) -> Manifest:
    """Disks in the pod's own zone that can grow, and that outlive their claims."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": STORAGE_CLASS},
        "provisioner": "pd.csi.storage.gke.io",
        "parameters": {"type": spec.disk},
        "volumeBindingMode": "WaitForFirstConsumer",
        "reclaimPolicy": "Retain",
        "allowVolumeExpansion": True,
    }
