"""The namespaces that everything of the cluster lives in: network, mounts and process ids.

The first process in them is `pause`, which does nothing but reap orphans. When it dies the kernel ends every other
process in there, and with the last one go all mounts, interfaces, routes and iptables rules. That is what makes
`down` quick and complete, also after a crash: there is nothing to clean up in the host's own namespaces.
"""

import contextlib
import pathlib
import subprocess
import time

from local.problem import Problem

from . import cgroups, processes
from .layout import Layout

SHARED_FOLDERS = ("/var/lib/cni", "/var/lib/kubelet")
"""Folders that libcni and the kubelet use whatever they are told; each is covered by a private one."""

HOST_SETTINGS = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops")
"""Machine-wide sysctls that the kubelet sets. It gets files of its own instead, so the machine keeps its values."""

# The order matters: /run is covered by a tmpfs, so the cluster's own part of it is carried over first.
ENTER = r"""
set -eu
mount --make-rshared /
mount -t proc proc /proc
mount --bind "$RUN" "$STATE/carried"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p "$RUN" /run/netns /run/lock
mount --move "$STATE/carried" "$RUN" 2>/dev/null || mount --bind "$STATE/carried" "$RUN"
mount -t tmpfs -o mode=755 tmpfs /var/log
for folder in $SHARED; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
mkdir -p /run/settings
for setting in $SETTINGS; do
  private=/run/settings/$(echo "$setting" | tr / _)
  cat "/proc/sys/$setting" >"$private"
  mount --bind "$private" "/proc/sys/$setting"
done
ip link set lo up
ip link add node0 type veth peer name node0p
ip link set node0p up
ip address add "$NODE_ADDRESS/24" dev node0
ip link set node0 up
ip route add "$SERVICE_CIDR" dev node0
ip route add unreachable default
for setting in ip_forward conf/all/route_localnet; do echo 1 >"/proc/sys/net/ipv4/$setting"; done
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables; fi
for group in $GROUPS_TO_JOIN; do echo 0 >"$group/cgroup.procs"; done
touch "$RUN/entered"
unset RUN STATE SHARED SETTINGS NODE_ADDRESS SERVICE_CIDR GROUPS_TO_JOIN
exec "$PAUSE"
"""


def ensure(layout: Layout, pause: pathlib.Path) -> int:
    """Give the first process of the cluster's namespaces, and make the namespaces if they are not there."""
    init = processes.init_of(layout.name)
    if init is not None:
        return init
    _load_modules()
    created = layout.state / "created-folders"
    missing = [folder for folder in SHARED_FOLDERS if not pathlib.Path(folder).exists() or is_covered(folder)]
    with created.open("a") as record:
        record.writelines(f"{folder}\n" for folder in missing)
    for folder in missing:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    (layout.state / "carried").mkdir(exist_ok=True)
    entered = layout.run / "entered"
    entered.unlink(missing_ok=True)
    log = layout.logs / "init.log"
    environment = processes.marked(layout.name, "init") | {
        "RUN": str(layout.run),
        "STATE": str(layout.state),
        "SHARED": " ".join(SHARED_FOLDERS),
        "SETTINGS": " ".join(HOST_SETTINGS),
        "NODE_ADDRESS": layout.node_address,
        "SERVICE_CIDR": layout.service_cidr,
        "GROUPS_TO_JOIN": " ".join(map(str, cgroups.create(layout.name))),
        "PAUSE": str(pause),
    }
    with log.open("ab") as stream:
        parent = subprocess.Popen(
            ["unshare", "--net", "--mount", "--pid", "--fork", "--propagation=slave", "sh", "-c", ENTER],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    while not entered.exists():
        if parent.poll() is not None:
            raise Problem(
                f"The cluster's namespaces could not be made. The end of {log}:\n{processes.log_tail(log)}\n"
                "Inside a container this needs --privileged; or name a cluster of yours with PULSAR_KUBECONFIG."
            )
        time.sleep(0.005)
    init = processes.begun(layout.name)
    if init is None:
        raise Problem(f"The cluster's first process ended. The end of {log}:\n{processes.log_tail(log)}")
    return init


def is_covered(folder: str) -> bool:
    """Whether some process has a private folder over this one: then another cluster of ours counts on its existence.

    Removing a folder takes away what other namespaces have mounted on it.
    """
    for mounts in pathlib.Path("/proc").glob("[0-9]*/mountinfo"):
        # A process may end while it is looked at.
        with contextlib.suppress(OSError):
            if any(line.split()[4] == folder for line in mounts.read_text().splitlines()):
                return True
    return False


def _load_modules() -> None:
    # Where these are built into the kernel, modprobe has nothing to do or isn't there.
    if (
        not pathlib.Path("/proc/sys/net/bridge").exists()
        or "overlay" not in pathlib.Path("/proc/filesystems").read_text()
    ):
        subprocess.run(
            ["sh", "-c", "modprobe -a br_netfilter overlay 2>/dev/null || true"], check=False, stdin=subprocess.DEVNULL
        )
