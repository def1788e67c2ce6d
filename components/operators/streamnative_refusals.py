"""What StreamNative's operator can't do of what a stack file may say, or may not do yet."""

from typing import TYPE_CHECKING

from ..pulsar.functions import NoFunctionsSpec
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.websocket import WebSocketPods
from . import refusals
from .refusals import NATIVE, Found
from .streamnative_resources import NUMBERS

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .streamnative import StreamNativeSpec

TERMS = "https://docs.streamnative.io/private/private-cloud-licenses"
"""Where the licence is to be read."""


def misfits(operator: "StreamNativeSpec", pulsar: "PulsarSpec") -> Found:
    """All of it: the setting's path below `pulsar`, and a sentence with the way out."""
    if not operator.licence_acknowledged:
        yield (
            "operator.licence_acknowledged",
            "is not true, and StreamNative's operator and its images are proprietary: they may be run under its "
            f"licence alone ({TERMS}). Once you have read it and have one, write `licence_acknowledged: true`, "
            f"{NATIVE}.",
        )
    yield from refusals.around(operator, pulsar)
    if pulsar.image is None:
        yield (
            "image",
            "is Pulsar's own where it is left out, and StreamNative documents its operator with its own images alone. "
            f"Name one of these, such as streamnative/private-cloud:4.0.4.1, {NATIVE}.",
        )
    yield from _metadata(pulsar)
    yield from refusals.stores(operator, pulsar)
    yield from refusals.keys(operator, pulsar)
    yield from refusals.clients(
        operator, pulsar, resource="a PulsarBroker", ports="which name it gives a port is not documented"
    )
    yield from _pods(pulsar)
    yield from _volumes(pulsar)


def _metadata(pulsar: "PulsarSpec") -> Found:
    store = pulsar.metadata
    if not isinstance(store, ZookeeperSpec):
        also = " The operator has resources for Oxia, and this program doesn't write them." * (store.store == "oxia")
        yield (
            "metadata.store",
            f"is {store.store}, and this program hands StreamNative's operator a Pulsar on ZooKeeper alone.{also} "
            f"Write `metadata: {{store: zookeeper}}`, {NATIVE}.",
        )
        return
    for key in NUMBERS & store.config.keys():
        if not store.config[key].isdecimal():
            yield (
                f"metadata.config.{key}",
                f"{store.config[key]!r} is no whole number, and a ZooKeeperCluster has one there. Write one.",
            )


def _pods(pulsar: "PulsarSpec") -> Found:
    """What would run StreamNative's image in pods of this program's, where it doesn't find the licence."""
    if isinstance(pulsar.websocket, WebSocketPods):
        yield (
            "websocket.run_in",
            "is pods, and StreamNative's operator has WebSocket in its proxies alone. Write `websocket: {run_in: "
            f"proxy}}`, {NATIVE}.",
        )
    if not isinstance(pulsar.functions, NoFunctionsSpec):
        yield (
            "functions.run_in",
            f"is {pulsar.functions.run_in}, and StreamNative's operator writes the worker's settings itself. Leave "
            f"functions out and run them by operators.function_mesh, {NATIVE}.",
        )


def _volumes(pulsar: "PulsarSpec") -> Found:
    storage = pulsar.tiered_storage
    mounts = storage.contribution(pulsar.place).mounts.get("broker", ()) if storage else ()
    for each in mounts:
        if other := sorted(each.source.keys() - {"secret"}):
            yield (
                "tiered_storage",
                f"needs a volume of the brokers' pods ({other[0]}), and what a PulsarBroker adds to its own mounts are "
                f"Secrets alone. Use a bucket, or an HDFS without site_config_map, {NATIVE}.",
            )
