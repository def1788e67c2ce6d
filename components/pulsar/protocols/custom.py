"""Any other protocol, by a handler of your own."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import pydantic

from ...model import Name
from ..process import ConfKey, ConfValue, secrets_among
from ..workload import Mount
from .handler import HandlerSpec, Port, PortNumber, secret_mount

PortName = Annotated[Name, pydantic.Field(max_length=15)]
"""What Kubernetes calls a port."""


class CustomSpec(HandlerSpec):
    """A protocol handler of your own: an archive with `META-INF/services/pulsar-protocol-handler.yml`."""

    project: ClassVar[str] = "the handler"

    listens: Mapping[PortName, PortNumber]
    """The ports that it opens in the brokers, by names of your choice. Clients find the same ones at the Service."""
    config: Mapping[ConfKey, ConfValue] = {}
    """Keys of `broker.conf` that it reads. `{host}` in a value is the broker's own host name, `{broker}` its number."""

    secrets: tuple[Name, ...] = ()
    """Existing Kubernetes Secrets that it reads, each as a folder: `/pulsar/protocol-tls/NAME`."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A secret among the keys, and a handler that nobody could reach."""
        yield from secrets_among(self.config)
        if not self.listens:
            yield "listens", "names no port, so no client could reach it. Add one, such as `line: 7650`."

    def misfits(self, protocol: str, version: str) -> Iterator[tuple[str, str]]:
        """Nothing: it is your own build by nature."""
        del protocol, version
        return iter(())

    def ports(self) -> tuple[Port, ...]:
        """As named."""
        return tuple(
            Port(name=name, number=number, setting=f"listens.{name}", served_as=number)
            for name, number in self.listens.items()
        )

    def files(self) -> tuple[Mount, ...]:
        """The Secrets."""
        return tuple(secret_mount(secret, secret) for secret in self.secrets)

    def needs(self) -> Mapping[str, str]:
        """The keys of its own."""
        return self.config
