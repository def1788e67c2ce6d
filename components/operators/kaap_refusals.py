"""What KAAP can't do of what a stack file may say: a `PulsarCluster` has no field for it, or KAAP does it otherwise."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..pulsar.functions import FunctionPods, NoFunctionsSpec
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.process import ProcessSpec
from ..pulsar.websocket import WebSocketPods

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .kaap import KaapSpec

LINES = ("4.0", "4.2")
"""Pulsar's lines whose job for the metadata, and whose keys, are those that KAAP 0.4 writes."""
_NATIVE = "or let this program run Pulsar (operator: {kind: native})"
Found = Iterator[tuple[str, str]]


def misfits(kaap: "KaapSpec", pulsar: "PulsarSpec") -> Found:
    """All of it: the setting's path below `pulsar`, and a sentence with the way out."""
    if kaap.install and kaap.namespace == pulsar.namespace:
        yield (
            "operator.namespace",
            f"{kaap.namespace} is Pulsar's own (pulsar.namespace), and the operator must still be there while that "
            "one is emptied. Give it another.",
        )
    if pulsar.version.rpartition(".")[0] not in LINES:
        known = " and ".join(f"{each}.x" for each in LINES)
        yield (
            "version",
            f"{pulsar.version} is not what KAAP {kaap.chart.operator} was made for: {known}. Use one of these, "
            f"{_NATIVE}.",
        )
    scaling = kaap.broker_autoscaling
    if scaling and not scaling.min <= pulsar.broker.replicas <= scaling.max:
        yield (
            "broker.replicas",
            f"is {pulsar.broker.replicas}, and operator.broker_autoscaling goes from {scaling.min} to "
            f"{scaling.max}. Start with a number between them.",
        )
    yield from _metadata(pulsar)
    yield from _keys(pulsar)
    yield from _clients(pulsar)
    yield from _functions(pulsar)


def _metadata(pulsar: "PulsarSpec") -> Found:
    store = pulsar.metadata
    if not isinstance(store, ZookeeperSpec):
        yield (
            "metadata.store",
            f"is {store.store}, and KAAP runs Pulsar on ZooKeeper alone. Write `metadata: {{store: zookeeper}}`, "
            f"{_NATIVE}.",
        )
    elif store.log_volume:
        yield (
            "metadata.log_volume",
            f"is a second volume, and KAAP's ZooKeeper has one. Leave it out, {_NATIVE}.",
        )
    if pulsar.configuration_metadata:
        yield (
            "configuration_metadata",
            "is a store apart, and KAAP writes the cluster's metadata and what clusters share to one ZooKeeper. "
            f"Leave it out, {_NATIVE}.",
        )
    if pulsar.metadata_backup:
        yield (
            "metadata_backup",
            "takes snapshots by a port of ZooKeeper's that only this program's own members open. Leave it out and "
            f"back up the volumes, {_NATIVE}.",
        )


def _keys(pulsar: "PulsarSpec") -> Found:
    """Measured with dash: a variable whose name is none to the shell isn't passed on to what it starts."""
    for part, config in _configs(pulsar).items():
        for key in config:
            if not key.isidentifier():
                yield (
                    f"{part}.config.{key}",
                    "can't be told to a process of KAAP's: it hands keys over as variables of sh, which passes on "
                    f"none with a dot or a hyphen. Leave it out, {_NATIVE}.",
                )


def _configs(pulsar: "PulsarSpec") -> dict[str, Mapping[str, str]]:
    parts = {each: getattr(pulsar, each) for each in ("bookkeeper", "autorecovery", "broker", "proxy", "websocket")}
    found = {each: part.config for each, part in parts.items() if isinstance(part, ProcessSpec)}
    if isinstance(pulsar.metadata, ZookeeperSpec):
        found["metadata"] = pulsar.metadata.config
    if not isinstance(pulsar.functions, NoFunctionsSpec):
        found["functions"] = pulsar.functions.config
    return found


def _clients(pulsar: "PulsarSpec") -> Found:
    """How clients reach it."""
    service, websocket = pulsar.proxy.service, pulsar.websocket
    if service.node_ports:
        yield (
            "proxy.service.node_ports",
            "can't be told to KAAP: its proxies' Service has no field for fixed ports. Leave it out, "
            f"and Kubernetes picks them, {_NATIVE}.",
        )
    if service.source_ranges:
        yield (
            "proxy.service.source_ranges",
            "can't be told to KAAP: its proxies' Service has no field for networks. Leave it out and tell the load "
            f"balancer by `annotations`, {_NATIVE}.",
        )
    if isinstance(websocket, WebSocketPods) and websocket.replicas != pulsar.proxy.replicas:
        yield (
            "websocket.replicas",
            f"is {websocket.replicas}, and KAAP runs WebSocket as a container of each of the "
            f"{pulsar.proxy.replicas} proxies' pods. Write {pulsar.proxy.replicas}, or run_in: proxy.",
        )
    if any(getattr(pulsar.protocols, name) for name in type(pulsar.protocols).model_fields):
        yield (
            "protocols",
            "are handlers that this program puts into its own brokers' pods and gives Services of their own, and a "
            f"PulsarCluster has neither. Leave them out, {_NATIVE}.",
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
