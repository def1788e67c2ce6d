"""containerd: its configuration, and the images in its store."""

import contextlib
import json
import pathlib
import socket
import subprocess
import time
from collections.abc import Callable

from local.images import archive as archives
from local.problem import Problem

from .layout import PAUSE_VERSION, Layout, write

CNI_PLUGINS = pathlib.Path("/usr/lib/cni")
OVERLAY_MAGIC = "overlay"


def config(layout: Layout, snapshotter: str) -> str:
    """containerd's configuration file."""
    return f"""\
version = 2
root = "{layout.state}/containerd"
state = "{layout.run}/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
]
[grpc]
  address = "{layout.containerd_socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{layout.state}/containerd-opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:{PAUSE_VERSION}"
  disable_hugetlb_controller = true
  # Without CAP_SYS_RESOURCE, as on many build machines, runc can't write a score below its own and dies.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "{snapshotter}"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "{layout.run}/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{layout.conf}/cni"
"""


def cni(layout: Layout) -> str:
    """The pod network: one bridge, addresses from the pod range, no way out."""
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "ipMasq": False,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "dataDir": f"{layout.run}/addresses",
            "ranges": [[{"subnet": layout.pod_cidr}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    return json.dumps({"cniVersion": "0.4.0", "name": layout.name, "plugins": [bridge, {"type": "loopback"}]}, indent=1)


def snapshotter(layout: Layout) -> str:
    """The way image layers are stacked: overlayfs, or copies where the state itself lies on an overlay."""
    kind = subprocess.run(
        ["stat", "--file-system", "--format=%T", layout.state], check=True, capture_output=True, text=True
    ).stdout
    return "native" if OVERLAY_MAGIC in kind else "overlayfs"


def write_config(layout: Layout) -> pathlib.Path:
    """Write the configuration and give its path."""
    write(layout.conf / "cni" / "10-bridge.conflist", cni(layout))
    path = layout.conf / "containerd.toml"
    write(path, config(layout, snapshotter(layout)))
    return path


def wait(layout: Layout, timeout_seconds: float, check: Callable[[], None]) -> None:
    """Wait until containerd accepts connections; `check` is called in between and may raise."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as client:
            try:
                client.connect(str(layout.containerd_socket))
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise Problem(
                        f"containerd did not answer after {timeout_seconds:.0f} s (see {layout.logs})."
                    ) from None
        check()
        time.sleep(0.02)


def ctr(layout: Layout, *arguments: str | pathlib.Path) -> str:
    """Run containerd's own client on the images that Kubernetes sees, and give what it printed."""
    done = subprocess.run(
        ["ctr", "--address", layout.containerd_socket, "--namespace", "k8s.io", *arguments],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise Problem(f"containerd refused `ctr {' '.join(map(str, arguments))}`: {done.stderr.strip()}")
    return done.stdout


def images(layout: Layout) -> dict[str, str]:
    """The digest of every image in the store, by name."""
    rows = (line.split() for line in ctr(layout, "images", "list").splitlines()[1:])
    return {row[0]: row[2] for row in rows if len(row) > 2}


def import_archive(layout: Layout, archive: pathlib.Path) -> bool:
    """Import an OCI archive unless the store has the same images under the same names. Says whether it did."""
    held = images(layout)
    if all(held.get(name) == digest for name, digest in archives.contents(archive).items()):
        return False
    ctr(layout, "images", "import", "--snapshotter", snapshotter(layout), archive)
    return True
