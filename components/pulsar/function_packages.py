"""Where the code of functions and connectors is kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..model import Bytes, Spec, StorageClass
from .metadata.store import Place
from .workload import Manifest, Mount

if TYPE_CHECKING:
    from .spec import PulsarSpec

_PATH = "/pulsar/packages-storage"
"""Where Pulsar's `FileSystemPackagesStorage` keeps packages unless told otherwise, below the process's folder."""
_FILESYSTEM = "org.apache.pulsar.packages.management.storage.filesystem.FileSystemPackagesStorageProvider"


class PackagesSpec(Spec):
    """The volume for functions' code, where the metadata store can't help BookKeeper keep it (etcd, Oxia)."""

    size: Bytes = Bytes.parse("2Gi")
    """How large."""
    storage_class: StorageClass | None = None
    """The StorageClass. Default: the cluster's. Several brokers share the volume, which takes one that offers
    ReadWriteMany, such as NFS."""

    def conf(self) -> dict[str, str]:
        """The brokers' keys."""
        return {"enablePackagesManagement": "true", "packagesManagementStorageProvider": _FILESYSTEM}

    def mount(self, place: Place) -> Mount:
        """The volume in every broker."""
        claim = {"persistentVolumeClaim": {"claimName": f"{place.cluster}-packages"}}
        return Mount(name="packages", path=_PATH, source=claim, read_only=False)

    def manifests(self, place: Place, brokers: int) -> Mapping[str, Manifest]:
        """The claim, which outlives the brokers."""
        name = f"{place.cluster}-packages"
        storage_class = {"storageClassName": self.storage_class} if self.storage_class else {}
        # It is bound when the first broker is there.
        about = {"name": name, "namespace": place.namespace, "annotations": {"pulumi.com/skipAwait": "true"}}
        return {
            name: {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": about,
                "spec": {
                    "accessModes": ["ReadWriteMany" if brokers > 1 else "ReadWriteOnce"],
                    **storage_class,
                    "resources": {"requests": {"storage": str(self.size)}},
                },
            }
        }


def by_packages(pulsar: "PulsarSpec") -> bool:
    """Whether functions' code is on the packages' volume.

    Else BookKeeper keeps it through DistributedLog, which has its own metadata in ZooKeeper and in no other store.
    """
    return pulsar.metadata.store != "zookeeper"
