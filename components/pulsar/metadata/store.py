"""What Pulsar needs to know of a metadata store, whichever it is."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Annotated

import pydantic

from ... import versions
from ...model import Bytes, Cpu, Spec, StorageClass
from ..contributions import Contribution
from ..lifecycle.guards import Guard
from ..workload import Manifest, Spread, Workload


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a Pulsar cluster lives: what names, and so addresses, are made of."""

    cluster: str
    """Pulsar's name of the cluster, which starts the names of its objects."""
    namespace: str
    """The Kubernetes namespace."""
    spread: Spread
    """Whether two pods of a role may share a node."""


class VolumeSpec(Spec):
    """A volume of each pod."""

    size: Bytes
    """How large, such as `20Gi`."""
    storage_class: StorageClass | None = None
    """The Kubernetes StorageClass. Default: the cluster's (`cluster.storage_class`, or its own default)."""


class MetadataStoreSpec(Spec):
    """The members of a metadata store and their size. Each store fills in the rest."""

    store: versions.Store
    replicas: Annotated[int, pydantic.Field(ge=1)]
    """Members: an odd number, of which more than half must live."""
    cpu: Cpu
    """Processors that a member asks for."""
    memory: Bytes
    """The memory limit and request of a member."""
    volume: VolumeSpec
    """Where a member keeps the metadata."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """An even number of members costs one more and survives no more failures."""
        if self.replicas < 1:
            yield "replicas", f"{self.replicas} members can't keep anything. Use 1, 3, 5 or 7."
        elif self.replicas % 2 == 0:
            yield (
                "replicas",
                f"{self.replicas} members survive no more failures than {self.replicas - 1}, since more than half must "
                f"agree. Use {self.replicas - 1} or {self.replicas + 1}.",
            )
        elif self.replicas > 7:
            yield "replicas", f"{self.replicas} members make every write slow. Use 1, 3, 5 or 7."

    def url(self, place: Place) -> str:
        """What `metadataStoreUrl` is set to."""
        raise NotImplementedError

    def contribution(self, place: Place) -> Contribution:
        """What the store asks of Pulsar's processes."""
        url = self.url(place)
        both = {"metadataStoreUrl": url, "configurationMetadataStoreUrl": url}
        return Contribution(
            source=f"metadata: {self.store}",
            conf={
                # The `metadata-store:` driver is the one that racks work with.
                "bookie": {"metadataServiceUri": f"metadata-store:{url}"},
                "autorecovery": {"metadataServiceUri": f"metadata-store:{url}"},
                "broker": {**both, "bookkeeperMetadataServiceUri": f"metadata-store:{url}"},
                "toolset": {"metadataServiceUri": f"metadata-store:{url}"},
            },
        )

    def workloads(self, place: Place, storage_class: str | None) -> tuple[Workload, ...]:
        """The members as pods, and what they need beside them."""
        raise NotImplementedError

    def manifests(self, place: Place) -> Mapping[str, Manifest]:
        """Further objects beside the pods, by their logical name."""
        del place
        return {}

    def guards(self) -> Mapping[str, Guard]:
        """The roles whose number of pods is not free to change."""
        return {}

    def snapshot(self, place: Place, target: str) -> Mapping[str, Manifest]:
        """Containers, by name, that write a snapshot of the metadata to a file, one after the other.

        Only image and command are theirs to say. A store that can't be backed up here has none.
        """
        del place, target
        return {}

    def restore(self, place: Place, member: int, source: str) -> Manifest:
        """Image and command of the container that fills a member's empty volume from such a file."""
        raise NotImplementedError

    def shell_functions(self, place: Place) -> str:
        """Two shell functions that need no JVM: `metadata_answers`, and `metadata_has KEY`."""
        raise NotImplementedError
