"""The protocols beside Pulsar's own. One file and one line in `ProtocolsSpec` add a handler."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import pydantic

from ...clusters.cluster import Offer
from ...model import Name, Spec
from ..contributions import Contribution
from ..metadata.store import Place
from ..workload import Manifest
from .amqp import AmqpSpec
from .custom import CustomSpec
from .handler import HandlerSpec
from .kafka import KafkaSpec
from .mqtt import MqttSpec

_TAKEN_PORTS = {
    6650: "Pulsar's own protocol",
    6651: "Pulsar's own protocol over TLS",
    8080: "the admin REST API",
    8443: "the admin REST API over TLS",
}
"""The brokers' own ports."""

_TAKEN_NAMES = frozenset(
    {"bookie", "autorecovery", "broker", "proxy", "websocket", "toolset", "initialise", "offload", "pulsar", "http"}
    | {"etcd", "zookeeper", "oxia", "namespace"}
)
"""What Services and objects of the cluster are called by, behind its name."""

CustomName = Annotated[Name, pydantic.Field(max_length=20)]
"""The name of a protocol of your own."""


class ProtocolsSpec(Spec):
    """The protocols that the brokers speak beside Pulsar's own, in any combination."""

    kafka: KafkaSpec | None = None
    """Kafka. Default: not spoken."""
    mqtt: MqttSpec | None = None
    """MQTT. Default: not spoken."""
    amqp: AmqpSpec | None = None
    """AMQP 0.9.1. Default: not spoken."""
    custom: Mapping[CustomName, CustomSpec] = {}
    """Protocols of your own, each by the name that its handler answers to (`protocolName()`)."""

    def handlers(self) -> dict[str, HandlerSpec]:
        """The handlers that are chosen, by their protocol."""
        known = {name: getattr(self, name) for name in type(self).model_fields if name != "custom"}
        return {**{name: each for name, each in known.items() if each is not None}, **self.custom}

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Names and ports that two would have."""
        known = set(type(self).model_fields) - {"custom"}
        for name in self.custom:
            if name in known:
                yield f"custom.{name}", f"has a place of its own. Write it as protocols.{name}, or name it otherwise."
            elif name in _TAKEN_NAMES:
                yield (
                    f"custom.{name}",
                    "is what a part of the cluster is called, and the protocol's Service would have its name. "
                    "Call the protocol otherwise, in the handler as well.",
                )
        yield from self._same_ports()

    def _same_ports(self) -> Iterator[tuple[str, str]]:
        numbers: dict[int, str] = {}
        port_names: dict[str, str] = {"pulsar": "the brokers", "http": "the brokers"}
        for protocol, handler in self.handlers().items():
            for port in handler.ports():
                path = f"{self._path(protocol)}.{port.setting}"
                if port.number in _TAKEN_PORTS:
                    yield path, f"{port.number} is the brokers' port for {_TAKEN_PORTS[port.number]}. Choose another."
                elif (other := numbers.setdefault(port.number, path)) != path:
                    yield (
                        path,
                        f"{port.number} is the port of {other} as well, and both listen in the same pods. "
                        "Give each its own.",
                    )
                if (other := port_names.setdefault(port.name, path)) != path:
                    yield path, f"{port.name} is what {other} calls a port already. Choose another name."

    def _path(self, protocol: str) -> str:
        return f"custom.{protocol}" if protocol in self.custom else protocol

    def misfits(self, version: str) -> Iterator[tuple[str, str]]:
        """What the line of a release can't have: the setting's path, and a sentence."""
        for protocol, handler in self.handlers().items():
            for path, sentence in handler.misfits(protocol, version):
                yield f"{self._path(protocol)}.{path}", sentence

    def contributions(self, image: str) -> tuple[Contribution, ...]:
        """What the brokers need for all of them."""
        return tuple(handler.contribution(protocol, image) for protocol, handler in self.handlers().items())

    def manifests(self, place: Place, offer: Offer, brokers: int) -> dict[str, Manifest]:
        """The Services that clients use, by their logical names."""
        return {
            f"{name}-service": manifest
            for protocol, handler in self.handlers().items()
            for name, manifest in handler.services(protocol, place, offer, brokers).items()
        }
