"""Certificates in cert-manager's shape: asked of an issuer, or found in Secrets that exist."""

from collections.abc import Sequence
from typing import Literal

from .. import names
from ..model import Name, Namespace, Spec
from .metadata.store import Place
from .workload import Manifest, Mount

Usage = Literal["server auth", "client auth"]
LIFETIME, RENEWED_BEFORE = "8760h", "2160h"
"""A year, of which the last quarter is left for what reads a certificate only when it starts to be started again."""


class IssuerSpec(Spec):
    """cert-manager's issuer of certificates, which must exist."""

    name: Name
    """Its name."""
    kind: Literal["Issuer", "ClusterIssuer"] = "ClusterIssuer"
    """`ClusterIssuer`, or `Issuer` in Pulsar's own namespace."""
    cert_manager: Namespace = "cert-manager"
    """cert-manager's own namespace, where Prometheus reads how old certificates are."""


def certificate(
    name: str, *, place: Place, role: str, issuer: IssuerSpec, hosts: Sequence[str], usages: Sequence[Usage]
) -> Manifest:
    """cert-manager's `Certificate`, whose Secret has its own name and holds ca.crt, tls.crt and tls.key.

    Args:
        name: the object's name.
        place: where Pulsar lives.
        role: whose certificate it is.
        issuer: who signs it.
        hosts: the names that it is good for.
        usages: whether for serving, for being a client, or both.
    """
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": name, "namespace": place.namespace, "labels": names.labels(place.cluster, role)},
        "spec": {
            "secretName": name,
            "duration": LIFETIME,
            "renewBefore": RENEWED_BEFORE,
            # etcd's proxy takes no certificate with a common name, and Java none without any.
            "subject": {"organizations": [place.cluster]},
            # Java reads no other encoding of a key.
            "privateKey": {"algorithm": "ECDSA", "size": 256, "encoding": "PKCS8", "rotationPolicy": "Always"},
            "dnsNames": list(hosts),
            "usages": ["digital signature", "key encipherment", *usages],
            "issuerRef": {"group": "cert-manager.io", "kind": issuer.kind, "name": issuer.name},
        },
    }


def mount(name: str, path: str, secret: str) -> Mount:
    """The files of a certificate's Secret."""
    return Mount(name=name, path=path, source={"secret": {"secretName": secret, "defaultMode": 0o440}})
