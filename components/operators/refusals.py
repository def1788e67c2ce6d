"""What no operator of Pulsar that is known here can do of what a stack file may say."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..pulsar.functions import NoFunctionsSpec
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.process import ProcessSpec

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .operator import OperatorSpec

LINES = ("4.0", "4.2")
"""Pulsar's lines whose job for the metadata, and whose keys, are those that the operators write."""
NATIVE = "or let this program run Pulsar (operator: {kind: native})"
Found = Iterator[tuple[str, str]]


def around(operator: "OperatorSpec", pulsar: "PulsarSpec") -> Found:
    """A Pulsar that the operator is too old for."""
    if pulsar.version.rpartition(".")[0] not in LINES:
        known = " and ".join(f"{each}.x" for each in LINES)
        yield (
            "version",
            f"{pulsar.version} is not handed to {operator.title} {operator.chart.operator}: how that writes metadata "
            f"and keys is known for {known}. Use one of these, {NATIVE}.",
        )


def stores(operator: "OperatorSpec", pulsar: "PulsarSpec") -> Found:
    """A second store, and snapshots."""
    if pulsar.configuration_metadata:
        yield (
            "configuration_metadata",
            f"is a store apart, and {operator.title} writes the cluster's metadata and what clusters share to one "
            f"ZooKeeper. Leave it out, {NATIVE}.",
        )
    if pulsar.metadata_backup:
        yield (
            "metadata_backup",
            "takes snapshots by a port of ZooKeeper's that only this program's own members open. Leave it out and "
            f"back up the volumes, {NATIVE}.",
        )


def keys(operator: "OperatorSpec", pulsar: "PulsarSpec") -> Found:
    """Measured with dash: a variable whose name is none to the shell isn't passed on to what it starts."""
    for part, config in _configs(pulsar).items():
        for key in config:
            if not key.isidentifier():
                yield (
                    f"{part}.config.{key}",
                    f"can't be told to {operator.title}: it hands keys over as variables of sh, which passes on none "
                    f"with a dot or a hyphen. Leave it out, {NATIVE}.",
                )


def _configs(pulsar: "PulsarSpec") -> dict[str, Mapping[str, str]]:
    parts = {each: getattr(pulsar, each) for each in ("bookkeeper", "autorecovery", "broker", "proxy", "websocket")}
    found = {each: part.config for each, part in parts.items() if isinstance(part, ProcessSpec)}
    if isinstance(pulsar.metadata, ZookeeperSpec):
        found["metadata"] = pulsar.metadata.config
    if not isinstance(pulsar.functions, NoFunctionsSpec):
        found["functions"] = pulsar.functions.config
    return found


def clients(operator: "OperatorSpec", pulsar: "PulsarSpec", *, resource: str, ports: str) -> Found:
    """How clients reach it.

    Args:
        operator: the operator.
        pulsar: the stack file's part.
        resource: what it is told by: `a PulsarCluster`.
        ports: why it can't be told of fixed ports.
    """
    service = pulsar.proxy.service
    if service.node_ports:
        yield (
            "proxy.service.node_ports",
            f"can't be told to {operator.title}: {ports}. Leave it out, and Kubernetes picks them, {NATIVE}.",
        )
    if service.source_ranges:
        yield (
            "proxy.service.source_ranges",
            f"can't be told to {operator.title}: its proxies' Service has no field for networks. Leave it out and tell "
            f"the load balancer by `annotations`, {NATIVE}.",
        )
    if any(getattr(pulsar.protocols, name) for name in type(pulsar.protocols).model_fields):
        yield (
            "protocols",
            "are handlers that this program puts into its own brokers' pods and gives Services of their own, and "
            f"{resource} has neither. Leave them out, {NATIVE}.",
        )
