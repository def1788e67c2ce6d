"""Topics and their backlog, of the namespaces that are chosen."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section
from .variables import NAMESPACE, TOPIC

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def topics(pulsar: "PulsarSpec") -> Dashboard:
    """Who sends, who falls behind, and what is stored."""
    return Dashboard(
        slug="topics",
        title="Topics and backlog",
        description="Who sends, who falls behind, and what is stored, of the namespaces and topics that are chosen.",
        variables=(NAMESPACE, TOPIC),
        sections=(_backlog(), _consumers(), _traffic(), _stored(offloaded=pulsar.tiered_storage is not None)),
    )


def _backlog() -> Section:
    return Section(
        title="Backlog",
        lines=(
            (
                Panel(
                    title="Entries that wait",
                    description="Entries that a subscription has yet to acknowledge. Growing for long: consumers are "
                    "too slow, or nobody consumes a subscription any more.",
                    unit="short",
                    queries=(ask.NAMESPACE_BACKLOG,),
                ),
                Panel(
                    title="Backlog in bytes",
                    description="A namespace's backlog quota is held against this.",
                    unit="bytes",
                    queries=(ask.NAMESPACE_BACKLOG_BYTES,),
                ),
                Panel(
                    title="Oldest message that waits",
                    description="How old it was when quotas were last checked. Nothing is shown of topics without a "
                    "backlog that was checked.",
                    unit="s",
                    queries=(ask.OLDEST,),
                ),
            ),
            (
                Panel(
                    title="Topics furthest behind",
                    description="The ten with the most entries that wait.",
                    unit="short",
                    queries=(ask.TOPICS_BEHIND,),
                    kind="bargauge",
                ),
                Panel(
                    title="Subscriptions furthest behind",
                    description="The ten with the most entries that wait. One without consumers holds its topic's data "
                    "for ever: delete it, or set a time to live.",
                    unit="short",
                    queries=(ask.SUBSCRIPTIONS_BEHIND,),
                    kind="bargauge",
                ),
            ),
        ),
    )


def _consumers() -> Section:
    return Section(
        title="Consumers",
        lines=(
            (
                Panel(
                    title="Unacknowledged",
                    description="Messages that consumers hold. Growing: they take messages and don't acknowledge them.",
                    unit="short",
                    queries=(ask.UNACKNOWLEDGED,),
                ),
                Panel(
                    title="Delivered again",
                    description="Messages that a consumer refused, or did not acknowledge in time.",
                    unit="mps",
                    queries=(ask.REDELIVERED,),
                ),
                Panel(
                    title="Delayed",
                    description="Messages whose producer asked for a later delivery.",
                    unit="short",
                    queries=(ask.DELAYED,),
                ),
                Panel(
                    title="Blocked subscriptions",
                    description="They get nothing more before they acknowledge what they have.",
                    unit="none",
                    queries=(ask.BLOCKED,),
                    limit=1,
                ),
            ),
        ),
    )


def _traffic() -> Section:
    return Section(
        title="What goes through",
        lines=(
            (
                Panel(
                    title="Messages in",
                    description="From producers, by namespace.",
                    unit="mps",
                    queries=(ask.NAMESPACE_IN,),
                ),
                Panel(
                    title="Messages out",
                    description="To consumers, by namespace.",
                    unit="mps",
                    queries=(ask.NAMESPACE_OUT,),
                ),
                Panel(
                    title="Bytes in",
                    description="From producers, by namespace.",
                    unit="Bps",
                    queries=(ask.NAMESPACE_BYTES_IN,),
                ),
                Panel(
                    title="Busiest topics",
                    description="The ten with the most messages in.",
                    unit="mps",
                    queries=(ask.BUSIEST_TOPICS,),
                    kind="bargauge",
                ),
            ),
        ),
    )


def _stored(*, offloaded: bool) -> Section:
    away = Panel(
        title="In the tiered storage",
        description="What was moved there from the bookies.",
        unit="bytes",
        queries=(ask.NAMESPACE_OFFLOADED,),
    )
    return Section(
        title="What is stored",
        lines=(
            (
                Panel(
                    title="Stored",
                    description="On the bookies, copies included, by namespace.",
                    unit="bytes",
                    queries=(ask.NAMESPACE_STORED,),
                ),
                Panel(
                    title="Largest topics",
                    description="The ten that hold the most.",
                    unit="bytes",
                    queries=(ask.LARGEST_TOPICS,),
                    kind="bargauge",
                ),
                *((away,) if offloaded else ()),
            ),
        ),
    )
