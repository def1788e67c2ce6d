"""A store that speaks Amazon S3's protocol: one that exists, or SeaweedFS run beside Pulsar."""

import ipaddress
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pulumi
import pydantic

from ..clusters.cluster import Cluster, Offer
from ..model import ObjectName
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from ..pulsar.workload import SecretKey, Workload
from .bucket import Access, Remote, TieredStorageSpec, credentials
from .seaweedfs import ServerSpec, address, server

KEYS = ("object_store_access_key", "object_store_secret_key")
"""The configuration keys of the store's access key and secret key."""
ACCESS_KEY, SECRET_KEY = "access_key", "secret_key"
"""What they are called in the Kubernetes Secret."""

_CLOUDS = {"amazonaws.com": "s3", "googleapis.com": "gcs", "core.windows.net": "azure-blob"}


def _bucket(value: str) -> str:
    rule = "3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends"
    if not re.fullmatch(r"[a-z0-9][-a-z0-9]{1,61}[a-z0-9]", value):
        dots = " A dot, which S3 allows, breaks TLS where the bucket becomes part of the host." if "." in value else ""
        raise ValueError(f"{value[:80]!r} is not a bucket's name: {rule}.{dots}")
    return value


Bucket = Annotated[str, pydantic.AfterValidator(_bucket)]
"""A bucket's name, as every S3-compatible store takes it (Amazon's rules for buckets, without dots)."""


