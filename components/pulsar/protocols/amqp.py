"""AMQP 0.9.1, by AoP.

Keys: AoP's `README.md`, `docs/security.md` and its `AmqpServiceConfiguration`. AoP listens without TLS only: its
handler knows no other listener than `amqp://`.
"""

from collections.abc import Mapping
from typing import ClassVar

from .handler import HandlerSpec, Port, PortNumber


class AmqpSpec(HandlerSpec):
    """AMQP 0.9.1 (AoP), without TLS. A virtual host is a namespace with one bundle, which you make beforehand."""

    project: ClassVar[str] = "AoP"
    instead: ClassVar[str] = "stay on a line that has one"

    port: PortNumber = 5672
    """The port of AMQP, at which a broker serves its own virtual hosts."""
    proxy: bool = True
    """Whether clients come by AoP's proxy. Without it, they reach the virtual hosts of a single broker alone."""
    proxy_port: PortNumber = 5674
    """The port that AoP's proxy has in the brokers (its own default, 5682, is MoP's). Clients come to `port` of the
    Service."""
    admin_port: PortNumber = 15673
    """The port of AoP's own REST API, for the brokers alone."""

    def ports(self) -> tuple[Port, ...]:
        """The listener's, the proxy's, and the REST API's."""
        direct = Port(name="amqp", number=self.port, setting="port", served_as=None if self.proxy else self.port)
        through = Port(name="amqp-proxy", number=self.proxy_port, setting="proxy_port", served_as=self.port)
        admin = Port(name="amqp-admin", number=self.admin_port, setting="admin_port")
        return (direct, through, admin) if self.proxy else (direct, admin)

    def needs(self) -> Mapping[str, str]:
        """The listener by the broker's own name, as AoP asks for: it must be the advertised address."""
        keys = {"amqpListeners": f"amqp://{{host}}:{self.port}", "amqpAdminPort": str(self.admin_port)}
        if self.proxy:
            keys |= {"amqpProxyEnable": "true", "amqpProxyPort": str(self.proxy_port)}
        return keys
