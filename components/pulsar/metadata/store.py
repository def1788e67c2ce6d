"""What Pulsar needs to know of a metadata store, whichever it is."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Annotated

import pydantic

from ... import names, versions
from ...model import Bytes, Cpu, Spec, StorageClass
from ..contributions import Contribution
from ..lifecycle.guards import Guard, members_stay
from ..runtime import Runtime
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
    prefix: str = ""
    """What stands before a role's name where a second store of the same kind lives beside the first."""
    governing: str = "-headless"
    """What stands behind a role's name in the Service that gives each pod its host name."""

    def role(self, name: str) -> str:
        """What the pods of this name are here: `zookeeper`, `configuration-zookeeper`."""
        return f"{self.prefix}{name}"

    def service(self, name: str) -> str:
        """The name that finds the pods of a role that are ready."""
        return names.service(f"{self.cluster}-{self.role(name)}", self.namespace)

    def headless(self, name: str) -> str:
        """The name that finds every pod of a role, also those that are not ready."""
        return names.service(f"{self.cluster}-{self.role(name)}{self.governing}", self.namespace)

    def member(self, name: str, ordinal: int | str) -> str:
        """The name that finds one pod of a role, by its ordinal."""
        return f"{self.cluster}-{self.role(name)}-{ordinal}.{self.headless(name)}"


class VolumeSpec(Spec):
    """A volume of each pod."""

    size: Bytes
    """How large, such as `20Gi`."""
    storage_class: StorageClass | None = None
    """The Kubernetes StorageClass. Default: the cluster's (`cluster.storage_class`, or its own default)."""


class MetadataStoreSpec(Spec):
    """A metadata store. Each kind fills in the rest."""

    store: versions.Store

    def url(self, place: Place) -> str:
        """What the brokers' `metadataStoreUrl` is set to."""
        raise NotImplementedError

    def local_url(self, place: Place) -> str:
        """The same for processes whose driver can't be told of certificates: by a way within their own pod."""
        return self.url(place)

    def local_configuration_url(self, place: Place) -> str:
        """Where such processes find what several clusters may share. Default: in the same store."""
        return self.local_url(place)

    def last_key(self, place: Place) -> str:
        """What `initialize-cluster-metadata` writes after BookKeeper's layout and the cluster's own entry."""
        del place
        return "/admin/policies/public/default"

    def bookkeeper_uri(self, place: Place) -> str:
        """What BookKeeper's `metadataServiceUri` is set to: the driver that racks work with.

        BookKeeper takes a value with commas for a list and keeps the first entry (seen with 4.0.8): one member's death
        would be every bookie's. Pulsar's driver makes commas of semicolons.
        """
        return f"metadata-store:{self.local_url(place)}".replace(",", ";")

    def contribution(self, place: Place) -> Contribution:
        """What the store asks of Pulsar's processes."""
        url, bookkeeper = self.url(place), {"metadataServiceUri": self.bookkeeper_uri(place)}
        both = {"metadataStoreUrl": url, "configurationMetadataStoreUrl": url}
        return Contribution(
            source=f"metadata: {self.store}",
            conf={
                "bookie": bookkeeper,
                "autorecovery": bookkeeper,
                # Without a URI of its own, the broker's BookKeeper client shares the broker's connection and session.
                "broker": both,
                "toolset": bookkeeper,
            },
        )

    def workloads(self, place: Place, runtime: Runtime, storage_class: str | None) -> tuple[Workload, ...]:
        """The members as pods, and what they need beside them.

        Args:
            place: where they live.
            runtime: Pulsar's own image and JVM, for a store that it carries.
            storage_class: what their volumes come from where the stack file doesn't say.
        """
        raise NotImplementedError

    def manifests(self, place: Place) -> Mapping[str, Manifest]:
        """Further objects beside the pods, by their logical name."""
        del place
        return {}

    def guards(self, place: Place) -> Mapping[str, Guard]:
        """The roles whose number of pods is not free to change."""
        del place
        return {}

    def snapshot(self, place: Place, runtime: Runtime, target: str) -> Mapping[str, Manifest]:
        """Containers, by name, that write a snapshot of the metadata to a file, one after the other.

        Only image and command are theirs to say. A store that can't be backed up here has none.
        """
        del place, runtime, target
        return {}

    def restore(self, place: Place, runtime: Runtime, member: int, source: str) -> Manifest:
        """Image and command of the container that fills a member's empty volume from such a file."""
        raise NotImplementedError

    def shell_functions(self, place: Place, name: str = "metadata") -> str:
        """Two shell functions that need no JVM: `metadata_answers`, and `metadata_has KEY`.

        They run in loops and in probes: each returns within two seconds, whatever the members do.

        Args:
            place: where the store lives.
            name: how the functions' names begin.
        """
        raise NotImplementedError


class EnsembleSpec(MetadataStoreSpec):
    """A store of equal members, of which more than half must agree."""

    replicas: Annotated[int, pydantic.Field(ge=1)]
    """Members: an odd number, of which more than half must live."""
    cpu: Cpu
    """Processors that a member asks for."""
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

    def guards(self, place: Place) -> Mapping[str, Guard]:
        """Members are made together."""
        setting = "configuration_metadata" if place.prefix else "metadata"
        return {place.role(self.store): members_stay(self.store, setting)}

    def hosts(self, place: Place) -> tuple[str, ...]:
        """The members' own names."""
        return tuple(place.member(self.store, ordinal) for ordinal in range(self.replicas))
