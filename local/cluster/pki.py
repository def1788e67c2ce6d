"""The certificates and keys of a one-node cluster, made without any other program."""

import dataclasses
import datetime
import ipaddress
import os
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .layout import Layout

VALID_FOR = datetime.timedelta(days=3650)


@dataclasses.dataclass(frozen=True)
class Identity:
    """A certificate to be: which authority signs it, its names, and the hosts that it serves."""

    file: str
    authority: str
    common_name: str
    organization: str = ""
    dns_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def kubelet_clients(layout: Layout) -> str:
    """The group that may call the kubelet: the API server alone is in it."""
    return f"{layout.name}:kubelet-clients"


def identities(layout: Layout) -> tuple[Identity, ...]:
    """All certificates of the cluster but its two authorities."""
    node = f"system:node:{layout.node}"
    service = "kubernetes.default.svc"
    return (
        Identity(
            "apiserver",
            "ca",
            "kube-apiserver",
            dns_names=("kubernetes", "kubernetes.default", service, f"{service}.cluster.local", "localhost"),
            addresses=("127.0.0.1", layout.api_service_address, layout.node_address),
        ),
        Identity("apiserver-kubelet-client", "ca", "kube-apiserver-kubelet-client", kubelet_clients(layout)),
        Identity("front-proxy-client", "front-proxy-ca", "front-proxy-client"),
        Identity("admin", "ca", "admin", "system:masters"),
        Identity("controller-manager", "ca", "system:kube-controller-manager"),
        Identity("scheduler", "ca", "system:kube-scheduler"),
        Identity("proxy", "ca", "system:kube-proxy"),
        Identity("kubelet", "ca", node, "system:nodes"),
        Identity(
            "kubelet-server", "ca", node, "system:nodes", dns_names=(layout.node,), addresses=(layout.node_address,)
        ),
    )


def ensure(layout: Layout) -> None:
    """Make the certificates and keys, all or none: what is there is kept, since running daemons use it."""
    folder = layout.pki
    complete = folder / "complete"
    if complete.exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authorities = {name: _authority(name) for name in ("ca", "front-proxy-ca")}
    for name, (certificate, key) in authorities.items():
        _write(folder, name, certificate, key)
    for identity in identities(layout):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(folder, identity.file, _certificate(identity, key, *authorities[identity.authority]), key)
    signing = ec.generate_private_key(ec.SECP256R1())
    _private(folder / "service-accounts.key", _pem(signing))
    (folder / "service-accounts.pub").write_bytes(
        signing.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    complete.touch()


def _name(common_name: str, organization: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A minute back, for clocks that are set while the machine starts.
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + VALID_FOR)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder(_name(name), _name(name), key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()), key


def _certificate(
    identity: Identity,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    builder = (
        _builder(_name(identity.common_name, identity.organization), authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
    )
    hosts = [
        *(x509.DNSName(name) for name in identity.dns_names),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in identity.addresses),
    ]
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(authority_key, hashes.SHA256())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(folder: pathlib.Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    _private(folder / f"{name}.key", _pem(key))


def _private(path: pathlib.Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
