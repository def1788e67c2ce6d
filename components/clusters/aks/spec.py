"""Azure Kubernetes Service, as a stack file describes it."""

import dataclasses
import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import pulumi
import pydantic

from ...azure import Guid, Region, ResourceGroup, Zone, reserved, tag_mistakes, zoneless
from ...model import Bytes, Spec
from ..cloud import CloudSpec, Network
from ..cluster import Cloud, Cluster, Offer
from ..sizing import POOLS, Demand
from .machines import MACHINES
from .network_spec import AksNetwork, AksOwnNetworkSpec

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec

STORAGE_CLASS = "pulsar"
"""The StorageClass that is made in the cluster. Claims name it, and claims can't change."""

_LONGEST_GROUP = 80 - len("-nodes")
"""AKS' own resource group, whose name is made from it, may have 80 characters."""


class AksDiskSpec(Spec):
    """What Pulsar's volumes are."""

    type: Literal["premium", "premium-v2"] = "premium"
    """`premium`: Premium SSD, whose speed follows from its size. `premium-v2`: Premium SSD v2, whose speed is
    chosen."""
    iops: Annotated[int, pydantic.Field(ge=3000, le=80000)] | None = None
    """Operations a second of each `premium-v2` volume. Default: Azure's, 3,000, which cost nothing more."""
    throughput: Annotated[int, pydantic.Field(ge=125, le=1200)] | None = None
    """Megabytes a second of each `premium-v2` volume. Default: Azure's, 125, which cost nothing more."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A speed where it can't be chosen, and more megabytes than operations carry."""
        for name in ("iops", "throughput"):
            if self.type == "premium" and getattr(self, name) is not None:
                yield name, "can be chosen for premium-v2 alone; a premium volume's speed follows from its size."
        if self.throughput and self.throughput * 4 > (self.iops or 3000):
            yield (
                "throughput",
                f"{self.throughput} needs {self.throughput * 4} operations a second, four for each megabyte. "
                "Raise iops, or lower it.",
            )


class AksMaintenanceSpec(Spec):
    """When Azure puts patches on, once a week."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    """The day of the week."""
    start: str
    """When it begins (UTC), such as `02:00`."""
    hours: Annotated[int, pydantic.Field(ge=4, le=24)] = 4
    """How long it may take. Azure takes no less than 4."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Something that is not a time of day."""
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", self.start):
            yield "start", f"{self.start!r} is not a time of day. Write hours and minutes in UTC, such as '02:00'."


