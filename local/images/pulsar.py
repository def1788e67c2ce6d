"""The Pulsar image: layers, each kept under the hash of what it was made from, and the archive made of them."""

import concurrent.futures
import hashlib
import pathlib
import re
from collections.abc import Callable, Sequence

from local import paths
from local.cluster import debian as system
from local.problem import Problem
from local.progress import Progress

from . import archive, debian, distribution, functions, maven, sharing

EPOCH = 1735689600
"""The time of every file in the image, in seconds since 1970: the same inputs give the same bytes."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/jvm/bin:/pulsar/bin"
ENVIRONMENT = {
    "PATH": PATH,
    "JAVA_HOME": "/opt/jvm",
    "LANG": "C.UTF-8",
    "PULSAR_ROOT_LOGGER": "INFO,CONSOLE",
    "PULSAR_PID_DIR": "/pulsar/logs",
}

Make = Callable[[pathlib.Path], None]


def version_of(name: str) -> str:
    """The Pulsar release that an image's name asks for."""
    found = re.search(r":v?(\d+\.\d+\.\d+)$", name)
    if found is None:
        raise Problem(
            f"The image {name} doesn't end in a release such as :4.0.8, so it can't be built on this machine. Choose a "
            "release, or use a cluster that pulls images (PULSAR_KUBECONFIG)."
        )
    return found[1]


def key(*inputs: str) -> str:
    """A short name for content made from these inputs."""
    return hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]


def archive_path(name: str) -> pathlib.Path:
    """Where the archive of the image lies, or will lie once it is built."""
    version = version_of(name)
    made_from = key(
        name, debian.inputs(), functions.inputs(), distribution.inputs(version), sharing.inputs(), repr(ENVIRONMENT)
    )
    return paths.CACHE / "images" / f"pulsar-{version}-{made_from}.tar"


def ensure(name: str, etcd: pathlib.Path, progress: Progress) -> pathlib.Path:
    """The archive with the image under `name`, built from Debian, PyPI and Maven Central if it isn't there.

    `etcd` is the server that the image's programs run on while the class archive is made.
    """
    target = archive_path(name)
    if not target.exists():
        system.ensure(system.IMAGES, progress)
        with progress.step(f"images: building {name}", "2 to 5 minutes, once"):
            image = archive.Image(
                (name,),
                tuple(_layers(version_of(name), etcd, progress)),
                command=("/bin/bash",),
                environment=ENVIRONMENT,
                user="10000",
                working_directory="/pulsar",
            )
            archive.write(target, [image])
            prune(target, "pulsar")
    return target


def lowest_layer(progress: Progress) -> archive.Layer:
    """Debian with Java and Python, which other images stand on as well."""
    system.ensure(system.IMAGES, progress)
    return _layer("debian", debian.inputs(), progress, lambda target: debian.build(target, EPOCH))


def _layers(version: str, etcd: pathlib.Path, progress: Progress) -> Sequence[archive.Layer]:
    server, offloaders = distribution.artifacts(version)
    downloads = paths.CACHE / "downloads"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        base = pool.submit(lowest_layer, progress)
        client = pool.submit(
            _layer, "functions", functions.inputs(), progress, lambda target: functions.build(target, EPOCH)
        )

        def make_pulsar(target: pathlib.Path) -> None:
            files = list(pool.map(lambda artifact: maven.fetch(artifact, downloads), (server, offloaders)))
            distribution.build(target, EPOCH, *files)

        pulsar = pool.submit(_layer, "pulsar", distribution.inputs(version), progress, make_pulsar)
        below = [base.result(), client.result(), pulsar.result()]
    made_from = "\0".join((*(layer.digest for layer in below), sharing.inputs()))
    classes = _layer(
        "classes", made_from, progress, lambda target: sharing.build(target, EPOCH, below, etcd), "about a minute"
    )
    return [*below, classes]


def _layer(part: str, inputs: str, progress: Progress, make: Make, expect: str = "") -> archive.Layer:
    target = paths.CACHE / "images" / "layers" / f"{part}-{key(inputs)}.tar"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.partial")
        with progress.step(f"images: the {part} layer", expect):
            make(partial)
        partial.replace(target)
        prune(target, part)
    return archive.layer(target)


def prune(newest: pathlib.Path, prefix: str) -> None:
    """Remove what an earlier version of the project cached in the place of this file."""
    for file in newest.parent.glob(f"{prefix}-*"):
        if not file.name.startswith(newest.name):
            file.unlink(missing_ok=True)
