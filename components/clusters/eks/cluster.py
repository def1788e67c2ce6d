"""An EKS cluster with all that a bare one lacks, as a component."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from ... import amazon
from ...kubernetes_objects import register as register_object
from ..cluster import Cluster, Identity
from ..connection import connection
from ..kubeconfig import with_plug_in
from ..sizing import Demand
from . import account, addons, naming, permissions
from .control_plane import ControlPlane
from .network import Vpc
from .nodes import Nodes
from .spec import AddonName, EksSpec

ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
"""By which EKS gives a service account's pods a token for the role."""


class Eks(Cluster):
    """A cluster that Amazon runs: network, control plane, nodes, add-ons, storage, and who pods are in AWS."""

    def __init__(
        self, name: str, spec: EksSpec, *, demands: Sequence[Demand], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pulsar:clusters:Eks", name, {}, opts)
        self._spec = spec
        self._aws = account.connection(
            f"{name}-aws",
            region=spec.region,
            account=spec.account,
            tags=spec.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._within = pulumi.ResourceOptions(parent=self, provider=self._aws)
        below = pulumi.ResourceOptions(parent=self, providers=[self._aws])
        vpc = Vpc(f"{name}-network", spec, opts=below)
        self._control_plane = ControlPlane(f"{name}-control-plane", spec, subnets=vpc.private, opts=below)
        cluster = self._control_plane.cluster
        early = [self._addon(name, addon, []) for addon in addons.BEFORE_NODES]
        nodes = Nodes(
            f"{name}-nodes",
            spec,
            cluster=cluster.name,
            pools=spec.planned(demands),
            subnets=vpc.private,
            opts=pulumi.ResourceOptions(parent=self, providers=[self._aws], depends_on=[vpc, *early]),
        )
        late = [self._addon(name, addon, [nodes]) for addon in addons.after_nodes(spec)]
        self.kubeconfig = pulumi.Output.secret(
            pulumi.Output.all(cluster.endpoint, cluster.certificate_authority.data).apply(
                lambda known: kubeconfig(spec, endpoint=known[0], authority=known[1])
            )
        )
        # What runs in the cluster comes after its nodes, and goes before them.
        self.provider = connection(
            name, self.kubeconfig, opts=pulumi.ResourceOptions(parent=self, depends_on=[nodes, *late])
        )
        register_object(
            f"{name}-storage-class",
            addons.storage_class(self._control_plane.key.arn),
            pulumi.ResourceOptions(parent=self, provider=self.provider),
        )
        self.register_outputs({})

    def identity(self, name: str, *, namespace: str, account: str) -> Identity:
        """An IAM role that only this service account's pods may take on (IRSA)."""
        role = self._role(name, namespace, account, what=account)
        return Identity(principal=role.name, annotations={ROLE_ANNOTATION: role.arn})

    def _role(self, name: str, namespace: str, account: str, *, what: str) -> aws.iam.Role:
        issuer = self._control_plane.issuer
        return aws.iam.Role(
            name,
            name=naming.role(self._spec.name, self._spec.region, what),
            assume_role_policy=pulumi.Output.all(issuer.arn, issuer.url).apply(
                lambda known: permissions.trusts_account(known[0], known[1], namespace, account)
            ),
            opts=self._within,
        )

    def _addon(self, name: str, addon: AddonName, needed: Sequence[pulumi.Resource]) -> aws.eks.Addon:
        role, permissions = self._addon_role(name, addon)
        return addons.register(
            name,
            addon,
            self._spec,
            cluster=self._control_plane.cluster.name,
            role=role,
            opts=pulumi.ResourceOptions(parent=self, provider=self._aws, depends_on=[*needed, *permissions]),
        )

    def _addon_role(self, name: str, addon: AddonName) -> tuple[pulumi.Output[str] | None, list[pulumi.Resource]]:
        """The role of an add-on that changes things in AWS, so that nodes themselves may do less."""
        if addon not in _ROLES:
            return None, []
        account, policy = _ROLES[addon]
        role = self._role(f"{name}-{addon}", "kube-system", account, what=addon)
        found: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{addon}",
                role=role.name,
                policy_arn=amazon.managed_policy(self._spec.region, policy),
                opts=self._within,
            )
        ]
        if addon == "aws-ebs-csi-driver":
            found.append(
                aws.iam.RolePolicy(
                    f"{name}-{addon}-key",
                    name="key",
                    role=role.name,
                    policy=self._control_plane.key.arn.apply(
                        lambda arn: json.dumps(permissions.may_encrypt_volumes(arn))
                    ),
                    opts=self._within,
                )
            )
        return role.arn, found


_ROLES: dict[AddonName, tuple[str, str]] = {
    "vpc-cni": ("aws-node", "AmazonEKS_CNI_Policy"),
    "aws-ebs-csi-driver": ("ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy"),
}
"""The service accounts of add-ons that have a role, and Amazon's policy for each."""


def kubeconfig(spec: EksSpec, *, endpoint: str, authority: str) -> str:
    """How kubectl and the engine reach the cluster: they ask the `aws` command for a token, and none is kept."""
    ask = ["--region", spec.region, "eks", "get-token", "--cluster-name", spec.name, "--output", "json"]
    plug_in = {"command": "aws", "args": ask, "interactiveMode": "Never"}
    return with_plug_in(spec.name, server=endpoint, authority=authority, plug_in=plug_in)