class AksSpec(CloudSpec):
    """An AKS cluster: nodes in all zones, no local accounts, pods that have identities in Entra."""

    machines = MACHINES
    # 1.33 can't be chosen for a new cluster any more but with Azure's long-term support.
    kubernetes_versions = ("1.34", "1.35")
    longest_name = 54

    provider: Literal["aks"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Azure Kubernetes Service."""
    subscription: Guid
    """The subscription's id. It can't change later."""
    region: Region
    """Azure's region, such as `westeurope`. It can't change later."""
    zones: tuple[Zone, ...] = ("1", "2", "3")  # pyright: ignore[reportIncompatibleVariableOverride]
    """The zones that nodes are in. Three survive the loss of one. One may be added later; the volumes in a zone that is
    taken away can't be attached any more."""
    resource_group: ResourceGroup | None = None
    """The resource group that is made for the cluster. Its volumes get one of their own, `NAME-volumes`, since AKS
    deletes its own with the cluster. Default: the cluster's name."""
    admin_groups: tuple[Guid, ...]
    """Entra groups whose members administer the cluster, by their object ids. There are no local accounts: whoever
    runs `pulumi up` must be in one."""
    api_networks: tuple[Network, ...] = ()
    """Networks that reach the Kubernetes API from the internet. Without one it is private, and Pulumi must run where
    the virtual network is reached. Whether there are any can't change later; which ones can. Default: none."""
    network: AksNetwork = AksOwnNetworkSpec()
    """The network that nodes are in."""
    disk: AksDiskSpec = AksDiskSpec()
    """What Pulsar's volumes are. A change is for volumes that are made from then on."""
    encryption_at_host: bool = True
    """Whether caches and system disks are encrypted where the machines run. The subscription must have the feature:
    `az feature register --namespace Microsoft.Compute --name EncryptionAtHost`."""
    patches: AksMaintenanceSpec | None = None
    """When Azure may put patches of Kubernetes and new images on the nodes by itself. Default: never."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What Azure refuses, beside what every cloud does."""
        yield from super().mistakes()
        if sentence := reserved(self.name):
            yield "name", sentence
        if sentence := zoneless(self.region):
            yield "region", sentence
        if len(self.group) > _LONGEST_GROUP:
            yield (
                "resource_group",
                f"{self.group[:40]}… has {len(self.group)} characters, and the group of AKS' own that starts with it "
                f"would be too long. Use at most {_LONGEST_GROUP}.",
            )
        for position, network in enumerate(self.api_networks):
            if not ipaddress.ip_network(network).is_global and ipaddress.ip_network(network).prefixlen:
                yield (
                    f"api_networks.{position}",
                    f"{network} is private, and these are networks of the internet. A private network reaches a "
                    "private cluster by a peering or a VPN: leave api_networks out.",
                )
        if not self.admin_groups:
            yield (
                "admin_groups",
                "is empty, and there are no local accounts: nobody could reach the cluster. Name an Entra group that "
                "whoever runs `pulumi up` is in.",
            )
        yield from tag_mistakes(self.tags)
        for name in POOLS:
            machine = getattr(self.pools, name).machine
            if machine and not re.fullmatch(r"Standard_[A-Z]\w+", machine):
                yield (
                    f"pools.{name}.machine",
                    f"{machine[:40]} is not spelled as Azure spells a size. Write it such as {MACHINES[2].name}.",
                )
            elif machine and not re.fullmatch(r"Standard_[A-Z]+[0-9]+(-[0-9]+)?[a-z]*s[a-z]*(_\w+)?", machine):
                yield (
                    f"pools.{name}.machine",
                    f"{machine} takes no premium disks, as sizes with an s behind the number do. "
                    f"Use one such as {MACHINES[2].name}.",
                )

    def misfits(self, pulsar: "PulsarSpec", demands: Sequence[Demand]) -> Iterator[tuple[str, str]]:
        """Networks that are too small for the nodes that Pulsar needs."""
        found = list(super().misfits(pulsar, demands))
        yield from found
        yield from self._too_fast(pulsar)
        # Without a plan for the pools there is nothing to add up.
        if not any(path.startswith("pools") for path, _ in found):
            planned = sum(pool.nodes for pool in self.planned(demands).values())
            # One for the cluster's own services in each zone, and one more in each zone of each pool while it upgrades.
            yield from self.network.shortages(planned + len(self.zones) * (2 + len(POOLS)))

    def _too_fast(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """Azure makes no volume with more than 500 operations a second for each gibibyte, beyond the 3,000 of all."""
        iops = self.disk.iops or 0
        sizes = (
            Bytes.parse(volume.size)
            for work in pulsar.workloads(self.offer).values()
            for volume in work.volumes
            if volume.storage_class == STORAGE_CLASS
        )
        if iops > 3000 and (smallest := min(sizes, default=None)) and iops > smallest / (1 << 30) * 500:
            yield (
                "disk.iops",
                f"{iops} are more than a volume of {smallest} can have, 500 for each Gi. Use at most "
                f"{max(3000, int(smallest / (1 << 30) * 500))}, or make the smallest volume larger.",
            )

    @property
    def group(self) -> str:
        """`resource_group`, or the cluster's name."""
        return self.resource_group or self.name

    @property
    def offer(self) -> Offer:
        """The class, the zones as nodes are labelled with them, and internal load balancers."""
        return dataclasses.replace(
            super().offer,
            zones=tuple(f"{self.region}-{zone}" for zone in self.zones),
            storage_class=STORAGE_CLASS,
            load_balancer_annotations={"service.beta.kubernetes.io/azure-load-balancer-internal": "true"},
        )

    @property
    def identities(self) -> frozenset[Cloud]:
        """By Entra Workload ID."""
        return frozenset({"azure"})

    def create(self, name: str, *, kubeconfig: pulumi.Output[str] | None, demands: Sequence[Demand]) -> Cluster:
        """The cluster, its network and its nodes."""
        del kubeconfig
        try:
            from .component import Aks
        except ModuleNotFoundError as error:
            raise missing(error) from None
        return Aks(name, self, demands)


def missing(error: ModuleNotFoundError) -> Exception:
    """The sentence for a package that is not installed, or the error itself where that is none of the clouds' own."""
    if error.name != "pulumi_azure_native":
        return error
    return pulumi.RunError(
        "The package pulumi-azure-native is not installed, and this stack is on Azure. `make preview STACK=…` installs "
        "it, and so does `.venv/bin/pip install --require-hashes -r requirements-clouds.lock`."
    )
