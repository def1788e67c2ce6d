"""The tiered storage: what moves there, what is read from there, what fails."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section
from .variables import NAMESPACE, TOPIC

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def tiered_storage(pulsar: "PulsarSpec") -> Dashboard | None:
    """How the older messages fare, as brokers see it.

    Two minutes after a topic moved or was read they forget its counts, so rates and increases are asked for. Deletions
    in a bucket are not counted (4.0.8: the offloader counts them for a ledger that it streams, and none is streamed).
    """
    if pulsar.tiered_storage is None:
        return None
    return Dashboard(
        slug="tiered-storage",
        title="Tiered storage",
        description="What moves to the tiered storage, what is read from there, and what fails.",
        variables=(NAMESPACE, TOPIC),
        sections=(_stored(), _moved(), _read()),
    )


def _stored() -> Section:
    return Section(
        title="Where it is",
        lines=(
            (
                Panel(
                    title="In the tiered storage",
                    description="What was moved there, by namespace. A bookie may still have it until the deletion "
                    "lag is over.",
                    unit="bytes",
                    queries=(ask.NAMESPACE_OFFLOADED,),
                ),
                Panel(
                    title="Share",
                    description="How much of what a namespace holds is there: the part of its messages that needs no "
                    "bookie's disk.",
                    unit="percentunit",
                    queries=(ask.OFFLOADED_SHARE,),
                ),
                Panel(
                    title="Topics with the most there",
                    description="The ten largest.",
                    unit="bytes",
                    queries=(ask.TOPICS_OFFLOADED,),
                    kind="bargauge",
                ),
            ),
        ),
    )


def _moved() -> Section:
    return Section(
        title="What moves there",
        lines=(
            (
                Panel(
                    title="Moved",
                    description="By namespace, averaged over the broker's last minute. A ledger moves once it is "
                    "closed and its topic is above the threshold.",
                    unit="Bps",
                    queries=(ask.OFFLOADING,),
                ),
                Panel(
                    title="Failures of moving",
                    description="Ledgers that could not be moved, and writes that the storage refused. They are tried "
                    "again, and stay on the bookies until then.",
                    unit="short",
                    queries=ask.OFFLOAD_FAILURES,
                    limit=1,
                ),
            ),
        ),
    )


def _read() -> Section:
    return Section(
        title="What is read from there",
        lines=(
            (
                Panel(
                    title="Read back",
                    description="By namespace, averaged over the broker's last minute: consumers that are far behind.",
                    unit="Bps",
                    queries=(ask.READING_BACK,),
                ),
                Panel(
                    title="Failures of reading",
                    description="Consumers wait and the broker tries again.",
                    unit="short",
                    queries=(ask.READ_BACK_FAILURES,),
                    limit=1,
                ),
                Panel(
                    title="Time of a read",
                    description="On average: a block of messages, and the index that says where they are.",
                    unit="ms",
                    queries=ask.READ_BACK_TIME,
                ),
            ),
        ),
    )
