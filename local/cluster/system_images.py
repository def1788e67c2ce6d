"""The few images that the cluster itself runs, made from the toolchain's programs and Debian's busybox."""

import hashlib
import pathlib
import re
import subprocess
import tempfile

from local import paths
from local.images import archive
from local.problem import Problem

from .layout import BUSYBOX_VERSION, COREDNS_VERSION, PAUSE_VERSION, PROVISIONER_VERSION
from .toolchain import Toolchain

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def ensure(toolchain: Toolchain) -> pathlib.Path:
    """The archive that holds them all, built once for each set of programs."""
    target = paths.CACHE / "images" / f"system-{_key(toolchain)}.tar"
    if not target.exists():
        layers = target.with_suffix(".layers")
        layers.mkdir(parents=True, exist_ok=True)
        archive.write(target, [*_programs(toolchain, layers), busybox(layers)])
        for file in layers.iterdir():
            file.unlink()
        layers.rmdir()
        for file in target.parent.glob("system-*.tar"):
            if file != target:
                file.unlink(missing_ok=True)
    return target


def _key(toolchain: Toolchain) -> str:
    digest = hashlib.sha256(f"1 {PAUSE_VERSION} {COREDNS_VERSION} {PROVISIONER_VERSION} {BUSYBOX_VERSION}".encode())
    for program in (toolchain.pause, toolchain.coredns, toolchain.provisioner):
        found = program.stat()
        digest.update(f"{found.st_size} {found.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _programs(toolchain: Toolchain, layers: pathlib.Path) -> list[archive.Image]:
    def single(program: pathlib.Path, path: str) -> tuple[archive.Layer, ...]:
        tree = base()
        tree.file(path, program.read_bytes())
        return (tree.write(layers / f"{program.name}.layer"),)

    environment = {"PATH": PATH}
    return [
        archive.Image(
            (f"registry.k8s.io/pause:{PAUSE_VERSION}",),
            single(toolchain.pause, "/pause"),
            entrypoint=("/pause",),
            environment=environment,
            user="65535:65535",
        ),
        archive.Image(
            (f"registry.k8s.io/coredns/coredns:v{COREDNS_VERSION}",),
            single(toolchain.coredns, "/coredns"),
            entrypoint=("/coredns",),
            environment=environment,
        ),
        archive.Image(
            (f"docker.io/rancher/local-path-provisioner:v{PROVISIONER_VERSION}",),
            single(toolchain.provisioner, "/usr/bin/local-path-provisioner"),
            command=("local-path-provisioner",),
            environment=environment,
        ),
    ]


def base() -> archive.Tree:
    """What every image needs beside its program."""
    tree = archive.Tree()
    tree.folder("/tmp", 0o1777)  # noqa: S108
    users = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
    tree.file("/etc/passwd", users.encode(), 0o644)
    tree.file("/etc/group", b"root:x:0:\nnogroup:x:65534:\n", 0o644)
    return tree


def busybox(layers: pathlib.Path) -> archive.Image:
    """Debian's busybox as an image, its layer in a folder."""
    tree = base()
    with tempfile.TemporaryDirectory() as folder:
        package = f"cd {folder} && apt-get download -qq busybox && dpkg -x busybox_*.deb root"
        done = subprocess.run(["sh", "-c", package], check=False, capture_output=True, text=True)
        if done.returncode:
            raise Problem(
                f"Debian's package busybox could not be fetched, which the volume provisioner needs: "
                f"{done.stderr.strip()} Run apt-get update and try again."
            )
        program = next(pathlib.Path(folder, "root").rglob("bin/busybox"))
        tree.file("/bin/busybox", program.read_bytes())
        # The dynamic build with its libraries: a static one needs the very same C library to resolve names.
        linked = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
        for library in sorted(set(re.findall(r"(/\S+\.so\S*)", linked))):
            tree.file(library, pathlib.Path(library).read_bytes())
        applets = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.split()
    for applet in sorted(set(applets) - {"busybox"}):
        tree.link(f"/bin/{applet}", "busybox")
    tree.file("/etc/nsswitch.conf", b"hosts: files dns\n", 0o644)
    for home in ("/root", "/home", "/var/www", "/usr/bin", "/sbin", "/usr/sbin"):
        tree.folder(home)
    names = (f"docker.io/library/busybox:{BUSYBOX_VERSION}", "docker.io/library/busybox:latest")
    layer = tree.write(layers / "busybox.layer")
    return archive.Image(names, (layer,), command=("sh",), environment={"PATH": PATH})
