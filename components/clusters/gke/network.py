"""The network under a GKE cluster as resources."""

import dataclasses

import pulumi
import pulumi_gcp as gcp

from .naming import LONGEST_NAME, shortened
from .network_spec import ExistingNetworkSpec, GkeNetwork, OwnNetworkSpec

_PODS, _SERVICES = "pods", "services"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ground:
    """What a cluster is told of the network that it is made in."""

    network: pulumi.Input[str]
    subnet: pulumi.Input[str]
    pods: str
    """The secondary range's name."""
    services: str
    """The secondary range's name."""
    way_out: tuple[pulumi.Resource, ...] = ()
    """What private nodes reach the internet through."""


def ground(name: str, spec: GkeNetwork, *, cluster: str, region: str, opts: pulumi.ResourceOptions) -> Ground:
    """The network as the stack file says: made here, or there already.

    Args:
        name: the logical name that everything's starts with.
        spec: the stack file's part.
        cluster: the cluster's name in the cloud.
        region: its region.
        opts: the component, and the provider.
    """
    if isinstance(spec, ExistingNetworkSpec):
        return Ground(network=spec.network, subnet=spec.subnet, pods=spec.pods, services=spec.services)
    return _own(name, spec, cluster=cluster, region=region, opts=opts)


def _own(name: str, spec: OwnNetworkSpec, *, cluster: str, region: str, opts: pulumi.ResourceOptions) -> Ground:
    # Networks are global: clusters of one name in several regions have one each.
    own = shortened(f"{cluster}-{region}", LONGEST_NAME)
    network = gcp.compute.Network(
        f"{name}-network", name=own, auto_create_subnetworks=False, routing_mode="REGIONAL", opts=opts
    )
    subnet = gcp.compute.Subnetwork(
        f"{name}-subnet",
        name=own,
        region=region,
        network=network.id,
        ip_cidr_range=spec.nodes,
        secondary_ip_ranges=[
            {"range_name": _PODS, "ip_cidr_range": spec.pods},
            {"range_name": _SERVICES, "ip_cidr_range": spec.services},
        ],
        # Google's own services (registry, storage, logs) without the detour over the NAT.
        private_ip_google_access=True,
        opts=opts,
    )
    router = gcp.compute.Router(f"{name}-router", name=own, region=region, network=network.id, opts=opts)
    nat = gcp.compute.RouterNat(
        f"{name}-nat",
        name=own,
        region=region,
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[{"name": subnet.id, "source_ip_ranges_to_nats": ["ALL_IP_RANGES"]}],
        # A node that geo-replicates opens more connections than the 64 that it would be given for good.
        enable_dynamic_port_allocation=True,
        enable_endpoint_independent_mapping=False,
        log_config={"enable": True, "filter": "ERRORS_ONLY"},
        opts=opts,
    )
    return Ground(network=network.id, subnet=subnet.id, pods=_PODS, services=_SERVICES, way_out=(nat,))
