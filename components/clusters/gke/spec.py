"""Google Kubernetes Engine, as a stack file describes it."""

import dataclasses
import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pulumi
import pydantic

from ..cloud import CloudSpec, PoolSpec
from ..cluster import Cloud, Cluster, Offer
from ..sizing import POOLS, Demand, Machine
from .machines import FAMILIES, Disk, machines, takes
from .naming import label_mistakes, project_mistake, region_mistake, zone_mistakes
from .network_spec import GkeNetwork, OwnNetworkSpec

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec

STORAGE_CLASS = "pulsar"
"""The StorageClass that is made in the cluster. Claims name it, and claims can't change."""


def _project(value: Any) -> Any:
    # A project's number is a number in YAML as well, and the sentence about projects helps more than one about text.
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(project_mistake(str(value)))
    return value


Project = Annotated[str, pydantic.BeforeValidator(_project)]
"""The id of a project on Google Cloud."""


class GkeSpec(CloudSpec):
    """A regional, private GKE cluster: the control plane in all zones, nodes without public addresses."""

    provider: Literal["gke"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Google Kubernetes Engine."""
    project: Project
    """The project's id. It can't change later."""
    region: str
    """Google's region, such as `europe-west1`. It can't change later."""
    zones: tuple[str, ...]
    """The zones that nodes are in, such as `europe-west1-b`: three survive the loss of one. One may be added later; the
    volumes in a zone that is taken away can't be attached any more."""
    kubernetes: str = "1.34"
    """Kubernetes' oldest minor version. A newer one is an upgrade in place, one minor version at a time; the channel
    moves on by itself as well, and never back."""
    channel: Literal["rapid", "regular", "stable"] = "regular"
    """GKE's release channel, which decides when patches and new versions come by themselves."""
    maintenance_start: str = "03:00"
    """When GKE's daily four hours for upgrades of its own begin (UTC)."""
    network: GkeNetwork = OwnNetworkSpec()
    """The network that nodes are in."""
    disk: Disk = "pd-ssd"
    """What the volumes are. Hyperdisk needs machines of a family that has it: c3 or n4, and not n2. A change is for
    volumes that are made from then on, and those that are there must fit the machines as well: c3 takes both kinds,
    so there is a way from a persistent disk to Hyperdisk, and a way back only with c3 named for every pool."""

    @property
    def machines(self) -> tuple[Machine, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The machines that pools are planned with: n2, or c3 for Hyperdisk."""
        return machines(self.disk)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What Google refuses, beside what every cloud does."""
        yield from super().mistakes()
        if mistake := project_mistake(self.project):
            yield "project", mistake
        if mistake := region_mistake(self.region):
            yield "region", mistake
        else:
            yield from zone_mistakes(self.zones, self.region)
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", self.maintenance_start):
            yield (
                "maintenance_start",
                f"{self.maintenance_start!r} is not a time of day. Write hours and minutes in UTC, such as '03:00'.",
            )
        for mistake in label_mistakes(self.tags):
            yield "tags", mistake
        for name in POOLS:
            for path, sentence in self._pool_mistakes(getattr(self.pools, name), holds_volumes=name != "broker"):
                yield f"pools.{name}.{path}", sentence

    def _pool_mistakes(self, pool: PoolSpec, *, holds_volumes: bool) -> Iterator[tuple[str, str]]:
        if pool.nodes is not None and self.zones and pool.nodes % len(self.zones):
            fewer, zones = pool.nodes // len(self.zones) * len(self.zones), len(self.zones)
            yield (
                "nodes",
                f"{pool.nodes} can't be shared evenly by {zones} zones, and GKE gives a pool as many nodes in each. "
                f"Use {f'{fewer} or ' if fewer else ''}{fewer + zones}.",
            )
        if pool.machine and holds_volumes and not takes(pool.machine, self.disk):
            able = ", ".join(family for family, disks in FAMILIES.items() if self.disk in disks)
            yield "machine", f"{pool.machine} can't have {self.disk} volumes. Choose from {able}, or change disk."

    def misfits(self, pulsar: "PulsarSpec", demands: Sequence[Demand]) -> Iterator[tuple[str, str]]:
        """Ranges that are too small for the nodes that Pulsar needs."""
        found = list(super().misfits(pulsar, demands))
        yield from found
        # Without a plan for the pools there is nothing to add up.
        if not any(path.startswith("pools") for path, _ in found):
            planned = self.planned(demands).values()
            # While a pool is upgraded it has one node more.
            yield from self.network.shortages(sum(pool.nodes for pool in planned) + len(POOLS))

    @property
    def offer(self) -> Offer:
        """The class, and what load balancers are told: internal, or backed by services instead of target pools."""
        return dataclasses.replace(
            super().offer,
            storage_class=STORAGE_CLASS,
            load_balancer_annotations={"networking.gke.io/load-balancer-type": "Internal"},
            public_load_balancer_annotations={"cloud.google.com/l4-rbs": "enabled"},
        )

    @property
    def identities(self) -> frozenset[Cloud]:
        """By Workload Identity."""
        return frozenset({"gcp"})

    @property
    def api_is_public(self) -> bool:
        """Whether the API has an address on the internet: where one of the networks that reach it is there."""
        return any(ipaddress.ip_network(network).is_global for network in self.api_networks)

    def create(self, name: str, *, kubeconfig: pulumi.Output[str] | None, demands: Sequence[Demand]) -> Cluster:
        """The cluster, its network and its nodes."""
        del kubeconfig
        try:
            from .component import Gke
        except ModuleNotFoundError as error:
            raise missing(error) from None
        return Gke(name, self, demands)


def missing(error: ModuleNotFoundError) -> Exception:
    """The sentence for a package that is not installed, or the error itself where that is none of the clouds' own."""
    if error.name != "pulumi_gcp":
        return error
    return pulumi.RunError(
        "The package pulumi-gcp is not installed, and this stack is on Google Cloud. `make preview STACK=…` installs "
        "it, and so does `.venv/bin/pip install --require-hashes -r requirements-clouds.lock`."
    )
