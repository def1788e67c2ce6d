"""Where a protocol handler's archive (NAR) comes from, and how it gets into the brokers' pods.

Handlers are in no package registry and in no image of the Apache project. An init container puts each archive into one
folder of the pod, which `protocolHandlerDirectory` names: Pulsar looks for every handler in a single folder.
"""

import re
import shlex
from typing import Annotated, Any, Literal

import pydantic

from ...model import Image, Spec
from ..workload import InitContainer, Mount

FOLDER = "/pulsar/protocol-handlers"
MOUNT = Mount(name="protocol-handlers", path=FOLDER, source={"emptyDir": {}})
"""The folder, which lives as long as the pod."""


def _path(value: str) -> str:
    if not re.fullmatch(r"/[\w./+-]+", value, re.ASCII):
        raise ValueError(
            f"{value[:80]!r} is not the path of a file in an image. Write it from the root, such as /a.nar."
        )
    return value


FilePath = Annotated[str, pydantic.AfterValidator(_path)]
"""The path of a file in an image."""


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s\"'\\<>]+", value):
        raise ValueError(f"{value[:80]!r} is not an address. Write https://, the host and the path of the archive.")
    return value


def _sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError(
            f"{value[:80]!r} is not a SHA-256 checksum: 64 digits and letters a to f. `sha256sum FILE` prints it."
        )
    return value


class ImageArchive(Spec):
    """An archive in a container image of its own."""

    source: Literal["image"] = "image"
    """Copied out of an image."""
    image: Image
    """The image, which must hold `cp` beside the archive: `FROM busybox` and one `COPY`."""
    path: FilePath
    """The archive's path in that image."""

    def fetching(self, protocol: str, pulsar_image: str) -> InitContainer:
        """What puts the archive into the folder."""
        del pulsar_image
        return _container(protocol, self.image, ("cp", self.path, target(protocol)))


class UrlArchive(Spec):
    """An archive on a web server."""

    source: Literal["url"] = "url"
    """Fetched when a pod starts: while the server is away, no broker starts anew."""
    url: Annotated[str, pydantic.AfterValidator(_url)]
    """Its address."""
    sha256: Annotated[str, pydantic.AfterValidator(_sha256)]
    """Its checksum. A broker doesn't start with anything else."""

    def fetching(self, protocol: str, pulsar_image: str) -> InitContainer:
        """What puts the archive into the folder."""
        file = target(protocol)
        script = "\n".join(
            (
                "set -e",
                f"curl -fsSL --retry 10 --retry-all-errors --connect-timeout 10 -o {file} {shlex.quote(self.url)}",
                f"echo '{self.sha256}  {file}' | sha256sum -c -",
            )
        )
        return _container(protocol, pulsar_image, ("bash", "-c", script))


class PulsarImageArchive(Spec):
    """An archive that Pulsar's image packages: one that was built on it (`pulsar.image`)."""

    source: Literal["pulsar-image"] = "pulsar-image"
    """In the image that the brokers run."""
    path: FilePath
    """The archive's path in it."""

    def fetching(self, protocol: str, pulsar_image: str) -> InitContainer:
        """What puts the archive into the folder."""
        return _container(protocol, pulsar_image, ("cp", self.path, target(protocol)))


def _told(raw: Any) -> Any:
    """The way that is meant, by the setting that only it has."""
    if not isinstance(raw, dict) or "source" in raw:
        return raw
    ways = (("image", "image"), ("url", "url"), ("sha256", "url"), ("path", "pulsar-image"))
    way = next((way for setting, way in ways if setting in raw), None)
    return {"source": way, **raw} if way else raw


Archive = Annotated[
    ImageArchive | UrlArchive | PulsarImageArchive,
    pydantic.Field(discriminator="source"),
    pydantic.BeforeValidator(_told),
]
"""Where an archive comes from. Without `source`, its other settings tell: `image`, `url`, or a `path` alone."""


def target(protocol: str) -> str:
    """The archive's path in the brokers."""
    return f"{FOLDER}/{protocol}.nar"


def _container(protocol: str, image: str, command: tuple[str, ...]) -> InitContainer:
    return InitContainer(name=f"{protocol}-archive", image=image, command=command, mounts=(MOUNT.name,), memory="64Mi")
