"""The topmost layer of the Pulsar image: the classes that its programs load, parsed and verified once.

Java maps such an archive instead of reading some twenty thousand classes from jars at each start. It holds for one
build of Java and one classpath, both of which the layers below fix, so it is made by running the programs of the very
image: one broker, bookie, proxy, admin command and first initialisation, on an etcd, in namespaces of their own.
"""

import pathlib
import platform
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence

from local.images.archive import Layer
from local.problem import Problem

HERE = pathlib.Path(__file__).parent
LIMIT_SECONDS = 600

# The bind makes the root a mount point, which a bookie asks for to tell its disks apart.
ENTER = """
set -eu
mount --bind "$ROOT" "$ROOT"
cd "$ROOT"
ip link set lo up
mount -t proc proc proc
mount -t tmpfs tmpfs dev
for device in null zero random urandom; do touch dev/$device; mount --bind /dev/$device dev/$device; done
exec chroot . bash /training/train.sh
"""
HOOK = """
# Start from the archive of loaded classes, see cds/share.sh.
if [ -r /pulsar/cds/share.sh ]; then
  . /pulsar/cds/share.sh
  {variable}="${variable} $class_sharing"
fi
"""
HOOKED = {
    "conf/pulsar_env.sh": "PULSAR_EXTRA_OPTS",
    "conf/pulsar_tools_env.sh": "PULSAR_EXTRA_OPTS",
    "conf/bkenv.sh": "BOOKIE_EXTRA_OPTS",
}
"""The files that Pulsar's scripts read before they start Java, and the variable with Java's last options."""


def inputs() -> str:
    """What the layer depends on beside the layers below, as text."""
    return "".join((HERE / file).read_text() for file in ("__init__.py", "train.sh", "share.sh"))


def build(target: pathlib.Path, epoch: int, below: Sequence[Layer], etcd: pathlib.Path) -> None:
    """Write the layer's tar, made by the programs in the layers below and an etcd server."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        root = pathlib.Path(folder)
        for layer in below:
            subprocess.run(["tar", "--extract", "--preserve-permissions", "--file", layer.path, "-C", root], check=True)
        training = root / "training"
        training.mkdir()
        shutil.copy(etcd, training / "etcd")
        shutil.copy(HERE / "train.sh", training)
        (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost {platform.node()}\n")
        originals = {file: (root / "pulsar" / file).read_text() for file in HOOKED}
        _train(root)
        with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as bundle:
            shutil.copy(HERE / "share.sh", root / "pulsar" / "cds")
            for file, text in originals.items():
                (root / "pulsar" / file).write_text(text + HOOK.replace("{variable}", HOOKED[file]))
            for path in ("cds", "cds/classpath", "cds/pulsar.jsa", "cds/share.sh", *HOOKED):
                bundle.add(root / "pulsar" / path, f"pulsar/{path}", recursive=False, filter=lambda h: _owned(h, epoch))


def _train(root: pathlib.Path) -> None:
    command = ["unshare", "--kill-child", "--mount", "--net", "--pid", "--fork", "sh", "-c", ENTER]
    try:
        done = subprocess.run(
            ["nice", *command],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=LIMIT_SECONDS,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "ROOT": str(root)},
        )
    except subprocess.TimeoutExpired as error:
        raise Problem(f"The training run of the Pulsar image took over {LIMIT_SECONDS} s.") from error
    if done.returncode:
        raise Problem(f"The training run of the Pulsar image failed:\n{done.stderr.strip()[-1500:]}")


def _owned(header: tarfile.TarInfo, epoch: int) -> tarfile.TarInfo:
    header.uid, header.gid, header.uname, header.gname = 10000, 0, "", ""
    header.mtime = epoch
    header.mode = 0o775 if header.isdir() else 0o664
    header.pax_headers = {}
    return header
