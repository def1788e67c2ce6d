"""Which metadata store goes with which Pulsar."""

import re
from collections.abc import Iterator, Sequence

from components import versions

from ..kubernetes import PODS, containers, role, settings
from ..rule import Resource, Settings, StackRule

_SCHEMES = {"etcd": "etcd", "zk": "zookeeper", "zookeeper": "zookeeper", "oxia": "oxia"}
_KEYS = ("metadataStoreUrl", "configurationMetadataStoreUrl", "metadataServiceUri", "bookkeeperMetadataServiceUri")


def _fits(resources: Sequence[Resource], told: Settings) -> Iterator[tuple[Resource, str]]:
    del told
    for resource in resources:
        line = _line(resource) if resource.token in PODS and role(resource) else None
        if line is None:
            continue
        found = settings(resource, resources)
        stores = {_store(found.conf(key)) for key in _KEYS} - {None, *line.metadata_stores}
        for store in sorted(each for each in stores if each):
            refused = {str(name): reason for name, reason in line.refused_stores.items()}
            reason = refused.get(store, "it has no driver for it")
            yield (
                resource,
                f"{resource.told} runs {_image(resource)} on {store}: {reason}. "
                f"Use {' or '.join(line.metadata_stores)}, or stay on an older Pulsar.",
            )


def _image(resource: Resource) -> str:
    return next((each["image"] for _, each in containers(resource) if isinstance(each.get("image"), str)), "")


def _line(resource: Resource) -> versions.Line | None:
    """The line of Pulsar releases that the pods run, where the image's tag tells."""
    image = _image(resource)
    release = re.match(r"(\d+\.\d+)\.", image.rpartition(":")[2])
    return versions.LINES.get(release[1]) if release and "pulsar" in image else None


def _store(url: object) -> str | None:
    """The store that an address names: `metadata-store:etcd:http://…` is etcd's."""
    if not isinstance(url, str) or not url:
        return None
    scheme = url.removeprefix("metadata-store:").partition(":")[0].partition("+")[0]
    # Without a scheme, Pulsar takes an address to be ZooKeeper's.
    return _SCHEMES.get(scheme, "zookeeper")


FITS = StackRule(
    id="metadata-fits-the-version",
    says="Pulsar runs on a metadata store that its version has a driver for: no etcd on 5.x.",
    source="PIP-462 (etcd leaves with 5.0); components/versions.py",
    check=_fits,
)
