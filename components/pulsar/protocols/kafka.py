"""Kafka's protocol, by KoP.

Keys: KoP's `docs/configuration.md`, `docs/kop.md` and `docs/security.md`. KoP's own advice is taken over: partitioned
topics, and no deletion of inactive ones, since KoP can't make a missing partition again.
"""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from ... import names
from ...clusters.cluster import Offer
from ...model import Name, Spec
from ..metadata.store import Place
from ..workload import Manifest, Mount, SecretKey
from .handler import HandlerSpec, Port, PortNumber, secret_mount, service, tls_folder

_INTERCEPTOR = "org.apache.pulsar.common.intercept.AppendIndexMetadataInterceptor"


class KafkaTlsSpec(Spec):
    """Kafka over TLS. KoP reads a key store, which cert-manager makes where a Certificate has `keystores.pkcs12`."""

    secret: Name
    """The Kubernetes Secret with `keystore.p12`. It must exist before the brokers start."""
    password_secret: Name
    """The Kubernetes Secret with the key store's password."""
    password_key: str = "password"  # noqa: S105 - the name of a key
    """The key of the password in it."""
    port: PortNumber = 9093
    """The port for TLS."""


class KafkaOutsideSpec(Spec):
    """Each broker's own address for clients outside Kubernetes, with a Service for each of them."""

    host: str
    """The name of one broker, where `{broker}` stands for its number: `kafka-{broker}.example.com`. Your DNS must lead
    each name to the Service of that broker."""
    port: PortNumber = 9094
    """The port that they come by."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A name that would be the same for all."""
        if "{broker}" not in self.host:
            yield (
                "host",
                f"{self.host!r} would be every broker's name, and a Kafka client must reach each one. "
                "Put {broker} into it, such as kafka-{broker}.example.com.",
            )
        elif not re.fullmatch(r"[a-z0-9.{}-]+", self.host):
            yield "host", f"{self.host!r} is not a host name. Write one such as kafka-{{broker}}.example.com."


class KafkaSpec(HandlerSpec):
    """Kafka's protocol (KoP). A client starts at the Service and is then sent to each broker's own address."""

    project: ClassVar[str] = "KoP"
    instead: ClassVar[str] = "let Kafka's applications use Pulsar's own clients"

    port: PortNumber = 9092
    """The port without TLS."""
    tls: KafkaTlsSpec | None = None
    """TLS beside it. Default: none."""
    outside: KafkaOutsideSpec | None = None
    """Addresses for clients outside Kubernetes, by TLS where `tls` is set. Default: clients are inside."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A way in that leads nowhere."""
        if self.service.type != "ClusterIP" and self.outside is None:
            yield (
                "service.type",
                f"{self.service.type} lets clients in from outside, and Kafka's are then sent to the brokers' own "
                "addresses, which are inside Kubernetes. Add outside, with a name for each broker, or use ClusterIP.",
            )

    def ports(self) -> tuple[Port, ...]:
        """One for each listener."""
        found = [Port(name="kafka", number=self.port, setting="port", served_as=self.port)]
        if self.tls:
            found.append(
                Port(name="kafka-tls", number=self.tls.port, setting="tls.port", served_as=self.tls.port),
            )
        if self.outside:
            port = self.outside.port
            found.append(Port(name="kafka-outside", number=port, setting="outside.port", served_as=port))
        return tuple(found)

    def needs(self) -> Mapping[str, str]:
        """A listener for each port, by a name of its own: KoP answers with the address of the one it was asked at."""
        listeners = [("inside", "PLAINTEXT", "{host}", self.port)]
        if self.tls:
            listeners.append(("inside_tls", "SSL", "{host}", self.tls.port))
        if self.outside:
            security = "SSL" if self.tls else "PLAINTEXT"
            listeners.append(("outside", security, self.outside.host, self.outside.port))
        keys = {
            "kafkaListeners": ",".join(f"{name}://0.0.0.0:{port}" for name, _, _, port in listeners),
            "kafkaAdvertisedListeners": ",".join(f"{name}://{host}:{port}" for name, _, host, port in listeners),
            "kafkaProtocolMap": ",".join(f"{name}:{security}" for name, security, _, _ in listeners),
            # Kafka's offsets are the index that this one writes beside each entry.
            "brokerEntryMetadataInterceptors": _INTERCEPTOR,
        }
        if self.tls:
            keys |= {
                "kopSslKeystoreType": "PKCS12",
                "kopSslKeystoreLocation": f"{tls_folder('kafka')}/keystore.p12",
            }
        return keys

    def advice(self) -> Mapping[str, str]:
        """What KoP's documentation proposes, and none of the old TLS versions that it allows by itself."""
        tls = {"kopSslEnabledProtocols": "TLSv1.3,TLSv1.2"} if self.tls else {}
        return {"allowAutoTopicCreationType": "partitioned", "brokerDeleteInactiveTopicsEnabled": "false", **tls}

    def secret_keys(self) -> Mapping[str, SecretKey]:
        """The key store's password."""
        if self.tls is None:
            return {}
        return {"kopSslKeystorePassword": SecretKey(secret=self.tls.password_secret, key=self.tls.password_key)}

    def files(self) -> tuple[Mount, ...]:
        """The key store."""
        return (secret_mount("kafka", self.tls.secret),) if self.tls else ()

    def further_services(self, protocol: str, place: Place, offer: Offer, brokers: int) -> dict[str, Manifest]:
        """One for each broker that is reached from outside."""
        if self.outside is None:
            return {}
        port, fields = self.outside.port, self.service.manifest(offer)
        found: dict[str, Manifest] = {}
        for broker in range(brokers):
            name = f"{place.cluster}-{protocol}-{broker}"
            own = {key: value.replace("{broker}", str(broker)) for key, value in fields["annotations"].items()}
            selector = {
                **names.selector(place.cluster, "broker"),
                "statefulset.kubernetes.io/pod-name": f"{place.cluster}-broker-{broker}",
            }
            found[name] = service(
                name, place, {**fields, "annotations": own}, {"kafka-outside": (port, "kafka-outside")}, selector
            )
        return found
