"""The images of the local stack, made on this machine where the cluster can't pull the official ones.

They are built from Debian, PyPI, Maven Central and Go modules, and loaded under the official names, so the manifests
are the same wherever they run.
"""

import pathlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from local.problem import Problem
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
    images: Collection[str],
) -> None:
    """Make the images available to the cluster's pods.

    Where the cluster pulls images there is nothing to do. The release of Pulsar comes from its image's tag; etcd is
    the toolchain's own release whatever the tag says. A second call finds the images in place in a fraction of a
    second.
    """
    if cluster.can_pull:
        return
    from local.cluster import toolchain

    server = toolchain.ensure(progress).etcd
    # The small ones first: what needs them may start while the large one is being made.
    for name in sorted(map(full_name, images), key=lambda each: (_builder(each) is _pulsar, each)):
        if cluster.load_image(_builder(name)(name, server, progress), name):
            progress.say(f"images: {name} is in the cluster")


Build = Callable[[str, pathlib.Path, Progress], pathlib.Path]
"""From an image's name and etcd's server program, the archive with the image."""


def _etcd(name: str, server: pathlib.Path, progress: Progress) -> pathlib.Path:
    from . import etcd

    return etcd.ensure(name, server, progress)


def _pulsar(name: str, server: pathlib.Path, progress: Progress) -> pathlib.Path:
    from . import pulsar

    return pulsar.ensure(name, server, progress)


def _rclone(name: str, server: pathlib.Path, progress: Progress) -> pathlib.Path:
    from . import rclone

    del server
    return rclone.ensure(name, progress)


def _prometheus(name: str, server: pathlib.Path, progress: Progress) -> pathlib.Path:
    from . import prometheus

    del server
    return prometheus.ensure(name, progress)


def _seaweedfs(name: str, server: pathlib.Path, progress: Progress) -> pathlib.Path:
    from . import seaweedfs

    del server
    return seaweedfs.ensure(name, progress)


BUILDERS: Mapping[str, Build] = {
    "docker.io/apachepulsar/pulsar-all": _pulsar,
    "docker.io/apachepulsar/pulsar": _pulsar,
    "docker.io/chrislusf/seaweedfs": _seaweedfs,
    "docker.io/rclone/rclone": _rclone,
    "quay.io/coreos/etcd": _etcd,
    "quay.io/prometheus/prometheus": _prometheus,
}
"""What can be made here, by the image's repository."""


def is_made_here(name: str) -> bool:
    """Whether an image can be built on this machine."""
    return _repository(full_name(name)) in BUILDERS


def _repository(name: str) -> str:
    return re.sub(r"(:[^/:]*|@[^@]*)$", "", name)


def _builder(name: str) -> Build:
    repository = _repository(name)
    if repository not in BUILDERS:
        raise Problem(
            f"The image {name} can't be built on this machine, and its cluster can't pull it. Those that can: "
            f"{', '.join(sorted(BUILDERS))}. Use one of them, or a cluster that pulls images (PULSAR_KUBECONFIG)."
        )
    return BUILDERS[repository]


def full_name(name: str) -> str:
    """An image's name with its registry, as containerd knows it: Docker Hub's is usually left out."""
    first, slash, _ = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"
