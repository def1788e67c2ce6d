"""What every protocol handler has: an archive, ports in the brokers, and a Service for its clients."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import pydantic

from ... import names, versions
from ...clusters.cluster import Offer
from ...model import Spec
from ..contributions import Contribution
from ..metadata.store import Place
from ..service import ServiceSpec
from ..workload import Manifest, Mount, SecretKey
from .archive import FOLDER, MOUNT, Archive

PortNumber = Annotated[int, pydantic.Field(ge=1, le=65535)]
"""A port that the brokers listen on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Port:
    """A port that a handler opens in each broker."""

    name: str
    """What Kubernetes calls it, in the brokers' pods."""
    number: int
    setting: str
    """The setting that chooses it, below the handler's own."""
    served_as: int | None = None
    """The port of the clients' Service that leads here, where clients come by it."""


class HandlerSpec(Spec):
    """A protocol that the brokers speak beside Pulsar's own."""

    project: ClassVar[str] = ""
    """What the handler is called."""
    instead: ClassVar[str] = ""
    """What users can do without it, as a clause."""

    archive: Archive
    """Where the handler's archive comes from."""
    own_build: bool = False
    """Says that you built the archive yourself for this release of Pulsar. Needed where its project has no release for
    the line: a handler is compiled against the broker's own classes, and another line's may fail at any call."""
    service: ServiceSpec = ServiceSpec()
    """How clients reach it."""

    def ports(self) -> tuple[Port, ...]:
        """Every port that it opens."""
        raise NotImplementedError

    def needs(self) -> Mapping[str, str]:
        """Keys of `broker.conf` that must be so. `{host}` is the broker's own name, `{broker}` its number."""
        raise NotImplementedError

    def advice(self) -> Mapping[str, str]:
        """Keys of `broker.conf` that `broker.config` may overrule."""
        return {}

    def secret_keys(self) -> Mapping[str, SecretKey]:
        """Keys of `broker.conf` whose values stand in a Secret."""
        return {}

    def files(self) -> tuple[Mount, ...]:
        """Further files that the brokers find."""
        return ()

    def further_services(self, protocol: str, place: Place, offer: Offer, brokers: int) -> dict[str, Manifest]:
        """Services beside the one that clients start at, by their name."""
        del protocol, place, offer, brokers
        return {}

    def misfits(self, protocol: str, version: str) -> Iterator[tuple[str, str]]:
        """Why the line of a release can't have it: the setting's path below the handler, and a sentence."""
        line = versions.line(version)
        if protocol in line.handlers or self.own_build:
            return
        reason = line.refused_handlers.get(protocol, f"no release for Pulsar {version} is known")
        yield (
            "own_build",
            f"must be true: {reason}. Bring an archive that was built against Pulsar {version} and say so here, "
            f"or {self.instead}.",
        )

    def contribution(self, protocol: str, image: str) -> Contribution:
        """What the brokers need for it."""
        return Contribution(
            source=f"protocols.{protocol}",
            conf={
                "broker": {"messagingProtocols": protocol, "protocolHandlerDirectory": FOLDER, **self.needs()},
            },
            tunable={"broker": self.advice()},
            secret_environment={
                "broker": {f"PULSAR_PREFIX_{key}": secret for key, secret in self.secret_keys().items()}
            },
            ports={"broker": {port.name: port.number for port in self.ports()}},
            mounts={"broker": (MOUNT, *self.files())},
            init_containers={"broker": (self.archive.fetching(protocol, image),)},
        )

    def services(self, protocol: str, place: Place, offer: Offer, brokers: int) -> dict[str, Manifest]:
        """What clients connect to, by its name."""
        name = f"{place.cluster}-{protocol}"
        ports = {port.name: (port.served_as, port.name) for port in self.ports() if port.served_as is not None}
        return {
            name: service(name, place, self.service.manifest(offer), ports, names.selector(place.cluster, "broker")),
            **self.further_services(protocol, place, offer, brokers),
        }


def service(
    name: str, place: Place, fields: Manifest, ports: Mapping[str, tuple[int, str]], selector: Mapping[str, str]
) -> Manifest:
    """A Service.

    Args:
        name: its name.
        place: where the cluster lives.
        fields: what `ServiceSpec.manifest` says.
        ports: by name, the port and the pods' port that it leads to.
        selector: the labels of the pods.
    """
    annotations = {"annotations": fields["annotations"]} if fields["annotations"] else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": place.namespace,
            "labels": names.labels(place.cluster, "broker"),
            **annotations,
        },
        "spec": {
            **{key: value for key, value in fields.items() if key != "annotations"},
            "selector": dict(selector),
            "ports": [{"name": port, "port": number, "targetPort": to} for port, (number, to) in ports.items()],
        },
    }


def secret_mount(protocol: str, secret: str) -> Mount:
    """A Secret with certificates, as a folder of the brokers."""
    return Mount(name=f"{protocol}-tls", path=tls_folder(protocol), source={"secret": {"secretName": secret}})


def tls_folder(protocol: str) -> str:
    """Where a protocol's certificates stand in the brokers."""
    return f"/pulsar/protocol-tls/{protocol}"
