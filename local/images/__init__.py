"""The images of the local stack, made on this machine where the cluster can't pull the official ones.

They are built from Debian, PyPI, Maven Central and Go modules, and loaded under the official names, so the manifests
are the same wherever they run.
"""

import pathlib
from typing import Protocol

from local.progress import Progress

__all__ = ["Target", "ensure"]


class Target(Protocol):
    """What this package needs of a cluster."""

    @property
    def can_pull(self) -> bool:
        """Whether pods get their images from registries."""
        ...

    def load_image(self, archive: pathlib.Path, name: str) -> bool:
        """Bring an image of an archive into the cluster, unless it is there."""
        ...


def ensure(
    cluster: Target,
    progress: Progress,
    *,
    pulsar_image: str = "docker.io/apachepulsar/pulsar-all:4.0.8",
    etcd_image: str = "quay.io/coreos/etcd:v3.6.16",
) -> None:
    """Make the images available to the cluster's pods.

    Where the cluster pulls images there is nothing to do. The release of Pulsar comes from its image's tag; etcd is
    the toolchain's own release whatever the tag says. A second call finds the images in place in a fraction of a
    second.
    """
    if cluster.can_pull:
        return
    from local.cluster import toolchain

    from . import etcd, pulsar

    pulsar_image, etcd_image = full_name(pulsar_image), full_name(etcd_image)
    server = toolchain.ensure(progress).etcd
    for name, archive in (
        (etcd_image, etcd.ensure(etcd_image, server)),
        (pulsar_image, pulsar.ensure(pulsar_image, server, progress)),
    ):
        if cluster.load_image(archive, name):
            progress.say(f"images: {name} is in the cluster")


def full_name(name: str) -> str:
    """An image's name with its registry, as containerd knows it: Docker Hub's is usually left out."""
    first, slash, _ = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"
