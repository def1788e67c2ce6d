"""TLS between etcd's members and with their clients, who show certificates too."""

import functools
from collections.abc import Iterator, Mapping

from ... import names
from ...model import Name, Spec
from .. import certificates
from ..certificates import IssuerSpec
from ..contributions import Contribution, Process
from ..workload import InitContainer, Manifest, Mount
from .store import Place

MEMBERS = "/etc/etcd-certificates"
"""Where a member finds its certificate."""
_WITHOUT_TLS: tuple[Process, ...] = ("bookie", "autorecovery", "websocket", "toolset", "initialise")
"""Processes whose driver for the metadata can't be told of certificates (Pulsar 4.0.8: BookKeeper's `metadata-store:`
driver and WebSocket's configuration have no `metadataStoreConfigPath`)."""


class EtcdTlsSpec(Spec):
    """Certificates for etcd: of cert-manager's, or in Secrets that exist. Their authority should sign nothing else:
    whoever has a certificate of it may read and write all metadata.
    """

    issuer: IssuerSpec | None = None
    """cert-manager's issuer, which then makes and renews both certificates. Default: the Secrets are there."""
    members: Name | None = None
    """A Secret with the members' ca.crt, tls.crt and tls.key, good for serving and for being a client, and for every
    name that docs/howto/metadata.md lists. Default: the issuer's."""
    clients: Name | None = None
    """A Secret with the clients' ca.crt, tls.crt and tls.key (PKCS8). Default: the issuer's."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Certificates from nowhere, or from two places."""
        given = [name for name in ("members", "clients") if getattr(self, name)]
        if self.issuer and given:
            yield given[0], f"can't be set beside issuer, which makes the certificate of the {given[0]}. Leave one out."
        elif not self.issuer and len(given) < 2:
            (missing, *_) = (name for name in ("members", "clients") if name not in given)
            yield (
                missing,
                f"is missing, so the {missing} have no certificate. Set issuer to an issuer of cert-manager's, or "
                "members and clients to Secrets that exist.",
            )

    def secrets(self, place: Place) -> tuple[str, str]:
        """The names of the members' and of the clients' Secret."""
        prefix = f"{place.cluster}-{place.role('etcd')}"
        return self.members or f"{prefix}-members-tls", self.clients or f"{prefix}-clients-tls"

    def issued(self, place: Place) -> tuple[str, ...]:
        """The certificates that cert-manager makes and renews, by their names."""
        return self.secrets(place) if self.issuer else ()

    def manifests(self, place: Place, hosts: tuple[str, ...]) -> Mapping[str, Manifest]:
        """The certificates that are asked of the issuer, and what the brokers' driver is told."""
        role = place.role("etcd")
        told = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": f"{place.cluster}-{role}-driver",
                "namespace": place.namespace,
                "labels": names.labels(place.cluster, role),
            },
            "data": {"etcd.yml": self._driver(place)},
        }
        found: dict[str, Manifest] = {f"{place.cluster}-{role}-driver": told}
        if self.issuer:
            members, clients = self.secrets(place)
            # A member is its peers' client too, and its gateway's.
            every = (*hosts, place.headless("etcd"), place.service("etcd"), "localhost")
            asked = functools.partial(certificates.certificate, place=place, role=role, issuer=self.issuer)
            found[members] = asked(members, hosts=every, usages=("server auth", "client auth"))
            found[clients] = asked(clients, hosts=(place.service("etcd-clients"),), usages=("client auth",))
        return found

    def _driver(self, place: Place) -> str:
        """The brokers' driver has an option for the TLS library (`tlsProvider`): left out, it takes the one that its
        gRPC chose, and with another than that it doesn't start (Pulsar 4.0.8).
        """
        folder = folder_of_clients(place)
        return "".join(
            f"{key}: {value}\n"
            for key, value in {
                "useTls": "true",
                "tlsTrustCertsFilePath": f"{folder}/ca.crt",
                "tlsKeyFilePath": f"{folder}/tls.key",
                "tlsCertificateFilePath": f"{folder}/tls.crt",
                # With several endpoints the driver doesn't know by itself which name to look for.
                "authority": place.headless("etcd"),
            }.items()
        )

    def member_flags(self) -> tuple[str, ...]:
        """What tells a member to serve and to ask for certificates only."""
        return tuple(
            flag
            for kind in ("", "peer-")
            for flag in (
                f"--{kind}cert-file={MEMBERS}/tls.crt",
                f"--{kind}key-file={MEMBERS}/tls.key",
                f"--{kind}trusted-ca-file={MEMBERS}/ca.crt",
                f"--{kind}client-cert-auth",
            )
        )

    def member_mounts(self, place: Place) -> tuple[Mount, ...]:
        """A member's certificate."""
        return (certificates.mount("certificates", MEMBERS, self.secrets(place)[0]),)

    def contribution(self, base: Contribution, place: Place, *, image: str, endpoints: str, port: int) -> Contribution:
        """The store's contribution with what its clients need to show their certificate.

        Brokers do it by themselves. The others speak to etcd's own proxy in their pod, which does it for them.

        Args:
            base: the contribution without TLS.
            place: where the store lives.
            image: etcd's image.
            endpoints: the members, by their https addresses.
            port: what the proxy listens on, inside the pod alone.
        """
        role = place.role("etcd")
        client = certificates.mount(f"{role}-client", folder_of_clients(place), self.secrets(place)[1])
        driver = Mount(
            name=f"{role}-driver",
            path=f"/pulsar/{role}",
            source={"configMap": {"name": f"{place.cluster}-{role}-driver"}},
        )
        proxy = InitContainer(
            name=f"{role}-proxy",
            image=image,
            command=(
                "/usr/local/bin/etcd",
                "grpc-proxy",
                "start",
                f"--endpoints={endpoints}",
                f"--listen-addr=127.0.0.1:{port}",
                # It looks for itself there, and ends when it isn't.
                f"--advertise-client-url=127.0.0.1:{port}",
                *client_flags(place),
            ),
            mounts=(client.name,),
            memory="128Mi",
            beside=True,
        )
        return Contribution(
            source=base.source,
            conf={**base.conf, "broker": {**base.conf["broker"], "metadataStoreConfigPath": f"{driver.path}/etcd.yml"}},
            tunable=base.tunable,
            mounts={"broker": (client, driver), **dict.fromkeys(_WITHOUT_TLS, (client,))},
            init_containers=dict.fromkeys(_WITHOUT_TLS, (proxy,)),
        )


def folder_of_clients(place: Place) -> str:
    """Where a client finds its certificate."""
    return f"/pulsar/certificates/{place.role('etcd')}"


def client_flags(place: Place) -> tuple[str, ...]:
    """What shows the client's certificate, as etcd's own tools spell it."""
    folder = folder_of_clients(place)
    return f"--cacert={folder}/ca.crt", f"--cert={folder}/tls.crt", f"--key={folder}/tls.key"
