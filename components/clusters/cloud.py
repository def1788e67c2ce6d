"""What the clusters that a cloud runs have in common: region, zones, version, node pools."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

import pydantic

from ..model import Name, Spec
from .cluster import KubernetesSpec, Offer
from .sizing import POOL_LABEL, POOLS, Demand, Machine, NoMachine, Pool, PoolName, pools

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = f" Did you mean {ipaddress.ip_network(text, strict=False)}?"
        except ValueError:
            meant = ""
        raise ValueError(
            f"{text[:40]!r} is not a network. Write an address and its length, such as 10.20.0.0/16.{meant}"
        ) from None
    if network.version != 4:
        raise ValueError(f"{text} is an IPv6 network, and only IPv4 is set up here. Write one such as 10.20.0.0/16.")
    return text


Network = Annotated[str, pydantic.AfterValidator(_network)]
"""An IPv4 network in CIDR notation: `10.20.0.0/16`."""


class PoolSpec(Spec):
    """The nodes of one pool, where they are not to be planned."""

    machine: str | None = None
    """The machine's type, as the cloud names it. Default: the cheapest that holds the pool's pods."""
    nodes: Annotated[int, pydantic.Field(ge=1, le=1000)] | None = None
    """How many, in all zones together. Default: as many as the pool's pods need."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A pool of nothing."""
        if self.nodes is not None and self.nodes < 1:
            yield "nodes", f"{self.nodes} nodes run no pod. Use at least 1, or leave it out to have them planned."


class PoolsSpec(Spec):
    """The node pools. Bookies and brokers have nodes of their own."""

    bookie: PoolSpec = PoolSpec()
    """The bookies' nodes."""
    broker: PoolSpec = PoolSpec()
    """The brokers' nodes."""
    general: PoolSpec = PoolSpec()
    """The nodes of everything else."""


class CloudSpec(KubernetesSpec):
    """A Kubernetes cluster that a cloud runs, made with the network under it."""

    machines: ClassVar[tuple[Machine, ...]] = ()
    """The machines that pools are planned with."""
    kubernetes_versions: ClassVar[tuple[str, ...]] = ("1.33", "1.34", "1.35")
    """The versions that the cloud offers and this program knows, the oldest first."""
    longest_name: ClassVar[int] = 40
    """The longest name of a cluster with which every derived name still fits the cloud's limits."""

    name: Name = "pulsar"
    """The cluster's name in the cloud. It can't change later."""
    region: str
    """The cloud's region."""
    zones: tuple[str, ...]
    """The zones that nodes are in. Three survive the loss of one."""
    kubernetes: str = "1.34"
    """Kubernetes' minor version. A newer one is an upgrade in place, one minor version at a time."""
    pools: PoolsSpec = PoolsSpec()
    """The nodes, where they are not to be planned from what Pulsar asks for."""
    api_networks: tuple[Network, ...] = ()
    """Networks that reach the Kubernetes API from outside. Default: none, it is private."""
    deletion_protection: bool = True
    """Whether deleting the cluster is refused. To take it down, set it to false and run `pulumi up` first."""
    tags: Mapping[str, str] = {}
    """What every resource in the cloud is tagged with."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What every cloud refuses, or would make useless."""
        if len(self.name) > self.longest_name:
            yield (
                "name",
                f"{self.name} has {len(self.name)} characters, and the cloud's names that start with it would be too "
                f"long. Use at most {self.longest_name}.",
            )
        if not self.zones:
            yield "zones", "is empty, and nodes must be somewhere. Name three zones of the region."
        for zone in sorted({zone for zone in self.zones if self.zones.count(zone) > 1}):
            yield "zones", f"names {zone} twice. Name different zones."
        if self.kubernetes not in self.kubernetes_versions:
            yield (
                "kubernetes",
                f"{self.kubernetes} is not a version that this program sets up here. "
                f"Choose from {', '.join(self.kubernetes_versions)}.",
            )
        for position, network in enumerate(self.api_networks):
            if ipaddress.ip_network(network).prefixlen == 0:
                yield (
                    f"api_networks.{position}",
                    f"{network} is the whole internet. Name the networks that you come from.",
                )

    @property
    def offer(self) -> Offer:
        """The pools' labels, and the zones. Each cloud adds its storage class and load balancer."""
        return Offer(zones=self.zones, node_selectors={name: {POOL_LABEL: name} for name in POOLS})

    def misfits(self, pulsar: "PulsarSpec", demands: Sequence[Demand]) -> Iterator[tuple[str, str]]:
        """Too few zones for the copies and the members, and pods that no machine holds."""
        yield from _zones(self.zones, pulsar)
        for name in POOLS:
            chosen: PoolSpec = getattr(self.pools, name)
            if chosen.machine is None:
                try:
                    pools([each for each in demands if each.pool == name], self.machines, len(self.zones) or 1)
                except NoMachine as error:
                    yield f"pools.{name}", f"{error}. Name a larger machine here, or ask for less."
            elif chosen.nodes is None and chosen.machine not in {each.name for each in self.machines}:
                known = ", ".join(each.name for each in self.machines)
                yield (
                    f"pools.{name}.machine",
                    f"{chosen.machine} is not in the table of machines, so how many are needed is not known. "
                    f"Give nodes as well, or choose from {known}.",
                )

    def planned(self, demands: Sequence[Demand]) -> Mapping[PoolName, Pool]:
        """The pools, as the stack file says or as Pulsar needs them."""
        return {name: self._pool(name, [each for each in demands if each.pool == name]) for name in POOLS}

    def _pool(self, name: PoolName, demands: Sequence[Demand]) -> Pool:
        chosen: PoolSpec = getattr(self.pools, name)
        if chosen.machine and chosen.nodes:
            return Pool(name=name, machine=chosen.machine, nodes=chosen.nodes)
        fitting = [each for each in self.machines if chosen.machine in (None, each.name)]
        plan = next(each for each in pools(demands, fitting, len(self.zones)) if each.name == name)
        return Pool(name=name, machine=plan.machine, nodes=chosen.nodes or plan.nodes)


def overlapping(networks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Networks that share addresses: the later setting's name, and a sentence.

    Args:
        networks: each in CIDR notation, by the setting that holds it.
    """
    seen: dict[str, ipaddress.IPv4Network] = {}
    for setting, text in networks.items():
        network = ipaddress.IPv4Network(text)
        for other, taken in seen.items():
            if network.overlaps(taken):
                yield (
                    setting,
                    f"{text} overlaps {other} ({taken}), and each needs addresses of its own. Choose another.",
                )
        seen[setting] = network


def _zones(zones: tuple[str, ...], pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
    """Zones are there to be lost: neither the last copy nor the majority of members may go with one."""
    if pulsar.spread == "preferred":
        return
    copies, members = pulsar.bookkeeper.write_quorum, getattr(pulsar.metadata, "replicas", 1)
    if len(zones) < min(copies, 3):
        yield (
            "zones",
            f"{len(zones)} can't hold {copies} copies of each message in zones of their own. "
            f"Name at least {min(copies, 3)} zones, or set pulsar.spread to preferred to do without.",
        )
    elif members >= 3 and len(zones) < 3:
        yield (
            "zones",
            f"{len(zones)}, so that losing one of them may take the majority of {members} metadata members. "
            "Name three zones, or set pulsar.spread to preferred to do without.",
        )
