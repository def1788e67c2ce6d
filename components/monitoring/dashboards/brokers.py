"""Brokers: traffic, latency, and how even the load is."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def brokers(pulsar: "PulsarSpec") -> Dashboard:
    """How much each broker does, and how well."""
    del pulsar
    return Dashboard(
        slug="brokers",
        title="Brokers",
        description="How much each broker does, and how well.",
        sections=(_traffic(), _latency(), _balance()),
    )


def _traffic() -> Section:
    return Section(
        title="What goes through",
        lines=(
            (
                Panel(
                    title="Messages in",
                    description="From producers, by broker.",
                    unit="mps",
                    queries=(ask.BROKER_MESSAGES_IN,),
                ),
                Panel(
                    title="Messages out",
                    description="To consumers, by broker.",
                    unit="mps",
                    queries=(ask.BROKER_MESSAGES_OUT,),
                ),
            ),
            (
                Panel(
                    title="Bytes in",
                    description="From producers, by broker. Each is written once for every copy.",
                    unit="Bps",
                    queries=(ask.BROKER_BYTES_IN,),
                ),
                Panel(
                    title="Bytes out",
                    description="To consumers, by broker.",
                    unit="Bps",
                    queries=(ask.BROKER_BYTES_OUT,),
                ),
            ),
        ),
    )


def _latency() -> Section:
    return Section(
        title="How well",
        lines=(
            (
                Panel(
                    title="Publish latency, 99th percentile",
                    description="How long a broker takes to have a message stored. One broker above the others has too "
                    "much to do; all of them together wait for the bookies.",
                    unit="ms",
                    queries=(ask.PUBLISH_LATENCY_P99,),
                    limit=200,
                ),
                Panel(
                    title="Writes longer than 200 ms",
                    description="Their share within five minutes. The objective is 99.9 % within 200 ms.",
                    unit="percentunit",
                    queries=(ask.SLOW_WRITES,),
                    limit=0.001,
                ),
                Panel(
                    title="Reads from the cache",
                    description="The share of entries that consumers got from the broker's memory. The others were "
                    "read from a bookie: consumers that are far behind.",
                    unit="percentunit",
                    queries=(ask.CACHE_HITS,),
                    highest=1,
                ),
            ),
            (
                Panel(
                    title="Lookups",
                    description="Questions of clients where a topic is, that were answered. Many: clients reconnect.",
                    unit="ops",
                    queries=(ask.LOOKUPS,),
                ),
                Panel(
                    title="Failed lookups",
                    description="Questions that were not answered: no broker could take the topic.",
                    unit="ops",
                    queries=(ask.LOOKUP_FAILURES,),
                ),
                Panel(
                    title="Topics that failed to load",
                    description="Their clients wait and try again. The broker's log says why.",
                    unit="short",
                    queries=(ask.TOPIC_LOAD_FAILURES,),
                ),
            ),
        ),
    )


def _balance() -> Section:
    return Section(
        title="How even",
        lines=(
            (
                Panel(
                    title="Load as the load balancer sees it",
                    description="The largest share of what a broker may use, averaged. Bundles move from the most "
                    "loaded to the least.",
                    unit="percentunit",
                    queries=(ask.BROKER_LOAD,),
                ),
                Panel(
                    title="Topics by broker",
                    description="Topics that it serves, each partition for itself.",
                    unit="short",
                    queries=(ask.BROKER_TOPICS,),
                ),
                Panel(
                    title="Connections to brokers",
                    description="Of clients, of proxies, and of other brokers.",
                    unit="short",
                    queries=(ask.BROKER_CONNECTIONS,),
                ),
                Panel(
                    title="Bundles moved",
                    description="Each interrupts its topics' clients for a moment. Nothing is shown before the first.",
                    unit="short",
                    queries=(ask.BUNDLES_MOVED,),
                ),
            ),
        ),
    )
