"""The nodes: private, in managed groups that follow a change one node at a time."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from ... import amazon
from ..sizing import POOL_LABEL, Pool, PoolName
from . import naming
from .network import Subnets
from .permissions import trusts_service
from .spec import EksSpec

_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
_SYSTEM = "AL2023_x86_64_STANDARD"
_GIBIBYTE = 1 << 30


class Nodes(pulumi.ComponentResource):
    """Every node group of a cluster."""

    def __init__(
        self,
        name: str,
        spec: EksSpec,
        *,
        cluster: pulumi.Input[str],
        pools: Mapping[PoolName, Pool],
        subnets: Subnets,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("pulsar:clusters:Nodes", name, {}, opts)
        self._spec, self._cluster, self._subnets = spec, cluster, subnets
        self._within = pulumi.ResourceOptions(parent=self)
        self._role = aws.iam.Role(
            name,
            name=naming.role(spec.name, spec.region, "nodes"),
            assume_role_policy=trusts_service("ec2.amazonaws.com"),
            opts=self._within,
        )
        self._needed = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}",
                role=self._role.name,
                policy_arn=amazon.managed_policy(spec.region, policy),
                opts=self._within,
            )
            for policy in _POLICIES
        ]
        for pool in pools.values():
            template = self._template(f"{name}-{pool.name}", pool)
            if pool.name == "bookie":
                # A volume stays in its zone, and so must the node that takes a lost one's place.
                for zone, nodes in pool.per_zone(sorted(spec.zones)).items():
                    self._group(f"{name}-{pool.name}-{zone}", pool, [zone], nodes, template)
            else:
                self._group(f"{name}-{pool.name}", pool, sorted(spec.zones), pool.nodes, template)
        self.register_outputs({})

    def _template(self, name: str, pool: Pool) -> aws.ec2.LaunchTemplate:
        """What a pool's nodes are started from. The machine stands here, where another is an update of the group."""
        tags = {**self._spec.tags, "Name": f"{self._spec.name}-{pool.name}"}
        return aws.ec2.LaunchTemplate(
            name,
            name=f"{self._spec.name}-{pool.name}",
            instance_type=pool.machine,
            update_default_version=True,
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_size=-(-self._spec.node_disk // _GIBIBYTE),
                        volume_type="gp3",
                        encrypted="true",
                        delete_on_termination="true",
                    ),
                )
            ],
            # One hop: a node's own programs reach its credentials, and no pod does.
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
                for kind in ("instance", "volume")
            ],
            opts=self._within,
        )

    def _group(
        self, name: str, pool: Pool, zones: Sequence[str], nodes: int, template: aws.ec2.LaunchTemplate
    ) -> aws.eks.NodeGroup:
        return aws.eks.NodeGroup(
            name,
            cluster_name=self._cluster,
            node_group_name=naming.group(self._spec.name, pool.name, zones),
            node_role_arn=self._role.arn,
            version=self._spec.kubernetes,
            ami_type=_SYSTEM,
            subnet_ids=[self._subnets[zone] for zone in zones],
            labels={POOL_LABEL: pool.name},
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(min_size=nodes, desired_size=nodes, max_size=nodes + 1),
            # Pods leave by their disruption budgets: a group that can't empty a node stops, and nothing is forced.
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=1),
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._needed),
        )
