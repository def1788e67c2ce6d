"""Certificates for tests, in Secrets of cert-manager's shape."""

import base64
import datetime
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Authority:
    """One that signs for as long as a test lasts."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        own = _builder("test", self.key).issuer_name(_name("test"))
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = own.sign(self.key, hashes.SHA256())

    def secret(self, name: str, hosts: Sequence[str]) -> dict:
        """A Secret with a certificate for these hosts, and its key. As etcd's proxy wants it, it has no common name."""
        key = ec.generate_private_key(ec.SECP256R1())
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        signed = (
            _builder("", key)
            .issuer_name(self.certificate.subject)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
            .add_extension(usages, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        encoding = serialization.Encoding.PEM
        files = {
            "ca.crt": self.certificate.public_bytes(encoding),
            "tls.crt": signed.public_bytes(encoding),
            "tls.key": key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        }
        data = {file: base64.b64encode(content).decode() for file, content in files.items()}
        return {"metadata": {"name": name}, "type": "kubernetes.io/tls", "data": data}


def _name(common: str) -> x509.Name:
    named = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "test"), *named])


def _builder(common: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
