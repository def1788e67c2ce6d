"""The control plane: the API server that Amazon runs, its key, its logs, and who may use it."""

import json

import pulumi
import pulumi_aws as aws

from ... import amazon
from . import naming
from .network import Subnets
from .permissions import may_encrypt, trusts_service
from .spec import EksSpec

_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
_LOG_DAYS = 90


class ControlPlane(pulumi.ComponentResource):
    """An EKS cluster without nodes."""

    cluster: aws.eks.Cluster
    key: aws.kms.Key
    """What encrypts Kubernetes' secrets and Pulsar's volumes."""
    issuer: aws.iam.OpenIdConnectProvider
    """By which IAM knows the cluster's service accounts."""

    def __init__(self, name: str, spec: EksSpec, *, subnets: Subnets, opts: pulumi.ResourceOptions) -> None:
        super().__init__("pulsar:clusters:ControlPlane", name, {}, opts)
        self._within = pulumi.ResourceOptions(parent=self)
        kept = pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection)
        self.key = aws.kms.Key(
            name,
            description=f"Kubernetes secrets and Pulsar's volumes of {spec.name}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            tags={"Name": spec.name},
            opts=kept,
        )
        aws.kms.Alias(name, name=f"alias/{spec.name}", target_key_id=self.key.id, opts=self._within)
        role, permissions = self._role(name, spec)
        # EKS would make it itself, to be kept forever.
        logs = aws.cloudwatch.LogGroup(
            name, name=naming.log_group(spec.name), retention_in_days=_LOG_DAYS, opts=self._within
        )
        self.cluster = aws.eks.Cluster(
            name,
            name=spec.name,
            version=spec.kubernetes,
            role_arn=role.arn,
            deletion_protection=spec.deletion_protection,
            # They are add-ons, whose versions the stack file may choose.
            bootstrap_self_managed_addons=False,
            enabled_cluster_log_types=_LOGS,
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=True
            ),
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                subnet_ids=[subnets[zone] for zone in sorted(subnets)],
                endpoint_private_access=True,
                endpoint_public_access=bool(spec.api_networks),
                public_access_cidrs=sorted(spec.api_networks) or None,
            ),
            kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(
                ip_family="ipv4", service_ipv4_cidr=spec.network.services
            ),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=self.key.arn), resources=["secrets"]
            ),
            # With the other choice, Amazon upgrades the cluster when a version's first year is over.
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="EXTENDED"),
            opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[*permissions, logs])),
        )
        self.issuer = aws.iam.OpenIdConnectProvider(
            name,
            url=self.cluster.identities[0].oidcs[0].issuer,
            client_id_lists=["sts.amazonaws.com"],
            opts=self._within,
        )
        for admin in spec.admins:
            self._admit(name, admin, spec)
        self.register_outputs({})

    def _role(self, name: str, spec: EksSpec) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            name,
            name=naming.role(spec.name, spec.region, "control-plane"),
            assume_role_policy=trusts_service("eks.amazonaws.com"),
            opts=self._within,
        )
        return role, [
            aws.iam.RolePolicyAttachment(
                name,
                role=role.name,
                policy_arn=amazon.managed_policy(spec.region, "AmazonEKSClusterPolicy"),
                opts=self._within,
            ),
            aws.iam.RolePolicy(
                f"{name}-key",
                name="key",
                role=role.name,
                policy=self.key.arn.apply(lambda arn: json.dumps(may_encrypt(arn))),
                opts=self._within,
            ),
        ]

    def _admit(self, name: str, admin: str, spec: EksSpec) -> None:
        logical = f"{name}-{admin.rpartition('role/')[2]}"
        entry = aws.eks.AccessEntry(
            logical, cluster_name=self.cluster.name, principal_arn=admin, type="STANDARD", opts=self._within
        )
        aws.eks.AccessPolicyAssociation(
            logical,
            cluster_name=self.cluster.name,
            principal_arn=entry.principal_arn,
            policy_arn=f"arn:{amazon.partition(spec.region)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
            opts=self._within,
        )
