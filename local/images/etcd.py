"""etcd's image: the server and its two tools, where the official image has them. Like that one it holds no shell."""

import hashlib
import os
import pathlib
import subprocess

from local import paths
from local.cluster import go
from local.problem import Problem
from local.progress import Progress

from . import archive

PLACE = "/usr/local/bin"
TOOLS = pathlib.Path(__file__).parent / "etcd_tools"
"""The Go module that pins them; a toolchain that somebody else built holds the server alone."""


def ensure(name: str, server: pathlib.Path, progress: Progress) -> pathlib.Path:
    """The archive with the image under `name`, made from an etcd server program and the tools' Go module."""
    found = server.stat()
    pinned = "".join((TOOLS / file).read_text() for file in ("go.mod", "go.sum"))
    inputs = f"2 {name} {found.st_size} {found.st_mtime_ns} {pinned}"
    target = paths.CACHE / "images" / f"etcd-{hashlib.sha256(inputs.encode()).hexdigest()[:16]}.tar"
    if not target.exists():
        tree = archive.Tree()
        tree.folder("/tmp", 0o1777)  # noqa: S108
        tree.folder("/var/lib/etcd", 0o777)
        for program in (server, *_tools(pinned, progress)):
            tree.file(f"{PLACE}/{program.name}", program.read_bytes())
        layer = tree.write(target.with_suffix(".layer"))
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        archive.write(target, [archive.Image((name,), (layer,), command=(f"{PLACE}/etcd",), environment=environment)])
        layer.path.unlink()
        layer.path.with_name(f"{layer.path.name}.sha256").unlink()
    return target


def _tools(pinned: str, progress: Progress) -> list[pathlib.Path]:
    """`etcdctl` takes snapshots, `etcdutl` restores them."""
    folder = paths.CACHE / "etcd-tools" / hashlib.sha256(pinned.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    programs = [folder / program for program in ("etcdctl", "etcdutl")]
    for target in programs:
        if target.exists():
            continue
        partial = target.with_suffix(".partial")
        with progress.step(f"images: building {target.name} from Go modules", "up to a minute, once"):
            done = subprocess.run(
                [
                    *("nice", go.ensure(progress), "build", "-trimpath", "-ldflags", "-s -w"),
                    *("-o", partial, f"go.etcd.io/etcd/{target.name}/v3"),
                ],
                check=False,
                cwd=TOOLS,
                env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -mod=readonly"},
                capture_output=True,
                text=True,
            )
        if done.returncode:
            raise Problem(
                f"{target.name} could not be built from its Go module. The compiler's last words:\n"
                f"{done.stderr[-1500:]}\nCheck that a Go module proxy can be reached (GOPROXY)."
            )
        partial.replace(target)
    return programs
