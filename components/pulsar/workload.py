"""A set of equal pods as plain values."""

import dataclasses
import decimal
from collections.abc import Mapping
from typing import Any, Literal

from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..model import Bytes

Manifest = dict[str, Any]
Spread = Literal["required", "preferred"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume of each pod, claimed from the cluster's storage."""

    name: str
    path: str
    size: str
    storage_class: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mount:
    """Something that stands in the container's file system and that no volume of its own holds."""

    name: str
    """The name of the pod's volume."""
    path: str
    source: Mapping[str, Any]
    """The volume's source as a pod has it: `{"secret": {"secretName": "keys"}}`."""
    read_only: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class SecretKey:
    """One key of a Kubernetes Secret."""

    secret: str
    key: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class InitContainer:
    """What runs in each pod before its process."""

    name: str
    image: str
    command: tuple[str, ...]
    mounts: tuple[str, ...] = ()
    """The names of the mounts that it sees, to write into them."""
    memory: str = "256Mi"
    beside: bool = False
    """Whether it goes on beside the process and ends after it, as Kubernetes' sidecars do (since 1.29)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workload:
    """A set of equal pods and what stands around them, as plain values."""

    cluster: str
    """Pulsar's cluster name, which starts every object's name."""
    namespace: str
    role: str
    """What the pods are: `broker`."""
    image: str
    user: int | None = None
    """Who its process is in its pods. Default: who Pulsar's own images run as."""
    replicas: int
    command: tuple[str, ...]
    """What is run. Empty: what the image runs by itself."""
    ports: Mapping[str, int]
    cpu: str
    memory: str
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Goes into a ConfigMap; a change rolls the pods."""
    field_environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Variables that take a field of the pod: `POD_NAME: metadata.name`."""
    secret_environment: Mapping[str, SecretKey] = dataclasses.field(default_factory=dict)
    """Variables whose values stand in a Secret, which must exist before the pods start."""
    mounts: tuple[Mount, ...] = ()
    """What else stands in the container's file system."""
    init_containers: tuple[InitContainer, ...] = ()
    """What runs before the process, in order."""
    node_selector: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The labels of the nodes that it may run on."""
    startup: Manifest | None = None
    readiness: Manifest | None = None
    liveness: Manifest | None = None
    volumes: tuple[Volume, ...] = ()
    spread: Spread = "required"
    grace_seconds: int = 30
    settle_seconds: int = 0
    """How long a new pod must have been ready before a roll goes on to the next."""
    stateful: bool = True
    surges: bool = True
    """Whether a new pod may be there before an old one is gone, where no volume forbids it."""
    kubernetes_api: bool = False
    """Whether the pods hold a token for the Kubernetes API."""
    headless: bool = True
    client_service: Manifest | None = None
    """The Service's `spec` beside selector and ports, or no Service that clients use."""
    linger_seconds: int = 0
    """How long a pod that is told to stop goes on serving. Where everything is told at once, those who need others must
    be gone before the others are: a bookie without its metadata store doesn't end by itself."""

    @property
    def name(self) -> str:
        """The name of its main object, and of its client Service."""
        return f"{self.cluster}-{self.role}"

    @property
    def headless_name(self) -> str:
        """The name of the Service that gives each pod its own host name."""
        return f"{self.name}-headless"


def demand(work: Workload) -> Demand:
    """What a workload's pods ask of the nodes."""
    cpu = decimal.Decimal(work.cpu[:-1]) / 1000 if work.cpu.endswith("m") else decimal.Decimal(work.cpu)
    return Demand(
        role=work.role,
        pods=work.replicas,
        millicores=int(cpu * 1000),
        memory=int(Bytes.parse(work.memory)),
        volumes=len(work.volumes),
        alone=work.spread == "required",
    )


def placed(work: Workload, offer: Offer) -> Workload:
    """The same, on the nodes that are planned for it."""
    selector = offer.node_selectors.get(demand(work).pool, {})
    return dataclasses.replace(work, node_selector={**selector, **work.node_selector})


def images_in(manifest: Any) -> frozenset[str]:
    """The images of every container anywhere in a manifest."""
    if isinstance(manifest, Mapping):
        own = {manifest["image"]} if isinstance(manifest.get("image"), str) else set()
        return frozenset(own).union(*map(images_in, manifest.values()))
    return frozenset().union(*map(images_in, manifest)) if isinstance(manifest, list | tuple) else frozenset()
