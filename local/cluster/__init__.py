"""A Kubernetes cluster for the local stack: one that the user names, kind's, or one of our own.

`up` gives a cluster that is ready for use, `down` leaves nothing behind, `leftovers` proves it. The images that run
on the cluster are `local.images`' work.
"""

import os

import yaml

from local import paths
from local.progress import Progress

from . import choice, containerd, existing, kind, kubeconfig, layout, own, ownership, processes, teardown
from .cluster import Cluster

__all__ = ["Cluster", "down", "is_ours", "leftovers", "status", "up"]


def up(progress: Progress) -> Cluster:
    """A cluster that is up. What runs is left as it is, so a second call takes a fraction of a second.

    The kubeconfig is written to `paths.KUBECONFIG`. Raises Problem with the way out.
    """
    found = layout.from_environment()
    chosen = choice.choose(os.environ, lambda: kind.engine() is not None)
    with ownership.only_one_at_a_time():
        if chosen.kind == "existing":
            return existing.up(chosen)
        if chosen.kind == "kind":
            return kind.up(found, progress)
        own.up(found, progress)
        kubeconfig.write(paths.KUBECONFIG, kubeconfig.own(found, "admin"))
        return _own(found)


def down(progress: Progress) -> None:
    """Take down the cluster that `up` made, whatever state it is in; one that the user named is left alone."""
    found = layout.from_environment()
    with ownership.only_one_at_a_time():
        ownership.check(found)
        if teardown.leftovers(found):
            with progress.step("cluster: removing Kubernetes and all that it made"):
                teardown.down(found)
        kind.down(found, progress)
        paths.KUBECONFIG.unlink(missing_ok=True)


def is_ours() -> bool:
    """Whether the kubeconfig leads to a cluster that `down` removes as a whole, with everything on it."""
    if not paths.KUBECONFIG.exists():
        return False
    name = layout.from_environment().name
    return yaml.safe_load(paths.KUBECONFIG.read_text())["current-context"] in (name, f"kind-{name}")


def leftovers() -> list[str]:
    """What of the own cluster is on this machine, one line each: processes, mounts, control groups, folders."""
    return teardown.leftovers(layout.from_environment())


def status() -> str:
    """One line that says whether a cluster is up, and how to look inside. Changes nothing."""
    found = layout.from_environment()
    chosen = choice.choose(os.environ, lambda: kind.engine() is not None)
    if chosen.kind != "own":
        return (
            f"{chosen.kind}: kubeconfig {paths.KUBECONFIG} ({'there' if paths.KUBECONFIG.exists() else 'not made yet'})"
        )
    if own.is_up(found):
        inside = f"to look inside: nsenter --target {processes.init_of(found.name)} --all"
        return f"{_own(found).description}; kubeconfig {paths.KUBECONFIG}; {inside}"
    left = teardown.leftovers(found)
    return f"own: not up, {len(left)} things of it are on the machine" if left else "own: nothing on the machine"


def _own(found: layout.Layout) -> Cluster:
    return Cluster(
        kind="own",
        kubeconfig=paths.KUBECONFIG,
        description=f"a Kubernetes of its own on this machine, 127.0.0.1:{found.api_port}, named {found.name!r}",
        can_pull=False,
        load=lambda archive: containerd.import_archive(found, archive),
        held=lambda: containerd.images(found),
        host_ports=found.node_ports,
    )
