"""MQTT, by MoP.

Keys: MoP's `docs/mop-configuration.md` and its `MQTTCommonConfiguration`.
"""

from collections.abc import Mapping
from typing import ClassVar

from ...model import Name, Spec
from ..workload import Mount
from .handler import HandlerSpec, Port, PortNumber, secret_mount, tls_folder


class MqttTlsSpec(Spec):
    """MQTT over TLS."""

    secret: Name
    """The Kubernetes Secret with `tls.crt` and `tls.key` (PKCS #8), as cert-manager makes it. It must exist before the
    brokers start. MoP looks for a renewed certificate every five minutes."""
    port: PortNumber = 8883
    """The port for TLS."""
    proxy_port: PortNumber = 5683
    """The port that MoP's proxy has for TLS."""


class MqttSpec(HandlerSpec):
    """MQTT (MoP). A client may come to any broker: MoP's proxy in each takes it to the one that serves the topic."""

    project: ClassVar[str] = "MoP"
    instead: ClassVar[str] = "stay on a line that has one"

    port: PortNumber = 1883
    """The port of MQTT, at which a broker serves its own topics."""
    proxy: bool = True
    """Whether clients come by MoP's proxy. Without it, they reach the topics of a single broker alone."""
    proxy_port: PortNumber = 5682
    """The port that MoP's proxy has in the brokers. Clients come to `port` of the Service."""
    web_port: PortNumber = 9090
    """The port of MoP's own REST API, for the brokers alone."""
    tls: MqttTlsSpec | None = None
    """TLS beside it. Default: none."""

    def ports(self) -> tuple[Port, ...]:
        """The listeners', the proxy's, and the REST API's."""

        def both(name: str, port: int, proxy_port: int, within: str) -> tuple[Port, ...]:
            direct = Port(name=name, number=port, setting=f"{within}port", served_as=None if self.proxy else port)
            through = Port(name=f"{name}-proxy", number=proxy_port, setting=f"{within}proxy_port", served_as=port)
            return (direct, through) if self.proxy else (direct,)

        tls = both("mqtt-tls", self.tls.port, self.tls.proxy_port, "tls.") if self.tls else ()
        web = Port(name="mqtt-web", number=self.web_port, setting="web_port")
        return (*both("mqtt", self.port, self.proxy_port, ""), *tls, web)

    def needs(self) -> Mapping[str, str]:
        """The listeners by the broker's own name, which its proxies look it up by."""
        listeners = [f"mqtt://{{host}}:{self.port}"]
        keys = {"mopWebServicePort": str(self.web_port)}
        if self.proxy:
            keys |= {"mqttProxyEnabled": "true", "mqttProxyPort": str(self.proxy_port)}
        if self.tls:
            listeners.append(f"mqtt+ssl://{{host}}:{self.tls.port}")
            keys |= {
                "mqttTlsCertificateFilePath": f"{tls_folder('mqtt')}/tls.crt",
                "mqttTlsKeyFilePath": f"{tls_folder('mqtt')}/tls.key",
            }
            if self.proxy:
                keys |= {"mqttProxyTlsEnabled": "true", "mqttProxyTlsPort": str(self.tls.proxy_port)}
        return {"mqttListeners": ",".join(listeners), **keys}

    def files(self) -> tuple[Mount, ...]:
        """The certificate and its key."""
        return (secret_mount("mqtt", self.tls.secret),) if self.tls else ()
