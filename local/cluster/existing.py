"""A cluster that the user named: used as it is, and left alone by `down`."""

import pathlib

from local import paths
from local.problem import Problem

from . import kubeconfig
from .choice import Choice
from .cluster import Cluster


def up(choice: Choice) -> Cluster:
    """Cut the named context out of the user's kubeconfig, so that no tool can act on another of their clusters."""
    assert choice.kubeconfig is not None, "an existing cluster comes with a kubeconfig"  # noqa: S101
    config = kubeconfig.minify(choice.kubeconfig, choice.context)
    kubeconfig.write(paths.KUBECONFIG, config)
    name = config["current-context"]
    server = config["clusters"][0]["cluster"].get("server", "(no address)")
    return Cluster(
        kind="existing",
        kubeconfig=paths.KUBECONFIG,
        description=f"your cluster {name!r} at {server} (from {choice.kubeconfig})",
        can_pull=True,
        load=_refuse,
        held=dict,
    )


def _refuse(archive: pathlib.Path) -> bool:
    raise Problem(
        f"{archive} can't be loaded into a cluster of yours. Push it to a registry that the cluster pulls from."
    )
