"""Which checkout of the project a cluster on this machine belongs to.

All checkouts share the ports and the folders of the one cluster that a machine has room for, so a second checkout must
be told, and must not take the first one's cluster down.
"""

import contextlib
import fcntl
import os
import pathlib
from collections.abc import Iterator

from local import paths
from local.problem import Problem

from .layout import Layout


def claim(layout: Layout, project: pathlib.Path = paths.PROJECT) -> None:
    """Make the cluster this checkout's, or raise a Problem that names the checkout that has it."""
    check(layout, project)
    layout.state.mkdir(mode=0o711, parents=True, exist_ok=True)
    layout.owner.write_text(f"{project}\n")


def check(layout: Layout, project: pathlib.Path = paths.PROJECT) -> None:
    """Raise a Problem if another checkout, one that still exists, has the cluster."""
    try:
        other = pathlib.Path(layout.owner.read_text().strip())
    except OSError:
        return
    if other != project and other.exists():
        raise Problem(
            f"The local cluster {layout.name!r} on this machine belongs to the checkout in {other}. Bring it down "
            "there (python -m local.cluster down), or set PULSAR_CLUSTER_NAME, PULSAR_API_PORT and PULSAR_NODE_PORTS "
            "to have a second one beside it."
        )


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Hold off another `up` or `down` of this checkout until this one is over."""
    paths.STATE.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(paths.STATE, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
