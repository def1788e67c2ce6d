"""Where Pulsar's volumes are, and of which kind: what is known of them before the cluster exists."""

from ...pulsar.workload import Manifest
from .spec import STORAGE_CLASS, AksSpec


def volumes_group(spec: AksSpec) -> str:
    """The resource group of Pulsar's disks."""
    return f"{spec.group}-volumes"


def storage_class(spec: AksSpec) -> Manifest:
    """Disks in the pod's own zone that can grow, and that outlive their claims and the cluster."""
    disk = spec.disk
    speed = {
        "DiskIOPSReadWrite": None if disk.iops is None else str(disk.iops),
        "DiskMBpsReadWrite": None if disk.throughput is None else str(disk.throughput),
    }
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": STORAGE_CLASS},
        "provisioner": "disk.csi.azure.com",
        "parameters": {
            "skuName": {"premium": "Premium_LRS", "premium-v2": "PremiumV2_LRS"}[disk.type],
            # Bookies and metadata members cache for themselves, and write what must be on the disk.
            "cachingMode": "None",
            "resourceGroup": volumes_group(spec),
            **{name: value for name, value in speed.items() if value},
        },
        "volumeBindingMode": "WaitForFirstConsumer",
        "reclaimPolicy": "Retain",
        "allowVolumeExpansion": True,
    }
