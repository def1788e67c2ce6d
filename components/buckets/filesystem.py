"""A shared file system as the place of older messages."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from ..clusters.cluster import Offer
from ..model import Bytes, ObjectName, StorageClass
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from ..pulsar.workload import Manifest, Mount
from .bucket import TieredStorageSpec

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

PATH = "/pulsar/offload"


class FilesystemSpec(TieredStorageSpec):
    """A volume that all brokers share."""

    kind: Literal["filesystem"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """A volume that all brokers share, such as NFS. Encryption and copies are its storage's."""
    claim: ObjectName | None = None
    """An existing PersistentVolumeClaim in Pulsar's namespace, in place of a volume that is made."""
    size: Bytes | None = None
    """How large the volume is that is made."""
    storage_class: StorageClass | None = None
    """The StorageClass of the volume that is made. Default: the cluster's own default, not that of Pulsar's block
    volumes, which seldom can be shared."""
    access_mode: Literal["ReadWriteMany", "ReadWriteOnce"] = "ReadWriteMany"
    """`ReadWriteMany`: brokers on any node. `ReadWriteOnce`: where all brokers run on one node."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Neither a volume nor a claim, or both."""
        yield from super().mistakes()
        if self.claim is None and self.size is None:
            yield "size", "is missing. Say how large the volume is, or name an existing `claim`."
        if self.claim is not None:
            for setting in ("size", "storage_class"):
                if getattr(self, setting) is not None:
                    yield (
                        setting,
                        f"{getattr(self, setting)} is for a volume that is made, and the claim {self.claim} exists "
                        "already. Leave one of them out.",
                    )

    def mistakes_with(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """A volume of one node for brokers that never share a node."""
        yield from super().mistakes_with(pulsar)
        if self.access_mode == "ReadWriteOnce" and pulsar.broker.replicas > 1 and pulsar.spread == "required":
            yield (
                "access_mode",
                f"ReadWriteOnce is a volume of one node, and {pulsar.broker.replicas} brokers run on as many nodes "
                "(spread: required). Use ReadWriteMany with a StorageClass that offers it, or spread: preferred on a "
                "cluster of one node.",
            )

    @property
    def driver(self) -> str:
        """Hadoop's file system API, on a local path."""
        return "filesystem"

    def contribution(self, place: Place) -> Contribution:
        """Every broker has the volume at the same path."""
        base = super().contribution(place)
        volume = {"persistentVolumeClaim": {"claimName": self.claim or f"{place.cluster}-offload"}}
        return Contribution(
            source=base.source,
            conf={"broker": {**base.conf["broker"], "fileSystemURI": f"file://{PATH}"}},
            mounts={"broker": (Mount(name="offload", path=PATH, source=volume, read_only=False),)},
        )

    def manifests(self, place: Place, offer: Offer) -> Mapping[str, Manifest]:
        """The claim, which outlives the brokers."""
        found = dict(super().manifests(place, offer))
        if self.claim is None:
            storage_class = {"storageClassName": self.storage_class} if self.storage_class else {}
            found[f"{place.cluster}-offload"] = {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": f"{place.cluster}-offload", "namespace": place.namespace},
                "spec": {
                    "accessModes": [self.access_mode],
                    **storage_class,
                    "resources": {"requests": {"storage": str(self.size)}},
                },
            }
        return found
