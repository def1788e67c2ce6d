"""The network under a cluster, made or taken as it is."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .addresses import of_zone
from .naming import subnet_tags
from .network_spec import EksExistingNetworkSpec, EksOwnNetworkSpec
from .spec import EksSpec

Subnets = Mapping[str, pulumi.Input[str]]
"""Ids, by the zone."""


class Vpc(pulumi.ComponentResource):
    """Subnets in every zone, with a way out."""

    private: Subnets
    """Where nodes and pods are."""

    def __init__(self, name: str, spec: EksSpec, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("pulsar:clusters:Vpc", name, {}, opts)
        self._within = pulumi.ResourceOptions(parent=self)
        if isinstance(spec.network, EksExistingNetworkSpec):
            self.private = self._tagged(name, spec, spec.network)
        else:
            self.private = self._made(name, spec, spec.network)
        self.register_outputs({})

    def _tagged(self, name: str, spec: EksSpec, network: EksExistingNetworkSpec) -> Subnets:
        """An existing VPC: load balancers find the subnets by the cluster's tag."""
        for kind, subnets in (("private", network.subnets), ("public", network.public_subnets)):
            for zone, subnet in sorted(subnets.items()):
                aws.ec2.Tag(
                    f"{name}-{kind}-{zone}",
                    resource_id=subnet,
                    key=f"kubernetes.io/cluster/{spec.name}",
                    value="shared",
                    opts=self._within,
                )
        return network.subnets

    def _made(self, name: str, spec: EksSpec, network: EksOwnNetworkSpec) -> Subnets:
        vpc = aws.ec2.Vpc(
            name,
            cidr_block=network.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": spec.name},
            opts=self._within,
        )
        # Whatever is started without a group of its own reaches nothing.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, opts=self._within)
        gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id, tags={"Name": spec.name}, opts=self._within)
        public_table = self._table(f"{name}-public", vpc, f"{spec.name}-public")
        way_out = aws.ec2.Route(
            f"{name}-public",
            route_table_id=public_table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self._within,
        )
        private: dict[str, pulumi.Input[str]] = {}
        tables: list[aws.ec2.RouteTable] = [public_table]
        nat: aws.ec2.NatGateway | None = None
        for zone in sorted(spec.zones):
            networks = of_zone(network.cidr, zone)
            public_subnet = self._subnet(f"{name}-public-{zone}", spec, vpc, zone, networks.public, public_table)
            if nat is None or network.nat == "zonal":
                nat = self._nat(f"{name}-{zone}", f"{spec.name}-{zone}", public_subnet, way_out)
            table = self._table(f"{name}-private-{zone}", vpc, f"{spec.name}-private-{zone}")
            aws.ec2.Route(
                f"{name}-private-{zone}",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=nat.id,
                opts=self._within,
            )
            private[zone] = self._subnet(f"{name}-private-{zone}", spec, vpc, zone, networks.private, table).id
            tables.append(table)
        # What is offloaded goes to S3 by this, and not through a NAT gateway that counts every byte.
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{spec.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables],
            tags={"Name": f"{spec.name}-s3"},
            opts=self._within,
        )
        return private

    def _subnet(
        self, name: str, spec: EksSpec, vpc: aws.ec2.Vpc, zone: str, cidr: str, table: aws.ec2.RouteTable
    ) -> aws.ec2.Subnet:
        public = "-public-" in name
        subnet = aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            tags={
                "Name": f"{spec.name}-{'public' if public else 'private'}-{zone}",
                **subnet_tags(spec.name, public=public),
            },
            opts=self._within,
        )
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, opts=self._within)
        return subnet

    def _table(self, name: str, vpc: aws.ec2.Vpc, shown: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(name, vpc_id=vpc.id, tags={"Name": shown}, opts=self._within)

    def _nat(self, name: str, shown: str, subnet: aws.ec2.Subnet, way_out: aws.ec2.Route) -> aws.ec2.NatGateway:
        address = aws.ec2.Eip(name, domain="vpc", tags={"Name": shown}, opts=self._within)
        return aws.ec2.NatGateway(
            name,
            allocation_id=address.id,
            subnet_id=subnet.id,
            tags={"Name": shown},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[way_out]),
        )
