"""Who runs Pulsar's processes: this program's own Kubernetes objects, or an operator that is told by its resources."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from ..clusters.cluster import Offer
from ..model import Spec
from ..pulsar.contributions import Contribution, Process
from ..pulsar.lifecycle.guards import Guard
from ..pulsar.workload import Manifest, Workload

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .operator import OperatorSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class Handed:
    """A custom resource that an operator makes Pulsar from, or a part of it."""

    name: str
    """Its logical name."""
    manifest: Manifest
    guard: Guard | None = None
    """What says of its number of pods why it is not free to change."""
    part_guards: Mapping[str, Guard] = dataclasses.field(default_factory=dict)
    """The same for the parts of its `spec` that have numbers of their own, by the part's name."""
    holds_data: bool = False
    """Whether messages or metadata go with it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Handing:
    """All that an operator is told."""

    operator: "OperatorSpec"
    """Whom it is handed to."""
    beside: Mapping[str, Manifest]
    """What the resources name and must be there before, by logical name."""
    resources: tuple[Handed, ...]
    """In the order in which they are made, each once the one before it is ready."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parts:
    """All that a Pulsar is made of, worked out before anything is made."""

    manifests: Mapping[str, Manifest]
    """Objects beside the pods, by their logical name."""
    workloads: Mapping[str, Workload]
    """The pod sets that this program makes itself, by role."""
    initialisation: Manifest | None = None
    """The Job that writes the cluster's metadata, where that is this program's to do."""
    handed: Handing | None = None
    """What an operator makes the rest from."""


class PulsarOperatorSpec(Spec):
    """Who runs Pulsar. What is left as it is here, is as this program does it itself."""

    kind: str

    @property
    def pods_level(self) -> Literal["restricted", "baseline"]:
        """The level of the Pod Security Standards that Pulsar's pods are fit for."""
        return "restricted"

    @property
    def governing(self) -> str:
        """What stands behind a role's name in the Service that gives each of its pods a host name."""
        return "-headless"

    @property
    def websocket_at(self) -> tuple[str, int]:
        """The role and the port that WebSocket in pods of its own is served at."""
        return "websocket", 8080

    @property
    def left_out(self) -> Mapping[Process, frozenset[str]]:
        """Keys of the conf files that are for this program's own pods alone."""
        return {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The configuration keys beside the spec that must hold a secret."""
        return ()

    def contributions(self) -> tuple[Contribution, ...]:
        """What it asks of Pulsar's processes."""
        return ()

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """What it can't run: the setting's path below `pulsar`, and a sentence with the way out."""
        del pulsar
        return iter(())

    def parts(self, pulsar: "PulsarSpec", offer: Offer) -> Parts:
        """All that is to be made, on a cluster that offers this."""
        raise NotImplementedError


class NativeSpec(PulsarOperatorSpec):
    """No operator: this program's own Kubernetes objects."""

    kind: Literal["native"] = "native"  # pyright: ignore[reportIncompatibleVariableOverride]
    """This program itself."""

    def parts(self, pulsar: "PulsarSpec", offer: Offer) -> Parts:
        """Every pod set, and the Job that writes the metadata."""
        return Parts(
            initialisation=pulsar.initialisation(),
            manifests=pulsar.manifests(offer),
            workloads=pulsar.workloads(offer),
        )