class S3CompatibleSpec(TieredStorageSpec):
    """MinIO, Ceph, SeaweedFS and their like."""

    kind: Literal["s3-compatible"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """MinIO, Ceph, SeaweedFS and their like, by their address or run beside Pulsar."""
    bucket: Bucket
    """The bucket. A store that exists must have it already; the one that is run makes it with the first object."""
    endpoint: str | None = None
    """The address of a store that exists: `https://minio.example.com:9000`."""
    region: Annotated[str, pydantic.Field(pattern=r"^[-a-z0-9]{1,64}$")] = "us-east-1"
    """What the store calls its region. Most are set to this one and never asked."""
    plaintext: bool = False
    """Lets an `http://` endpoint outside of the cluster pass: on a network of one's own."""
    server: ServerSpec | None = None
    """A SeaweedFS server that is run beside Pulsar, in place of an endpoint."""
    credentials_secret: ObjectName | None = None
    """An existing Kubernetes Secret in Pulsar's namespace with the keys `access_key` and `secret_key`. Default: the
    secrets `pulsar:object_store_access_key` and `pulsar:object_store_secret_key`."""
    key_generation: Annotated[int, pydantic.Field(ge=1)] = 1
    """Raise it when the keys have changed: pods start anew with them, one after the other."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """No store or two, and an address that the offloader could not use."""
        yield from super().mistakes()
        if self.endpoint is None and self.server is None:
            yield (
                "endpoint",
                "is missing. Give the store's address, or `server: {volume: {size: 100Gi}}` for one that is run here.",
            )
        if self.endpoint is not None:
            if self.server is not None:
                yield (
                    "server",
                    f"would run a store, and {_shown(self.endpoint)} exists already. Leave server or endpoint out.",
                )
            wrong = _wrong_address(self.endpoint, self.bucket, plaintext=self.plaintext)
            if wrong:
                yield "endpoint", wrong

    @property
    def driver(self) -> str:
        """Pulsar's driver for any S3 protocol: `aws-s3` asks Amazon where the bucket is, whatever the endpoint."""
        return "S3"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The store's keys, unless a Secret of the cluster has them."""
        return () if self.credentials_secret else KEYS

    @property
    def replaced_secrets(self) -> Mapping[str, str]:
        """The store's keys, where a Secret of the cluster has them."""
        return dict.fromkeys(KEYS, f"the Secret {self.credentials_secret}") if self.credentials_secret else {}

    def contribution(self, place: Place) -> Contribution:
        """The bucket and its keys for the brokers, which move the messages."""
        base = super().contribution(place)
        # A rotation inside of an existing Secret shows nowhere else in the pods' template.
        generation = {"OBJECT_STORE_KEY_GENERATION": str(self.key_generation)} if self.credentials_secret else {}
        return Contribution(
            source=base.source,
            conf={
                "broker": {
                    **base.conf["broker"],
                    "managedLedgerOffloadBucket": self.bucket,
                    "managedLedgerOffloadRegion": self.region,
                    "managedLedgerOffloadServiceEndpoint": self._endpoint(place),
                }
            },
            environment={"broker": generation},
            secret_environment={"broker": self._keys(place, "ACCESS_KEY_ID", "ACCESS_KEY_SECRET")},
        )

    def workloads(self, place: Place, offer: Offer) -> tuple[Workload, ...]:
        """SeaweedFS, where no store exists."""
        if self.server is None:
            return ()
        keys = self._keys(place, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return (server(self.server, place, offer.storage_class, keys, str(self.key_generation)),)

    def remote(self, place: Place) -> Remote:
        """The same bucket with the same keys."""
        return Remote(
            path=f"store:{self.bucket}",
            environment={
                "RCLONE_CONFIG_STORE_TYPE": "s3",
                "RCLONE_CONFIG_STORE_PROVIDER": "Other",
                "RCLONE_CONFIG_STORE_ENDPOINT": self._endpoint(place),
                "RCLONE_CONFIG_STORE_REGION": self.region,
            },
            secret_environment=self._keys(
                place, "RCLONE_CONFIG_STORE_ACCESS_KEY_ID", "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY"
            ),
        )

    def create(
        self, name: str, *, place: Place, cluster: Cluster, secrets: Mapping[str, pulumi.Output[str]], keep_data: bool
    ) -> Access:
        """The Secret with the keys. The store and its bucket are somebody else's, or a pod's."""
        del name, cluster, keep_data
        if self.credentials_secret:
            return Access()
        values = {key: secrets[config] for key, config in zip((ACCESS_KEY, SECRET_KEY), KEYS, strict=True)}
        return Access(secrets={credentials(place, self.key_generation): values})

    def _endpoint(self, place: Place) -> str:
        return self.endpoint.rstrip("/") if self.endpoint else address(place)

    def _keys(self, place: Place, access: str, secret: str) -> dict[str, SecretKey]:
        holder = self.credentials_secret or credentials(place, self.key_generation)
        return {access: SecretKey(secret=holder, key=ACCESS_KEY), secret: SecretKey(secret=holder, key=SECRET_KEY)}


def _shown(endpoint: str) -> str:
    return endpoint if len(endpoint) <= 80 else f"{endpoint[:80]}…"


def _wrong_address(endpoint: str, bucket: str, *, plaintext: bool) -> str | None:
    """What is wrong with a store's address, as a sentence."""
    shown = _shown(endpoint)
    try:
        parts = urllib.parse.urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"{shown} is not an address. Write scheme, host and port, such as https://minio.example.com:9000."
    if parts.scheme not in ("http", "https") or not parts.netloc:
        bare = re.fullmatch(r"[-.\w]+(:\d+)?(/\S*)?", endpoint)
        return f"{shown} has no scheme. Write https://{shown}." if bare else (
            f"{shown} is not an address. Write scheme, host and port, such as https://minio.example.com:9000."
        )  # fmt: skip
    if "@" in parts.netloc:
        return (
            "holds a user, and the spec holds no secret. Set the keys with "
            + " and ".join(f"`pulumi config set --secret pulsar:{key}`" for key in KEYS)
            + "."
        )
    root = f"{parts.scheme}://{parts.netloc}"
    cloud = next((kind for end, kind in _CLOUDS.items() if host == end or host.endswith(f".{end}")), None)
    if cloud:
        return f"{shown} is a cloud's own store. Use kind: {cloud}, which has its encryption and its identities."
    if parts.path.strip("/") or parts.query or parts.fragment:
        what = "names the bucket" if parts.path.strip("/") == bucket else "has more than a host and a port"
        return f"{shown} {what}. Write {root}: the bucket has a setting of its own."
    if host.startswith(f"{bucket}."):
        without = parts.netloc.removeprefix(f"{bucket}.")
        return f"{shown} has the bucket in its host. Write {parts.scheme}://{without}."
    if parts.scheme == "http" and not plaintext and not _near(host):
        return (
            f"{shown} would send every message over the network in the clear. Use https://, or set plaintext: true "
            "where the network is your own."
        )
    return None


def _near(host: str) -> bool:
    """Whether a host is in the cluster or on a private network, as far as its name tells."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".svc", ".svc.cluster.local", ".internal", ".local"))
