"""Pulsar as a stack file describes it, and every pod set and key that follows from it."""

import functools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

import pulumi
import pydantic

from .. import names, versions
from ..buckets import TieredStorage
from ..buckets.bucket import Access
from ..clusters.cluster import Cluster, KubernetesSpec, Offer
from ..clusters.sizing import Demand
from ..model import Image, Name, Namespace, Spec
from ..operators.choice import NativeSpec, OperatorChoice
from . import initialise, replication
from .bookkeeper import AutorecoveryPods, AutorecoverySpec, BookkeeperSpec, autorecovery, bookies
from .broker import BrokerSpec, brokers
from .contributions import Contribution, Process, Setting, clashes, equipped, merge
from .functions import FunctionsSpec, NoFunctionsSpec
from .lifecycle.guards import Guard, bookies_only_grow
from .metadata import ConfigurationMetadataSpec, MetadataSpec, refusals
from .metadata.backup import BackupSpec, backup, impossible
from .metadata.configuration import together
from .metadata.etcd import EtcdSpec
from .metadata.store import MetadataStoreSpec, Place
from .process import ProcessSpec
from .protocols import ProtocolsSpec
from .proxy import ProxySpec, proxies
from .replication import PeerSpec
from .runtime import Jvm, Runtime, runtime
from .toolset import ToolsetSpec, toolset
from .websocket import WebSocketPods, WebSocketSpec, websockets
from .workload import Manifest, Spread, Workload, demand, images_in, placed


