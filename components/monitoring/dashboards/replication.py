"""Geo-replication: how far behind the other clusters are."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section
from .variables import NAMESPACE, TOPIC

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def replication(pulsar: "PulsarSpec") -> Dashboard | None:
    """What would be lost if this cluster were, and whether the others can be reached. Each side shows what it sends."""
    if not pulsar.peers:
        return None
    return Dashboard(
        slug="replication",
        title="Geo-replication",
        description="How far behind the other clusters are, and whether they can be reached.",
        variables=(NAMESPACE, TOPIC),
        sections=(_lag(), _traffic()),
    )


def _lag() -> Section:
    return Section(
        title="How far behind",
        lines=(
            (
                Panel(
                    title="Lag",
                    description="How old the oldest message is that the other cluster doesn't have. What was written "
                    "since is lost to it if this cluster is.",
                    unit="s",
                    queries=(ask.REPLICATION_LAG,),
                    limit=300,
                ),
                Panel(
                    title="Entries that wait for a cluster",
                    description="That the other cluster has yet to store. They are kept here until then, whatever the "
                    "retention is: a cluster that is gone for good must leave the namespaces' list.",
                    unit="short",
                    queries=(ask.REPLICATION_BACKLOG,),
                ),
                Panel(
                    title="Topics furthest behind a cluster",
                    description="The ten with the most entries that wait.",
                    unit="short",
                    queries=(ask.TOPICS_TO_REPLICATE,),
                    kind="bargauge",
                ),
            ),
        ),
    )


def _traffic() -> Section:
    return Section(
        title="What goes over",
        lines=(
            (
                Panel(
                    title="Topics without a connection",
                    description="That should be sent to the other cluster, and can't be: it is away, its certificate "
                    "or token is not taken, or it refuses the topic.",
                    unit="none",
                    queries=(ask.REPLICATORS_APART,),
                    limit=1,
                ),
                Panel(
                    title="Topics with a connection",
                    description="That are sent to the other cluster.",
                    unit="none",
                    queries=(ask.REPLICATORS,),
                ),
            ),
            (
                Panel(
                    title="Messages out to a cluster",
                    description="That the other cluster has stored.",
                    unit="mps",
                    queries=(ask.REPLICATED,),
                ),
                Panel(
                    title="Messages in from a cluster",
                    description="That the other cluster's producers wrote.",
                    unit="mps",
                    queries=(ask.REPLICATED_HERE,),
                ),
                Panel(
                    title="Bytes out to a cluster",
                    description="What a line between clusters is paid for.",
                    unit="Bps",
                    queries=(ask.REPLICATED_BYTES,),
                ),
                Panel(
                    title="Expired before they went",
                    description="Messages that a time to live took away before the other cluster had them: they are "
                    "missing there.",
                    unit="mps",
                    queries=(ask.REPLICATION_EXPIRED,),
                ),
            ),
        ),
    )
