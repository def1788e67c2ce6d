"""Which cluster the local stack runs on: the user's choice, else kind on a container engine, else one of our own."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping

from local.problem import Problem

KINDS = ("existing", "kind", "own")


@dataclasses.dataclass(frozen=True)
class Choice:
    """A kind of cluster, and for an existing one where it is described."""

    kind: str
    kubeconfig: pathlib.Path | None = None
    context: str | None = None


def choose(environment: Mapping[str, str], kind_can_run: Callable[[], bool]) -> Choice:
    """The cluster to use.

    PULSAR_KUBECONFIG and PULSAR_CONTEXT name a cluster that exists; PULSAR_CLUSTER forces one of `existing`, `kind`
    and `own`. `kind_can_run` is asked only when nothing is named, since asking a container engine takes a moment.
    """
    forced = environment.get("PULSAR_CLUSTER") or None
    if forced is not None and forced not in KINDS:
        raise Problem(
            f"PULSAR_CLUSTER is {forced!r}, but it must be one of: {', '.join(KINDS)}. Unset it to let us choose."
        )
    named = environment.get("PULSAR_KUBECONFIG") or environment.get("PULSAR_CONTEXT")
    if forced == "existing" or (forced is None and named):
        return Choice("existing", _kubeconfig(environment), environment.get("PULSAR_CONTEXT") or None)
    if forced is not None:
        return Choice(forced)
    return Choice("kind" if kind_can_run() else "own")


def _kubeconfig(environment: Mapping[str, str]) -> pathlib.Path:
    given = environment.get("PULSAR_KUBECONFIG") or environment.get("KUBECONFIG", "").split(":")[0]
    path = pathlib.Path(given).expanduser() if given else pathlib.Path.home() / ".kube" / "config"
    if not path.is_file():
        raise Problem(
            f"There is no kubeconfig at {path}. Set PULSAR_KUBECONFIG to that of the cluster to use, or unset "
            "PULSAR_CONTEXT and PULSAR_CLUSTER to have a cluster made."
        )
    return path
