"""Bookies: room, speed, and copies."""

from typing import TYPE_CHECKING

from .. import metrics
from . import expressions as ask
from .panel import Dashboard, Panel, Section

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def bookies(pulsar: "PulsarSpec") -> Dashboard:
    """How full and how fast the bookies are, and whether each entry has its copies."""
    return Dashboard(
        slug="bookies",
        title="Bookies",
        description="How full and how fast the bookies are, and whether each entry has its copies.",
        sections=(_room(pulsar), _speed(), _caches(), _copies()),
    )


def _room(pulsar: "PulsarSpec") -> Section:
    replicas, full = pulsar.bookkeeper.replicas, metrics.READ_ONLY_USAGE
    return Section(
        title="Room",
        lines=(
            (
                Panel(
                    title="Disk of ledgers",
                    description=f"How full it is. At {full} % its bookie takes no writes.",
                    unit="percent",
                    queries=(ask.LEDGER_DISK,),
                    limit=full,
                    highest=100,
                ),
                Panel(
                    title="Time to full",
                    description=f"When a disk is {full} % full if it fills up as within the last six hours. A disk "
                    "that doesn't fill up is not shown.",
                    unit="s",
                    queries=(ask.TIME_TO_FULL,),
                ),
                Panel(
                    title="Bookies that take writes",
                    description=f"{replicas} are in the stack file. A bookie that is full, or whose journal failed, "
                    "only reads.",
                    unit="none",
                    queries=(ask.WRITABLE,),
                ),
            ),
            (
                Panel(
                    title="Ledgers",
                    description="Ledgers of which a bookie holds entries.",
                    unit="short",
                    queries=(ask.LEDGERS,),
                ),
                Panel(
                    title="Entries",
                    description="Entries that a bookie holds, copies included.",
                    unit="short",
                    queries=(ask.ENTRIES,),
                ),
            ),
        ),
    )


def _speed() -> Section:
    return Section(
        title="Speed",
        lines=(
            (
                Panel(
                    title="Written",
                    description="Bytes of entries that came from brokers and from autorecovery.",
                    unit="Bps",
                    queries=(ask.BOOKIE_WRITES,),
                ),
                Panel(
                    title="Read",
                    description="Bytes of entries that brokers had not in their cache, or autorecovery copied.",
                    unit="Bps",
                    queries=(ask.BOOKIE_READS,),
                ),
            ),
            (
                Panel(
                    title="Write latency, 99th percentile",
                    description="From the request to the answer. Publishers wait for the slowest of the bookies that "
                    "must acknowledge.",
                    unit="ms",
                    queries=(ask.ADD_LATENCY,),
                ),
                Panel(
                    title="Read latency, 99th percentile",
                    description="From the request to the answer. Nothing is shown while nobody reads.",
                    unit="ms",
                    queries=(ask.READ_LATENCY,),
                ),
                Panel(
                    title="Journal to disk, 99th percentile",
                    description="Every publisher waits as long for its acknowledgement: a slow disk shows here first.",
                    unit="ms",
                    queries=(ask.JOURNAL_SYNC,),
                    limit=200,
                ),
                Panel(
                    title="Wait for the journal",
                    description="How long an entry waits, on average, before the journal takes it.",
                    unit="ms",
                    queries=(ask.JOURNAL_QUEUE,),
                ),
            ),
        ),
    )


def _caches() -> Section:
    return Section(
        title="Caches",
        lines=(
            (
                Panel(
                    title="Write cache",
                    description="How full it is of entries that are not in an entry log yet. Full, writes are "
                    "throttled.",
                    unit="percentunit",
                    queries=(ask.WRITE_CACHE,),
                    limit=0.9,
                    highest=1,
                ),
                Panel(
                    title="Reads from the read cache",
                    description="The share of reads that needed no disk. Nothing is shown while nobody reads.",
                    unit="percentunit",
                    queries=(ask.READ_CACHE_HITS,),
                    highest=1,
                ),
            ),
        ),
    )


def _copies() -> Section:
    return Section(
        title="Copies",
        lines=(
            (
                Panel(
                    title="Ledgers with too few copies",
                    description="What the auditor found within an hour. They are copied again while autorecovery runs.",
                    unit="short",
                    queries=(ask.UNDER_REPLICATED,),
                    limit=1,
                ),
                Panel(
                    title="Ledgers that are nearly lost",
                    description="With entries that have fewer copies than were acknowledged. Restart no bookie before "
                    "they are copied again.",
                    unit="short",
                    queries=ask.NEARLY_LOST,
                    limit=1,
                ),
                Panel(
                    title="Copied again",
                    description="What autorecovery writes. It takes from what clients have.",
                    unit="Bps",
                    queries=(ask.COPIED_AGAIN,),
                ),
            ),
        ),
    )
