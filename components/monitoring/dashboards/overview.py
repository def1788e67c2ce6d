"""The first page: whether all is well, how much is left, and what changed."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def overview(pulsar: "PulsarSpec") -> Dashboard:
    """The whole stack on one screen: health, headroom, changes; below it, who takes part."""
    del pulsar
    return Dashboard(
        slug="overview",
        title="Overview",
        description="Whether all is well, how much is left, and what changed. The other pages say more.",
        sections=(_health(), _headroom(), _changes(), _traffic(), _clients()),
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
                    title="Alerts that fire",
                    description="Of this cluster, if this Prometheus holds its alerts. They are marked in red below.",
                    unit="none",
                    queries=(ask.FIRING,),
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
                    title="Ledgers with too few copies",
                    description="What the auditor found within an hour. They are copied again while autorecovery runs.",
                    unit="short",
                    queries=(ask.UNDER_REPLICATED,),
                    kind="stat",
                    limit=1,
                ),
            ),
        ),
    )


def _headroom() -> Section:
    return Section(
        title="How much is left?",
        lines=(
            (
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
                    title="First bookie to be full",
                    description="When, if it fills up as within the last six hours. No data: no disk fills up.",
                    unit="s",
                    queries=(ask.FIRST_FULL,),
                    kind="stat",
                ),
                Panel(
                    title="Most loaded broker",
                    description="The largest share of what it may use, as the load balancer averages it.",
                    unit="percentunit",
                    queries=(ask.MOST_LOADED,),
                    kind="stat",
                    limit=0.85,
                ),
                Panel(
                    title="Fullest direct memory",
                    description="Of any process. Without any left, it refuses messages or stops.",
                    unit="percentunit",
                    queries=(ask.FULLEST_DIRECT,),
                    kind="stat",
                    limit=0.9,
                    highest=1,
                ),
            ),
        ),
    )


def _changes() -> Section:
    return Section(
        title="What changed?",
        lines=(
            (
                Panel(
                    title="Last start",
                    description="How long ago a process started. Every start is marked in blue below.",
                    unit="s",
                    queries=(ask.LAST_START,),
                    kind="stat",
                ),
                Panel(
                    title="Versions",
                    description="How many brokers run each. Two: an upgrade is under way, or stopped half way.",
                    unit="none",
                    queries=(ask.VERSIONS,),
                    kind="stat",
                ),
                Panel(
                    title="Bundles moved within an hour",
                    description="Topics that went to another broker, or were let go of. No data: none since the "
                    "brokers started.",
                    unit="short",
                    queries=(ask.BUNDLES_MOVED_LATELY,),
                    kind="stat",
                ),
                Panel(
                    title="Errors in logs within an hour",
                    description="Lines of the level ERROR or FATAL, of brokers, bookies and proxies.",
                    unit="short",
                    queries=(ask.ERRORS,),
                    kind="stat",
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
                    title="Publish latency",
                    description="How long brokers take to have a message stored: the slowest broker's quantiles.",
                    unit="ms",
                    queries=ask.PUBLISH_LATENCY,
                    limit=200,
                ),
                Panel(
                    title="Backlog",
                    description="Entries that a subscription has yet to acknowledge. An entry may be a batch.",
                    unit="short",
                    queries=(ask.BACKLOG,),
                ),
            ),
            (
                Panel(
                    title="Bytes",
                    description="In from producers and out to consumers, without the copies on the bookies.",
                    unit="Bps",
                    queries=(ask.BYTES_IN, ask.BYTES_OUT),
                ),
                Panel(
                    title="Pods that answer",
                    description="By what they are. A line that falls is a pod that went.",
                    unit="none",
                    queries=(ask.ANSWERING,),
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
