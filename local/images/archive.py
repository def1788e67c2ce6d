"""Image archives, written without a daemon: OCI layouts in one tar, which containerd, kind, Podman and Docker read."""

import dataclasses
import hashlib
import io
import json
import pathlib
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

CREATED = "2025-01-01T00:00:00Z"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


@dataclasses.dataclass(frozen=True)
class Layer:
    """A file system layer: a tar that isn't compressed, since it never crosses a network."""

    path: pathlib.Path
    digest: str
    """The sha256 of the tar, in hex."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


@dataclasses.dataclass(frozen=True)
class Image:
    """An image to be: its names, what it runs, and its layers from the lowest up."""

    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    user: str = ""
    working_directory: str = "/"


def layer(path: pathlib.Path) -> Layer:
    """The layer in a tar; its digest is kept beside it, so that a large one is read once."""
    note = path.with_name(f"{path.name}.sha256")
    if not note.exists() or note.stat().st_mtime < path.stat().st_mtime:
        with path.open("rb") as stream:
            note.write_text(hashlib.file_digest(stream, "sha256").hexdigest())
    return Layer(path, note.read_text().strip())


def blobs(image: Image, architecture: str = "amd64") -> tuple[bytes, bytes]:
    """The configuration and the manifest of an image: the same bytes for the same image, always."""
    run: dict[str, Any] = {
        "Env": [f"{key}={value}" for key, value in image.environment.items()],
        "WorkingDir": image.working_directory,
        "User": image.user,
        "Entrypoint": list(image.entrypoint),
        "Cmd": list(image.command),
    }
    config = {
        "architecture": architecture,
        "os": "linux",
        "created": CREATED,
        "config": {key: value for key, value in run.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in image.layers]},
        "history": [{"created": CREATED, "created_by": layer.path.stem} for layer in image.layers],
    }
    encoded = json.dumps(config, sort_keys=True).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "digest": digest(encoded), "size": len(encoded)},
        "layers": [
            {"mediaType": LAYER, "digest": f"sha256:{layer.digest}", "size": layer.size} for layer in image.layers
        ],
    }
    return encoded, json.dumps(manifest, sort_keys=True).encode()


def digest(content: bytes) -> str:
    """The digest that names a blob."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def write(target: pathlib.Path, images: Sequence[Image], architecture: str = "amd64") -> None:
    """Write an archive with these images. The index comes first, so that it can be read without the layers."""
    small: dict[str, bytes] = {}
    layers: dict[str, Layer] = {}
    entries = []
    for image in images:
        config, manifest = blobs(image, architecture)
        small |= {digest(config): config, digest(manifest): manifest}
        layers |= {layer.digest: layer for layer in image.layers}
        entries += [
            {
                "mediaType": MANIFEST,
                "digest": digest(manifest),
                "size": len(manifest),
                "platform": {"architecture": architecture, "os": "linux"},
                "annotations": {
                    "io.containerd.image.name": name,
                    "org.opencontainers.image.ref.name": name.rpartition(":")[2],
                },
            }
            for name in image.names
        ]
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as bundle:
        _add(bundle, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        _add(bundle, "index.json", json.dumps({"schemaVersion": 2, "manifests": entries}).encode())
        for name, content in small.items():
            _add(bundle, f"blobs/sha256/{name.removeprefix('sha256:')}", content)
        for found in layers.values():
            header = tarfile.TarInfo(f"blobs/sha256/{found.digest}")
            header.size, header.mode = found.size, 0o644
            with found.path.open("rb") as stream:
                bundle.addfile(header, stream)
    partial.replace(target)


def contents(archive: pathlib.Path) -> dict[str, str]:
    """The manifest digest of every image in an archive, by name, read from its index alone."""
    with tarfile.open(archive) as bundle:
        index = bundle.extractfile("index.json")
        if index is None:
            raise ValueError(f"{archive} is not an OCI image archive: its index.json isn't a file.")
        manifests = json.load(index)["manifests"]
    return {manifest["annotations"]["io.containerd.image.name"]: manifest["digest"] for manifest in manifests}


def _add(bundle: tarfile.TarFile, name: str, content: bytes) -> None:
    header = tarfile.TarInfo(name)
    header.size, header.mode = len(content), 0o644
    bundle.addfile(header, io.BytesIO(content))


class Tree:
    """The files of a small layer, built in memory and written in a fixed order with fixed times."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[tarfile.TarInfo, bytes]] = {}

    def folder(self, path: str, mode: int = 0o755) -> None:
        """Add a folder, and those above it that are not there yet."""
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            if name and (name not in self._entries or depth == len(parts)):
                self._put(name, tarfile.DIRTYPE, mode if depth == len(parts) else 0o755)

    def file(self, path: str, content: bytes, mode: int = 0o755) -> None:
        """Add a file."""
        self._parent(path)
        self._put(path.strip("/"), tarfile.REGTYPE, mode, content)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._parent(path)
        self._put(path.strip("/"), tarfile.SYMTYPE, 0o777, target=target)

    def _parent(self, path: str) -> None:
        parent = path.strip("/").rpartition("/")[0]
        if parent and parent not in self._entries:
            self.folder(parent)

    def _put(self, name: str, kind: bytes, mode: int, content: bytes = b"", target: str = "") -> None:
        header = tarfile.TarInfo(name)
        header.type, header.mode, header.size, header.linkname = kind, mode, len(content), target
        self._entries[name] = (header, content)

    def write(self, path: pathlib.Path) -> Layer:
        """Write the layer as a tar."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.partial")
        with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as bundle:
            for name in sorted(self._entries):
                header, content = self._entries[name]
                bundle.addfile(header, io.BytesIO(content))
        partial.replace(path)
        return layer(path)