class PulsarSpec(Spec):
    """A Pulsar cluster."""

    version: str
    """Pulsar's release, such as `4.0.8`."""
    name: Annotated[Name, pydantic.Field(max_length=names.LONGEST_CLUSTER_NAME)] = "pulsar"
    """Pulsar's name of the cluster. Every object's name starts with it, so it can't change later."""
    namespace: Namespace = "pulsar"
    """The Kubernetes namespace. It can't change later."""
    image: Image | None = None
    """Pulsar's image. Default: the official one of the version."""
    jvm: Jvm = "standard"
    """`standard`: the image's own choice of collector. `compact`: starts sooner and stays small, for laptops."""
    operator: OperatorChoice = NativeSpec()
    """Who runs Pulsar: `native`, this program's own Kubernetes objects, or an operator. It can't change later."""
    spread: Spread = "required"
    """`required`: no two pods of a role on one node. `preferred`: only where there are nodes enough."""
    keep_data: bool = True
    """Whether a change or `pulumi destroy` that would delete the bookies, the metadata or their namespace is refused.
    To take such a stack down, set it to false and run `pulumi up` first."""
    metadata: MetadataSpec = EtcdSpec()
    """Where Pulsar and BookKeeper keep their metadata."""
    configuration_metadata: ConfigurationMetadataSpec | None = None
    """A store apart for what several clusters may share: tenants, namespaces and policies. Default: they are kept in
    `metadata`, as fits a cluster on its own."""
    metadata_backup: BackupSpec | None = None
    """Scheduled snapshots of the metadata in the tiered storage's bucket. Default: none."""
    bookkeeper: BookkeeperSpec = BookkeeperSpec()
    """The bookies, which keep the messages."""
    autorecovery: AutorecoverySpec = AutorecoveryPods()
    """What copies a lost bookie's messages again."""
    broker: BrokerSpec = BrokerSpec()
    """The brokers, which serve the topics."""
    proxy: ProxySpec = ProxySpec()
    """The proxy, through which clients reach the brokers."""
    websocket: WebSocketSpec = WebSocketPods()
    """Pulsar over WebSocket."""
    functions: FunctionsSpec = NoFunctionsSpec()
    """What runs functions and connectors inside Pulsar."""
    tiered_storage: TieredStorage | None = None
    """Where older messages move to. Default: they stay on the bookies."""
    peers: Mapping[Name, PeerSpec] = {}
    """Other Pulsar clusters that messages are replicated to, by the name that they have of themselves."""
    protocols: ProtocolsSpec = ProtocolsSpec()
    """Protocols that the brokers speak beside Pulsar's own."""
    toolset: ToolsetSpec = ToolsetSpec()
    """The pod with Pulsar's command-line tools."""
    way_back: bool | None = None
    """`true` keeps off what Pulsar 5.0 can do and no earlier broker can read, so that you can go back. An upgrade to
    5.0 asks for true or false. Default: no way back, for a cluster that starts with 5.0."""

    @pydantic.field_validator("version", mode="before")
    @classmethod
    def _is_known(cls, version: Any) -> Any:
        # YAML reads 4.0 as a number, and the sentence about releases helps more than one about text.
        if isinstance(version, str | float | int) and not isinstance(version, bool):
            versions.line(str(version))
        return version

    @pydantic.field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name == "global":
            raise ValueError("global is what Pulsar calls all clusters together. Choose another name, such as pulsar.")
        return name

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What the version doesn't allow, and keys on which features disagree."""
        yield from refusals(self.metadata, self.configuration_metadata, self.version, self.name)
        yield from replication.mistakes(self.peers, self.name)
        if self.metadata_backup:
            remote = self.tiered_storage.remote(self.place) if self.tiered_storage else None
            for sentence in impossible(self.metadata, remote, self.place, self.runtime):
                yield "metadata_backup", sentence
        for path, sentence in self.functions.misfits(self):
            yield f"functions.{path}", sentence
        if self.tiered_storage:
            for path, sentence in self.tiered_storage.mistakes_with(self):
                yield f"tiered_storage.{path}", sentence
        for path, sentence in self.protocols.misfits(self.version):
            yield f"protocols.{path}", sentence
        yield from clashes(self.contributions, _SECTIONS)
        yield from self.operator.misfits(self)

    def follows(self) -> Iterator[tuple[str, object, str]]:
        """What the version decides."""
        yield "image", self.effective_image, "version table"
        for name, value in versions.decided(self.version):
            if name == "collector" and self.jvm == "compact":
                yield name, "serial", "jvm"
            else:
                yield name, value, "version table"

    @property
    def place(self) -> Place:
        """Where the cluster lives."""
        return Place(cluster=self.name, namespace=self.namespace, spread=self.spread, governing=self.operator.governing)

    @property
    def effective_image(self) -> str:
        """`image`, or the version table's."""
        return self.image or versions.image(self.version)

    @functools.cached_property
    def stores(self) -> MetadataStoreSpec:
        """Where the cluster's own metadata is and what it may share with others, as one."""
        return together(self.metadata, self.configuration_metadata)

    @property
    def runtime(self) -> Runtime:
        """What runs Pulsar's processes."""
        return runtime(self.effective_image, self.jvm)

    @functools.cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """What every feature asks for; the stack file's own keys come last."""
        place, line = self.place, versions.line(self.version)
        return (
            self.functions.metadata(self.stores.contribution(place)),
            self.bookkeeper.contribution(),
            self.autorecovery.contribution(),
            self.broker.contribution(place),
            self.functions.contribution(self),
            self.websocket.contribution(place, self.stores),
            self.proxy.contribution(place),
            self.toolset.contribution(place),
            *((self.tiered_storage.contribution(place),) if self.tiered_storage else ()),
            *self.protocols.contributions(self.effective_image),
            *self.operator.contributions(),
            *((Contribution(source="way_back", conf={"broker": line.way_back}),) if self.way_back else ()),
            *(
                Contribution(source=f"{section}.config", chosen={process: dict(part.config)})
                for process, section in _SECTIONS.items()
                if isinstance(part := getattr(self, section), ProcessSpec)
            ),
        )

    def settings(self, process: Process) -> dict[str, Setting]:
        """The keys of one process's conf file, and who set each."""
        left_out = self.operator.left_out.get(process, frozenset())
        return {key: each for key, each in merge(self.contributions, process).items() if key not in left_out}

    @property
    def offloading(self) -> frozenset[str]:
        """The roles whose pods use the tiered storage's keys, and so start after they are there."""
        if self.tiered_storage is None:
            return frozenset()
        return frozenset({"broker", *(work.role for work in self.tiered_storage.workloads(self.place, Offer()))})

    def workloads(self, offer: Offer) -> dict[str, Workload]:
        """Every pod set, by its role, on a cluster that offers this."""
        storage_class = offer.storage_class
        place, run, metadata = self.place, self.runtime, self.stores
        found = [
            *metadata.workloads(place, run, storage_class),
            *(self.tiered_storage.workloads(place, offer) if self.tiered_storage else ()),
            bookies(
                self.bookkeeper,
                self.settings("bookie"),
                place=place,
                metadata=metadata,
                runtime=run,
                storage_class=storage_class,
            ),
            brokers(self.broker, self.settings("broker"), place=place, metadata=metadata, runtime=run),
            proxies(self.proxy, self.settings("proxy"), place=place, runtime=run, offer=offer),
            toolset(self.toolset, self.settings("toolset"), place=place, runtime=run),
        ]
        if isinstance(self.autorecovery, AutorecoveryPods):
            found.append(
                autorecovery(
                    self.autorecovery,
                    self.settings("autorecovery"),
                    place=place,
                    metadata=metadata,
                    runtime=run,
                )
            )
        if isinstance(self.websocket, WebSocketPods):
            found.append(websockets(self.websocket, self.settings("websocket"), place=place, runtime=run))
        found = self.functions.workloads(self, found)
        return {work.role: placed(equipped(work, self.contributions), offer) for work in found}

    def demands(self) -> tuple[Demand, ...]:
        """What the pods ask of the nodes."""
        return tuple(demand(work) for work in self.workloads(Offer()).values())

    def manifests(self, offer: Offer) -> dict[str, Manifest]:
        """Further objects beside the pods, by their logical name."""
        stored = self.tiered_storage.manifests(self.place, offer) if self.tiered_storage else {}
        peers = replication.replication(self.peers, self.place, self.effective_image)
        clients = self.protocols.manifests(self.place, offer, self.broker.replicas)
        functions = self.functions.manifests(self)
        made = {**self.stores.manifests(self.place), **stored, **self._backup(), **peers, **clients}
        return {**made, **functions}

    def _backup(self) -> Mapping[str, Manifest]:
        remote = self.tiered_storage.remote(self.place) if self.tiered_storage else None
        if self.metadata_backup is None or remote is None:
            return {}
        mounts = tuple(mount for each in self.contributions for mount in each.mounts.get("initialise", ()))
        return backup(self.metadata_backup, self.metadata, remote, self.place, self.runtime, mounts)

    def tiered_access(self, name: str, *, cluster: Cluster, secrets: Mapping[str, pulumi.Output[str]]) -> Access | None:
        """What there must be outside Kubernetes for the tiered storage, and how the pods may use it."""
        if self.tiered_storage is None:
            return None
        return self.tiered_storage.create(
            name, place=self.place, cluster=cluster, secrets=secrets, keep_data=self.keep_data
        )

    def images(self, offer: Offer) -> frozenset[str]:
        """Every image that a pod is made from."""
        work = self.workloads(offer).values()
        jobs = (found for manifest in self.manifests(offer).values() for found in images_in(manifest))
        return frozenset({*(each.image for each in work), *(i.image for w in work for i in w.init_containers), *jobs})

    def on(self, cluster: KubernetesSpec) -> Self:
        """The same with what was left out and follows from the cluster."""
        if self.tiered_storage is None:
            return self
        here = self.model_copy(update={"tiered_storage": self.tiered_storage.on(cluster)})
        # A copy has what was worked out before as well.
        vars(here).pop("contributions", None)
        return here

    def misfits(self, cluster: KubernetesSpec) -> Iterator[tuple[str, str]]:
        """What is asked of the cluster and it can't give: the setting's path, and a sentence."""
        if self.tiered_storage:
            for path, sentence in self.tiered_storage.misfits(cluster):
                yield f"tiered_storage.{path}", sentence

    def guards(self) -> dict[str, Guard]:
        """The roles whose number of pods is not free to change."""
        return {
            "bookie": bookies_only_grow(f"{self.name}-bookie", self.bookkeeper.decommissioned),
            **self.stores.guards(self.place),
        }

    def initialisation(self) -> Manifest:
        """The Job that writes the cluster's metadata."""
        work = initialise.workload(self.place, self.runtime.image, self.runtime.environment)
        return initialise.job(self.stores, self.place, equipped(work, self.contributions))


_SECTIONS: dict[Process, str] = {
    "bookie": "bookkeeper",
    "autorecovery": "autorecovery",
    "broker": "broker",
    "proxy": "proxy",
    "websocket": "websocket",
}
"""The part of the stack file that each process's `config` stands in."""
