"""What KAAP can't do of what a stack file may say: a `PulsarCluster` has no field for it, or KAAP does it otherwise."""

from typing import TYPE_CHECKING

from ..pulsar.functions import FunctionPods, NoFunctionsSpec
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.websocket import WebSocketPods
from . import refusals
from .refusals import NATIVE, Found

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .kaap import KaapSpec


def misfits(kaap: "KaapSpec", pulsar: "PulsarSpec") -> Found:
    """All of it: the setting's path below `pulsar`, and a sentence with the way out."""
    yield from refusals.around(kaap, pulsar)
    scaling = kaap.broker_autoscaling
    if scaling and not scaling.min <= pulsar.broker.replicas <= scaling.max:
        yield (
            "broker.replicas",
            f"is {pulsar.broker.replicas}, and operator.broker_autoscaling goes from {scaling.min} to "
            f"{scaling.max}. Start with a number between them.",
        )
    yield from _metadata(pulsar)
    yield from refusals.stores(kaap, pulsar)
    yield from refusals.keys(kaap, pulsar)
    yield from refusals.clients(
        kaap, pulsar, resource="a PulsarCluster", ports="its proxies' Service has no field for fixed ports"
    )
    websocket = pulsar.websocket
    if isinstance(websocket, WebSocketPods) and websocket.replicas != pulsar.proxy.replicas:
        yield (
            "websocket.replicas",
            f"is {websocket.replicas}, and KAAP runs WebSocket as a container of each of the "
            f"{pulsar.proxy.replicas} proxies' pods. Write {pulsar.proxy.replicas}, or run_in: proxy.",
        )
    yield from _functions(pulsar)


def _metadata(pulsar: "PulsarSpec") -> Found:
    store = pulsar.metadata
    if not isinstance(store, ZookeeperSpec):
        yield (
            "metadata.store",
            f"is {store.store}, and KAAP runs Pulsar on ZooKeeper alone. Write `metadata: {{store: zookeeper}}`, "
            f"{NATIVE}.",
        )
    elif store.log_volume:
        yield (
            "metadata.log_volume",
            f"is a second volume, and KAAP's ZooKeeper has one. Leave it out, {NATIVE}.",
        )


def _functions(pulsar: "PulsarSpec") -> Found:
    functions = pulsar.functions
    if isinstance(functions, NoFunctionsSpec):
        return
    reasons = {"kubernetes": "which KAAP's pods have no token for"}
    if isinstance(functions, FunctionPods):
        reasons["thread"] = "which KAAP's own worker doesn't know"
    if reason := reasons.get(functions.runtime):
        yield (
            "functions.runtime",
            f"is {functions.runtime}, {reason}. Use runtime: process, or run functions by operators.function_mesh.",
        )
