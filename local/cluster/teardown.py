"""Taking the own cluster down until nothing of it is left, from whatever state it is in.

Ending the first process of the cluster's namespaces ends all others, pods included, and with them go its mounts,
interfaces and iptables rules. What remains are control groups and two folders.
"""

import pathlib
import shutil
import signal

from . import cgroups, namespaces, processes
from .layout import Layout

GONE_SECONDS = 20


def down(layout: Layout) -> None:
    """End the cluster's processes and remove what it made. Does nothing when there is nothing."""
    init = processes.init_of(layout.name)
    daemons = processes.running(layout.name)
    members = cgroups.members(layout.name)
    if init is not None:
        processes.send(layout.name, processes.Daemon(init, "init"), signal.SIGKILL)
    for daemon in daemons:
        processes.send(layout.name, daemon, signal.SIGKILL)
    processes.wait_gone({*members, *(daemon.pid for daemon in daemons)}, GONE_SECONDS)
    cgroups.remove(layout.name)
    record = layout.state / "created-folders"
    created = record.read_text().split() if record.exists() else []
    shutil.rmtree(layout.run, ignore_errors=True)
    shutil.rmtree(layout.state, ignore_errors=True)
    for folder in created:
        if folder in namespaces.SHARED_FOLDERS and not namespaces.is_covered(folder):
            _remove_if_empty(pathlib.Path(folder))


def _remove_if_empty(folder: pathlib.Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        # Another program has begun to use it: then it is that program's.
        return


def leftovers(layout: Layout) -> list[str]:
    """What of the cluster is on the machine, one sentence each; empty after `down`."""
    found = [f"process {daemon.pid} ({daemon.role})" for daemon in processes.running(layout.name)]
    found += [f"process {pid} in a control group" for pid in sorted(cgroups.members(layout.name))]
    found += [f"control group {root}" for root in cgroups.roots(layout.name) if root.exists()]
    found += [f"folder {folder}" for folder in (layout.state, layout.run) if folder.exists()]
    places = (f"{layout.state}/", f"{layout.run}/")
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        device, place = line.split()[:2]
        if f"{place}/".startswith(places) or any(text in line for text in places):
            found.append(f"mount {place} ({device})")
    named = pathlib.Path("/run/netns")
    if named.exists():
        found += [f"network namespace {entry}" for entry in named.iterdir() if entry.name == layout.name]
    return found
