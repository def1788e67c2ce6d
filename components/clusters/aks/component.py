"""An AKS cluster as resources."""

import uuid
from collections.abc import Sequence

import pulumi
import pulumi_azure_native
import pulumi_kubernetes as k8s
from pulumi_azure_native import authorization, containerservice, managedidentity, resources

from ...kubernetes_objects import register
from ..cluster import Cluster, Identity
from ..connection import connection
from ..sizing import Demand
from .kubeconfig import authority, kubeconfig
from .network import Ground, ground
from .nodes import node_pools, system_pool
from .spec import AksSpec
from .storage import storage_class, volumes_group

_ROLES = {
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
}
"""Azure's own roles, which have the same id everywhere."""


class Aks(Cluster):
    """An AKS cluster with its network, its nodes and its StorageClass."""

    azure: pulumi_azure_native.Provider
    """What Azure's resources in the cluster's subscription are registered with."""
    subscription: str
    """The subscription's id."""

    def __init__(
        self, name: str, spec: AksSpec, demands: Sequence[Demand], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pulsar:clusters:Aks", name, {}, opts)
        self._spec, self.subscription = spec, spec.subscription
        here = pulumi.ResourceOptions(parent=self)
        self.azure = pulumi_azure_native.Provider(
            f"{name}-azure", subscription_id=spec.subscription, location=spec.region, opts=here
        )
        outside = pulumi.ResourceOptions(parent=self, provider=self.azure)
        group = self._group(f"{name}-resource-group", spec.group, outside)
        # Names are written where an output would say the same, so that a preview shows them.
        self._within = pulumi.ResourceOptions.merge(outside, pulumi.ResourceOptions(depends_on=[group]))
        volumes = self._volumes(name, outside)
        below = ground(name, spec, self._within)
        self.subnets = (below.subnet,)
        identity = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_name_=f"{spec.name}-control-plane",
            resource_group_name=spec.group,
            location=spec.region,
            tags=dict(spec.tags),
            opts=self._within,
        )
        allowed = [
            # Internal load balancers take their addresses from the subnet.
            self._role(f"{name}-network-role", "Network Contributor", identity, below.subnet),
            self._role(f"{name}-volumes-role", "Contributor", identity, volumes.id),
        ]
        self.cluster = self._control_plane(name, below, identity, allowed)
        self._after = pulumi.ResourceOptions.merge(outside, pulumi.ResourceOptions(depends_on=[self.cluster]))
        pools = [
            containerservice.AgentPool(logical, **arguments, opts=self._after)
            for logical, arguments in node_pools(
                name, spec, spec.planned(demands), cluster=spec.name, subnet=below.subnet
            )
        ]
        self._maintenance(name)
        self.kubeconfig = self._kubeconfig()
        # What runs on the nodes is there after them, and gone before them.
        self.provider: k8s.Provider = connection(
            name, self.kubeconfig, opts=pulumi.ResourceOptions(parent=self, depends_on=pools)
        )
        register(
            f"{name}-storage-class",
            storage_class(spec),
            pulumi.ResourceOptions(parent=self, provider=self.provider),
        )
        self.register_outputs({})

    def _group(self, logical: str, name: str, opts: pulumi.ResourceOptions) -> resources.ResourceGroup:
        return resources.ResourceGroup(
            logical,
            resource_group_name=name,
            location=self._spec.region,
            tags=dict(self._spec.tags),
            # Deleting a group deletes all that is in it, whoever made it.
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=self._spec.deletion_protection)),
        )

    def _volumes(self, name: str, opts: pulumi.ResourceOptions) -> resources.ResourceGroup:
        """Where disks are made. AKS would make them in its own group, and delete that with the cluster."""
        group = self._group(f"{name}-volumes", volumes_group(self._spec), opts)
        if self._spec.deletion_protection:
            # The cluster has none: it would be inherited by the pools, and no old pool could ever be deleted.
            authorization.ManagementLockByScope(
                f"{name}-volumes-lock",
                lock_name="keep",
                scope=group.id,
                level=authorization.LockLevel.CAN_NOT_DELETE,
                notes="Pulsar's messages. Set deletion_protection to false in the stack file to delete them.",
                opts=opts,
            )
        return group

    def _role(
        self,
        logical: str,
        role: str,
        identity: managedidentity.UserAssignedIdentity,
        scope: pulumi.Input[str],
    ) -> authorization.RoleAssignment:
        spec = self._spec
        return authorization.RoleAssignment(
            logical,
            # Azure wants an id here. This one is the same whoever makes it.
            role_assignment_name=str(
                uuid.uuid5(uuid.NAMESPACE_URL, f"{spec.subscription}/{spec.group}/{spec.name}/{logical}")
            ),
            scope=scope,
            role_definition_id=(
                f"/subscriptions/{spec.subscription}/providers/Microsoft.Authorization/roleDefinitions/{_ROLES[role]}"
            ),
            principal_id=identity.principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            opts=pulumi.ResourceOptions.merge(self._within, pulumi.ResourceOptions(delete_before_replace=True)),
        )

    def _control_plane(
        self,
        name: str,
        below: Ground,
        identity: managedidentity.UserAssignedIdentity,
        allowed: Sequence[pulumi.Resource],
    ) -> containerservice.ManagedCluster:
        spec = self._spec
        by_itself = spec.patches is not None
        return containerservice.ManagedCluster(
            name,
            resource_name_=spec.name,
            resource_group_name=spec.group,
            location=spec.region,
            dns_prefix=spec.name,
            node_resource_group=f"{spec.group}-nodes",
            # A minor version alone: patches of it are no change.
            kubernetes_version=spec.kubernetes,
            sku={"name": containerservice.ManagedClusterSKUName.BASE, "tier": "Standard"},
            identity={
                "type": containerservice.ResourceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [identity.id],
            },
            agent_pool_profiles=[system_pool(spec, below.subnet)],  # pyright: ignore[reportArgumentType]
            network_profile={
                "network_plugin": containerservice.NetworkPlugin.AZURE,
                "network_plugin_mode": containerservice.NetworkPluginMode.OVERLAY,
                "network_dataplane": containerservice.NetworkDataplane.CILIUM,
                "network_policy": containerservice.NetworkPolicy.CILIUM,
                "load_balancer_sku": containerservice.LoadBalancerSku.STANDARD,
                "outbound_type": below.outbound,
                "pod_cidr": spec.network.pods,
                "service_cidr": spec.network.services,
                "dns_service_ip": spec.network.dns,
            },
            api_server_access_profile=self._api_access(below),
            # Local accounts are certificates that nobody can take back.
            disable_local_accounts=True,
            enable_rbac=True,
            aad_profile={
                "managed": True,
                "enable_azure_rbac": True,
                "admin_group_object_ids": list(spec.admin_groups),
            },
            oidc_issuer_profile={"enabled": True},
            security_profile={"workload_identity": {"enabled": True}},
            auto_upgrade_profile={
                "upgrade_channel": containerservice.UpgradeChannel.PATCH if by_itself else "none",
                "node_os_upgrade_channel": (containerservice.NodeOSUpgradeChannel.NODE_IMAGE if by_itself else "None"),
            },
            storage_profile={"disk_csi_driver": {"enabled": True}, "snapshot_controller": {"enabled": True}},
            tags=dict(spec.tags),
            opts=pulumi.ResourceOptions.merge(
                self._within, pulumi.ResourceOptions(protect=spec.deletion_protection, depends_on=allowed)
            ),
        )

    def _api_access(self, below: Ground) -> containerservice.ManagedClusterAPIServerAccessProfileArgsDict:
        """Private, or open to the networks that are named and to the nodes themselves."""
        if not self._spec.api_networks:
            return {
                "enable_private_cluster": True,
                "enable_private_cluster_public_fqdn": False,
                "private_dns_zone": "system",
            }
        nodes = [pulumi.Output.concat(below.address, "/32")] if below.address else []
        return {"enable_private_cluster": False, "authorized_ip_ranges": [*self._spec.api_networks, *nodes]}

    def _maintenance(self, name: str) -> None:
        """The window of each channel. Without one, Azure would choose the time."""
        window = self._spec.patches
        if window is None:
            return
        for what, configuration in (
            ("kubernetes", "aksManagedAutoUpgradeSchedule"),
            ("images", "aksManagedNodeOSUpgradeSchedule"),
        ):
            containerservice.MaintenanceConfiguration(
                f"{name}-maintenance-{what}",
                config_name=configuration,
                resource_name_=self._spec.name,
                resource_group_name=self._spec.group,
                maintenance_window={
                    "start_time": window.start,
                    "utc_offset": "+00:00",
                    "duration_hours": window.hours,
                    "schedule": {"weekly": {"interval_weeks": 1, "day_of_week": window.day}},
                },
                opts=self._after,
            )

    def _kubeconfig(self) -> pulumi.Output[str]:
        """Made here, so that it holds no token. The certificate authority alone has to be asked for.

        The question waits for the cluster: the preview of a cluster that isn't there yet asks nothing, and needs no
        credentials.
        """
        spec = self._spec
        told = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name=spec.group,
            resource_name=spec.name,
            format="exec",
            opts=pulumi.InvokeOutputOptions(parent=self, provider=self.azure, depends_on=[self.cluster]),
        )
        host = self.cluster.fqdn if spec.api_networks else self.cluster.private_fqdn
        return pulumi.Output.secret(
            pulumi.Output.all(host, told.apply(lambda answer: authority(answer.kubeconfigs[0].value))).apply(
                lambda known: kubeconfig(spec.name, *known)
            )
        )

    def identity(self, name: str, *, namespace: str, account: str) -> Identity:
        """A managed identity that exactly one service account may act as.

        Its pods need the label `azure.workload.identity/use: "true"` as well.
        """
        spec = self._spec
        managed = managedidentity.UserAssignedIdentity(
            name,
            resource_name_=f"{spec.name}-{name}",
            resource_group_name=spec.group,
            location=spec.region,
            tags=dict(spec.tags),
            opts=self._after,
        )
        managedidentity.FederatedIdentityCredential(
            f"{name}-workload",
            federated_identity_credential_resource_name="kubernetes",
            resource_name_=f"{spec.name}-{name}",
            resource_group_name=spec.group,
            issuer=self.cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url if profile else ""),
            subject=f"system:serviceaccount:{namespace}:{account}",
            audiences=["api://AzureADTokenExchange"],
            opts=pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(depends_on=[managed])),
        )
        return Identity(
            principal=managed.principal_id,
            annotations={"azure.workload.identity/client-id": managed.client_id},
        )
