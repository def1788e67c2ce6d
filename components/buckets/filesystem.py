"""A shared file system as the place of older messages."""

from collections.abc import Mapping
from typing import Literal

from ..clusters.cluster import Offer
from ..model import Bytes, StorageClass
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from ..pulsar.workload import Manifest, Mount
from .bucket import TieredStorageSpec

PATH = "/pulsar/offload"


class FilesystemSpec(TieredStorageSpec):
    """A volume that all brokers share."""

    kind: Literal["filesystem"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """A volume that all brokers share, such as NFS."""
    size: Bytes
    """How large the volume is."""
    storage_class: StorageClass | None = None
    """The StorageClass of the volume, which must offer ReadWriteMany where brokers run on several nodes. Default: the
    cluster's."""

    @property
    def driver(self) -> str:
        """Hadoop's file system API, on a local path."""
        return "filesystem"

    def contribution(self, place: Place) -> Contribution:
        """Every broker has the volume at the same path."""
        base = super().contribution(place)
        volume = {"persistentVolumeClaim": {"claimName": f"{place.cluster}-offload"}}
        return Contribution(
            source=base.source,
            conf={"broker": {**base.conf["broker"], "fileSystemURI": f"file://{PATH}"}},
            mounts={"broker": (Mount(name="offload", path=PATH, source=volume, read_only=False),)},
        )

    def manifests(self, place: Place, offer: Offer) -> Mapping[str, Manifest]:
        """The claim, which outlives the brokers."""
        del offer
        storage_class = {"storageClassName": self.storage_class} if self.storage_class else {}
        return {
            f"{place.cluster}-offload": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": f"{place.cluster}-offload", "namespace": place.namespace},
                "spec": {
                    "accessModes": ["ReadWriteMany"],
                    **storage_class,
                    "resources": {"requests": {"storage": str(self.size)}},
                },
            }
        }
