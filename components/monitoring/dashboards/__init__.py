"""Grafana's dashboards of a stack, for what it has. One file and one line in `_PAGES` add one."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from .bookies import bookies
from .brokers import brokers
from .functions import functions
from .jvm import jvm
from .metadata import metadata
from .overview import overview
from .panel import Dashboard, Mark, Variable
from .proxy import proxy
from .replication import replication
from .tiered_storage import tiered_storage
from .topics import topics

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec

__all__ = ["pages", "rendered", "uid"]

_PAGES: "tuple[Callable[[PulsarSpec], Dashboard | None], ...]" = (
    *(overview, brokers, bookies, topics, proxy, metadata, tiered_storage, functions, replication),
    jvm,
)
"""In the order of their links. One gives none for a stack that has nothing to show there."""
_MARKS = (
    Mark(
        name="Starts",
        expression='process_start_time_seconds{cluster="$cluster"} * 1000',
        title="{{component}} started",
        text="{{pod}}",
        color="blue",
        is_moment=True,
    ),
    Mark(
        name="Alerts",
        expression='ALERTS{cluster="$cluster",alertstate="firing"}',
        title="{{alertname}}",
        text="{{severity}} {{pod}}",
        color="red",
    ),
)
_LONGEST_UID = 40
"""Grafana's limit."""


def pages(pulsar: "PulsarSpec") -> tuple[Dashboard, ...]:
    """Every dashboard of a stack, as values: those for what it has."""
    return tuple(found for page in _PAGES if (found := page(pulsar)))


def rendered(pulsar: "PulsarSpec") -> dict[str, str]:
    """Every dashboard of a stack as Grafana reads it, by its file's name."""
    # Its SDK stays out of every other stack's program.
    from .grafana import written

    found = pages(pulsar)
    uids = {each.title: uid(pulsar.name, each.slug) for each in found}
    cluster = Variable(
        name="cluster",
        label="Cluster",
        query='label_values(up{component="broker"}, cluster)',
        several=False,
        at_first=pulsar.name,
    )
    heading = f"Pulsar: {pulsar.name}"
    return {f"{pulsar.name}-{each.slug}.json": written(each, uids, heading, cluster, _MARKS) for each in found}


def uid(cluster: str, slug: str) -> str:
    """A dashboard's address in Grafana, which never changes, so that links and bookmarks hold."""
    whole = f"{cluster}-{slug}"
    if len(whole) <= _LONGEST_UID:
        return whole
    digest = hashlib.sha256(cluster.encode()).hexdigest()[:8]
    return f"{cluster[: _LONGEST_UID - len(slug) - 10]}-{digest}-{slug}"
