"""The first page: whether all is well, and how much is going on."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def overview(pulsar: "PulsarSpec") -> Dashboard:
    """The whole stack on one page."""
    del pulsar
    return Dashboard(
        slug="overview",
        title="Overview",
        description="Whether all is well, and how much is going on. The other pages say more.",
        sections=(_health(), _traffic(), _clients()),
    )


def _health() -> Section:
    return Section(
        title="Is it well?",
        lines=(
            (
                Panel(
                    title="Pods that don't answer",
                    description="Pods whose metrics Prometheus could not read. 0 is well.",
                    unit="none",
                    queries=(ask.SILENT,),
                    kind="stat",
                    limit=1,
                ),
                Panel(
                    title="Slow writes",
                    description="The share of messages that took longer than 200 ms to be written. The objective is "
                    "99.9 % within it.",
                    unit="percentunit",
                    queries=(ask.SLOW_WRITES,),
                    kind="stat",
                    limit=0.001,
                ),
                Panel(
                    title="Fullest bookie",
                    description="How full the fullest disk of ledgers is. At 95 % its bookie takes no writes.",
                    unit="percent",
                    queries=(ask.FULLEST_DISK,),
                    kind="stat",
                    limit=80,
                    highest=100,
                ),
                Panel(
                    title="Ledgers with too few copies",
                    description="What the auditor found within an hour. They are copied again while autorecovery runs.",
                    unit="short",
                    queries=(ask.UNDER_REPLICATED,),
                    kind="stat",
                    limit=1,
                ),
            ),
            (
                Panel(
                    title="Pods that answer",
                    description="By what they are. A line that falls is a pod that went.",
                    unit="none",
                    queries=(ask.ANSWERING,),
                ),
                Panel(
                    title="Publish latency",
                    description="How long brokers take to have a message stored: the slowest broker's quantiles.",
                    unit="ms",
                    queries=ask.PUBLISH_LATENCY,
                    limit=200,
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
                    title="Messages",
                    description="In from producers and out to consumers. Out is higher with more subscriptions than "
                    "one.",
                    unit="mps",
                    queries=(ask.MESSAGES_IN, ask.MESSAGES_OUT),
                ),
                Panel(
                    title="Bytes",
                    description="In from producers and out to consumers, without the copies on the bookies.",
                    unit="Bps",
                    queries=(ask.BYTES_IN, ask.BYTES_OUT),
                ),
            ),
            (
                Panel(
                    title="Backlog",
                    description="Entries that a subscription has yet to acknowledge. An entry may be a batch.",
                    unit="short",
                    queries=(ask.BACKLOG,),
                ),
                Panel(
                    title="Stored",
                    description="What topics hold on the bookies, copies included. Without consumers or a retention "
                    "that ends it only grows.",
                    unit="bytes",
                    queries=(ask.STORED,),
                ),
            ),
        ),
    )


def _clients() -> Section:
    counted = (
        ("Topics", "Topics that brokers serve now, each partition for itself.", ask.TOPICS),
        ("Subscriptions", "Subscriptions of these topics, with those that no consumer uses.", ask.SUBSCRIPTIONS),
        ("Producers", "Producers that are connected.", ask.PRODUCERS),
        ("Consumers", "Consumers that are connected.", ask.CONSUMERS),
    )
    return Section(
        title="Who takes part",
        lines=(
            tuple(
                Panel(title=title, description=description, unit="short", queries=(query,), kind="stat")
                for title, description, query in counted
            ),
        ),
    )
