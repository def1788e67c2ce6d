"""etcd's image: the server alone, where the official image has it. Like that one it holds no shell."""

import hashlib
import pathlib

from local import paths

from . import archive

PLACE = "/usr/local/bin/etcd"


def ensure(name: str, program: pathlib.Path) -> pathlib.Path:
    """The archive with the image under `name`, made from an etcd server program."""
    found = program.stat()
    made_from = hashlib.sha256(f"1 {name} {found.st_size} {found.st_mtime_ns}".encode()).hexdigest()[:16]
    target = paths.CACHE / "images" / f"etcd-{made_from}.tar"
    if not target.exists():
        tree = archive.Tree()
        tree.folder("/tmp", 0o1777)  # noqa: S108
        tree.folder("/var/lib/etcd", 0o777)
        tree.file(PLACE, program.read_bytes())
        layer = tree.write(target.with_suffix(".layer"))
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        archive.write(target, [archive.Image((name,), (layer,), command=(PLACE,), environment=environment)])
        layer.path.unlink()
        layer.path.with_name(f"{layer.path.name}.sha256").unlink()
    return target
