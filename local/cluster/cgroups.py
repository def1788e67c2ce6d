"""The cluster's control groups: one parent for the daemons and one for the pods, in every hierarchy there is.

Both lie outside the caller's group, so that neither a limit nor the end of the caller's session reaches the cluster.
"""

import contextlib
import pathlib
import time

MOUNTS = pathlib.Path("/proc/self/mountinfo")
V2_CONTROLLERS = ("cpuset", "cpu", "io", "memory", "pids")


def hierarchies(mountinfo: str) -> list[tuple[str, pathlib.Path]]:
    """Type ("cgroup" or "cgroup2") and mount point of every hierarchy that /proc/self/mountinfo names."""
    found = []
    for line in mountinfo.splitlines():
        fields, _, filesystem = line.partition(" - ")
        kind = filesystem.split()[0] if filesystem else ""
        if kind in ("cgroup", "cgroup2"):
            found.append((kind, pathlib.Path(fields.split()[4])))
    return found


def with_controllers(found: list[tuple[str, pathlib.Path]]) -> list[tuple[str, pathlib.Path]]:
    """The hierarchies that limit anything: beside version 1 the version 2 one only names processes."""
    return [entry for entry in found if entry[0] == "cgroup"] or found


def roots(name: str) -> list[pathlib.Path]:
    """The cluster's parent group in every hierarchy, whether it exists or not."""
    return [mount / name for _, mount in hierarchies(MOUNTS.read_text())]


def create(name: str) -> list[pathlib.Path]:
    """Make the cluster's groups and give the one in each hierarchy that its daemons join."""
    joined = []
    for kind, mount in with_controllers(hierarchies(MOUNTS.read_text())):
        daemons = mount / name / "daemons"
        daemons.mkdir(parents=True, exist_ok=True)
        if kind == "cgroup2":
            for parent in (mount, mount / name):
                _delegate(parent)
        elif (mount / "cpuset.cpus").exists():
            # A version 1 cpuset starts empty and takes no process until it names processors and memory nodes.
            for group in (mount / name, daemons):
                for file in ("cpuset.cpus", "cpuset.mems"):
                    (group / file).write_text((group.parent / file).read_text())
        joined.append(daemons)
    return joined


def _delegate(group: pathlib.Path) -> None:
    available = (group / "cgroup.controllers").read_text().split()
    for controller in V2_CONTROLLERS:
        if controller in available:
            with contextlib.suppress(OSError):
                (group / "cgroup.subtree_control").write_text(f"+{controller}")


def members(name: str) -> set[int]:
    """The ids of all processes in the cluster's groups."""
    pids: set[int] = set()
    for root in roots(name):
        for file in root.rglob("cgroup.procs"):
            with contextlib.suppress(OSError):
                pids.update(int(word) for word in file.read_text().split())
    return pids - {0}


def remove(name: str, timeout_seconds: float = 5) -> None:
    """Remove the cluster's groups; a group whose last process is being reaped is tried again until the timeout."""
    deadline = time.monotonic() + timeout_seconds
    while left := [root for root in roots(name) if root.exists()]:
        for root in left:
            folders = [folder for folder in root.rglob("*") if folder.is_dir()]
            for folder in (*sorted(folders, key=lambda found: len(found.parts), reverse=True), root):
                with contextlib.suppress(OSError):
                    folder.rmdir()
        if time.monotonic() > deadline:
            return
        if any(root.exists() for root in left):
            time.sleep(0.02)
