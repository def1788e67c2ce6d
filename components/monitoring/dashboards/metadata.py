"""The metadata store: as brokers see it, and as it sees itself."""

from typing import TYPE_CHECKING

from ...pulsar.metadata.etcd import EtcdSpec
from ...pulsar.metadata.zookeeper import ZookeeperSpec
from . import expressions as ask
from .panel import Dashboard, Panel, Section

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def metadata(pulsar: "PulsarSpec") -> Dashboard:
    """How fast the store answers, and how it fares."""
    own = {EtcdSpec: _etcd, ZookeeperSpec: _zookeeper}.get(type(pulsar.metadata))
    return Dashboard(
        slug="metadata",
        title="Metadata store",
        description="How fast the metadata store answers the brokers, and how it fares.",
        sections=(_requests(), *((own(),) if own else ())),
    )


def _requests() -> Section:
    return Section(
        title="As brokers see it",
        lines=(
            (
                Panel(
                    title="Latency",
                    description="Of requests that succeeded, on average. Slow: topics load slowly, and brokers may "
                    "lose their sessions.",
                    unit="ms",
                    queries=(ask.METADATA_LATENCY,),
                    limit=500,
                ),
                Panel(
                    title="Wait before a request",
                    description="Brokers send requests together: how long one waits for the others.",
                    unit="ms",
                    queries=(ask.METADATA_QUEUE,),
                ),
            ),
            (
                Panel(
                    title="Requests",
                    description="By what is asked.",
                    unit="ops",
                    queries=(ask.METADATA_REQUESTS,),
                ),
                Panel(
                    title="Failed requests",
                    description="Also those that must fail: what two brokers change at once, one of them does again.",
                    unit="ops",
                    queries=(ask.METADATA_FAILURES,),
                ),
            ),
        ),
    )


def _etcd() -> Section:
    return Section(
        title="etcd",
        lines=(
            (
                Panel(
                    title="Leaders",
                    description="One is well. More for longer than a moment: members that don't see each other.",
                    unit="none",
                    queries=(ask.ETCD_LEADERS,),
                    kind="stat",
                    limit=2,
                ),
                Panel(
                    title="Members without a leader",
                    description="They answer no request. 0 is well.",
                    unit="none",
                    queries=(ask.ETCD_WITHOUT_LEADER,),
                    kind="stat",
                    limit=1,
                ),
                Panel(
                    title="New leaders within an hour",
                    description="Each is a moment without writes. Several: disks or the network are too slow.",
                    unit="short",
                    queries=(ask.ETCD_LEADER_CHANGES,),
                    kind="stat",
                    limit=2,
                ),
            ),
            (
                Panel(
                    title="Quota",
                    description="How much of it the database has used. At its quota etcd refuses every write.",
                    unit="percentunit",
                    queries=(ask.ETCD_QUOTA,),
                    limit=0.8,
                    highest=1,
                ),
                Panel(
                    title="Database",
                    description="Its file, with room that a defragmentation would give back.",
                    unit="bytes",
                    queries=(ask.ETCD_SIZE,),
                ),
                Panel(
                    title="Log to disk, 99th percentile",
                    description="Heartbeats come late after a second, and the members elect a new leader.",
                    unit="s",
                    queries=(ask.ETCD_FSYNC,),
                    limit=0.5,
                ),
            ),
            (
                Panel(
                    title="Changes",
                    description="Changes that a majority has agreed on.",
                    unit="ops",
                    queries=(ask.ETCD_PROPOSALS,),
                ),
                Panel(
                    title="Changes that wait",
                    description="Many: the members don't keep up, or have no leader.",
                    unit="short",
                    queries=(ask.ETCD_PROPOSALS_PENDING,),
                ),
                Panel(
                    title="Changes that failed",
                    description="While a leader was elected, or without a majority.",
                    unit="ops",
                    queries=(ask.ETCD_PROPOSALS_FAILED,),
                ),
            ),
        ),
    )


def _zookeeper() -> Section:
    return Section(
        title="ZooKeeper",
        lines=(
            (
                Panel(
                    title="Requests that wait",
                    description="Many: the servers don't keep up.",
                    unit="short",
                    queries=(ask.ZOOKEEPER_OUTSTANDING,),
                ),
                Panel(
                    title="Read latency, 99th percentile",
                    description="Of a server's own answers, without the network.",
                    unit="ms",
                    queries=(ask.ZOOKEEPER_READ_LATENCY,),
                ),
                Panel(
                    title="Write latency, 99th percentile",
                    description="Until a majority has agreed.",
                    unit="ms",
                    queries=(ask.ZOOKEEPER_UPDATE_LATENCY,),
                ),
            ),
            (
                Panel(
                    title="Log to disk",
                    description="On average. Every write waits as long.",
                    unit="ms",
                    queries=(ask.ZOOKEEPER_FSYNC,),
                ),
                Panel(
                    title="Nodes",
                    description="All of them are in each server's memory.",
                    unit="short",
                    queries=(ask.ZOOKEEPER_NODES,),
                ),
                Panel(
                    title="Data",
                    description="What the nodes hold, as far as the server knows.",
                    unit="bytes",
                    queries=(ask.ZOOKEEPER_SIZE,),
                ),
            ),
        ),
    )
