"""A bucket on Google Cloud Storage as the place of older messages."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import pulumi
import pydantic

from ..clusters.cluster import Cluster, KubernetesSpec
from ..clusters.gke.naming import project_mistake, region_mistake
from ..clusters.gke.spec import GkeSpec, Project, missing
from ..durations import Duration
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from ..pulsar.workload import Mount
from .bucket import Access, Remote, TieredStorageSpec, credentials

KEY_FOLDER, KEY_FILE = "/pulsar/offload-key", "key.json"
_DAY = 86_400
_WIDE = {"US": "us", "EU": "europe", "ASIA": "asia"}
"""The multi-regions, and what Cloud KMS calls them."""
_PAIRS = ("NAM4", "EUR4", "EUR5", "EUR7", "EUR8", "ASIA1")
"""The dual-regions that have a name."""
_BLOCK_SIZE = 128 << 20
"""Google composes an object of at most 32 parts, and jclouds doesn't go beyond. A ledger of 2 GiB, Pulsar's largest by
default, has 33 of the offloader's usual 64 MiB."""


def _bucket(name: str) -> str:
    plain = name.removeprefix("gs://").rstrip("/")
    if plain != name and plain:
        raise ValueError(f"{name[:80]!r} is an address. Write the bucket's name alone: {plain[:80]}.")
    if "." in name:
        raise ValueError(
            f"{name[:80]!r} has a dot, and Google gives such names only to whoever proves that the domain is theirs. "
            "Use hyphens instead."
        )
    if not re.fullmatch(r"[a-z0-9][-_a-z0-9]{1,61}[a-z0-9]", name):
        raise ValueError(
            f"{name[:80]!r} is not a bucket's name on Google Cloud Storage: 3 to 63 lower-case letters, digits, "
            "hyphens and underscores, with a letter or digit at both ends."
        )
    if name.startswith("goog") or re.search(r"g[o0][o0]g[l1]e", name):
        raise ValueError(
            f"{name!r} starts with goog or holds google, and Google keeps such names for itself. Choose another."
        )
    return name


Bucket = Annotated[str, pydantic.AfterValidator(_bucket)]
"""A bucket's name, which no other bucket on Google Cloud has."""


def _kms_key(name: str) -> str:
    if not re.fullmatch(r"projects/[^/\s]+/locations/[^/\s]+/keyRings/[^/\s]+/cryptoKeys/[^/\s]+", name):
        raise ValueError(
            f"{name[:80]!r} is not the name of a Cloud KMS key. Write all of it: "
            "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY."
        )
    return name


class GcsSpec(TieredStorageSpec):
    """A bucket on Google Cloud Storage, made with the stack."""

    kind: Literal["gcs"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Google Cloud Storage."""
    bucket: Bucket
    """The bucket's name, which nobody else on Google Cloud has. It can't change later."""
    location: str | None = None
    """A region such as `europe-west1`, a pair such as `EUR4`, or `US`, `EU` or `ASIA`. It can't change later. Default:
    the cluster's region."""
    project: Project | None = None
    """The project that the bucket is in. Default: the cluster's."""
    kms_key: Annotated[str, pydantic.AfterValidator(_kms_key)] | None = None
    """A Cloud KMS key in the same location that objects are encrypted with, which the project's Cloud Storage service
    agent may use (`roles/cloudkms.cryptoKeyEncrypterDecrypter`). Default: Google's own keys."""
    soft_delete: Duration = Duration(7 * _DAY)
    """How long what was deleted or overwritten can be brought back: `7d` to `90d`, or `0d` for not at all. It stands in
    for versions, which nothing would ever remove."""
    access: Literal["key", "identity"] = "key"
    """`key`: a service account's key, which is made here and kept in a Kubernetes Secret."""
    key_generation: Annotated[int, pydantic.Field(ge=1)] = 1
    """Raise it for a new key: the brokers start anew with it, one after the other, and then the old one is deleted."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What Google or Pulsar can't do."""
        yield from super().mistakes()
        if self.project and (wrong := project_mistake(self.project)):
            yield "project", wrong
        if self.access == "identity":
            yield (
                "access",
                "identity is what Pulsar's offloader can't do on Google Cloud: it reads a service account's key file "
                "(gcsManagedLedgerOffloadServiceAccountKeyFile) and knows no other way. Leave it out: a key is made "
                "for this bucket alone, and key_generation replaces it.",
            )
        if self.soft_delete and not 7 * _DAY <= self.soft_delete <= 90 * _DAY:
            yield (
                "soft_delete",
                f"{self.soft_delete} can't be: Google keeps what was deleted for 7 to 90 days. Use 7d to 90d, or 0d.",
            )
        several = self.location is not None and self.location.upper() in (*_WIDE, *_PAIRS)
        if self.location and not several and (wrong := region_mistake(self.location)):
            yield "location", wrong
        else:
            yield from self._key_elsewhere()

    def _key_elsewhere(self) -> Iterator[tuple[str, str]]:
        """Objects can only be encrypted by a key that is where they are."""
        if self.kms_key is None or self.location is None:
            return
        there = self.kms_key.split("/")[3]
        here = _WIDE.get(self.location.upper(), self.location.lower())
        if there != here:
            yield (
                "kms_key",
                f"is in {there[:40]}, and the bucket is in {self.location}: Google encrypts only with a key of the "
                f"same location. Use one in {here}.",
            )

    def on(self, cluster: KubernetesSpec) -> Self:
        """In the cluster's project and region, unless told otherwise."""
        if not isinstance(cluster, GkeSpec):
            return self
        here = {"project": self.project or cluster.project, "location": self.location or cluster.region}
        return self.model_copy(update=here)

    def misfits(self, cluster: KubernetesSpec) -> Iterator[tuple[str, str]]:
        """On another cluster, nothing says where the bucket is to be."""
        here = self.on(cluster)
        for setting in ("project", "location"):
            if getattr(here, setting) is None:
                yield (
                    setting,
                    f"is missing, and a cluster of provider {cluster.provider} is in no {_MEANS[setting]} of Google "
                    f"Cloud that it could be taken from. Give it here.",
                )
        if self.location is None:
            yield from here._key_elsewhere()

    @property
    def driver(self) -> str:
        """jclouds' Google Cloud Storage."""
        return "google-cloud-storage"

    def contribution(self, place: Place) -> Contribution:
        """The bucket, and the file with the key in every broker."""
        base = super().contribution(place)
        return Contribution(
            source=base.source,
            conf={
                "broker": {
                    **base.conf["broker"],
                    "gcsManagedLedgerOffloadBucket": self.bucket,
                    "gcsManagedLedgerOffloadRegion": self.location or "",
                    "gcsManagedLedgerOffloadServiceAccountKeyFile": f"{KEY_FOLDER}/{KEY_FILE}",
                }
            },
            tunable={"broker": {"gcsManagedLedgerOffloadMaxBlockSizeInBytes": str(_BLOCK_SIZE)}},
            mounts={"broker": (self._key(place),)},
        )

    def remote(self, place: Place) -> Remote:
        """The same bucket with the same key."""
        return Remote(
            path=f"store:{self.bucket}",
            environment={
                "RCLONE_CONFIG_STORE_TYPE": "google cloud storage",
                "RCLONE_CONFIG_STORE_SERVICE_ACCOUNT_FILE": f"{KEY_FOLDER}/{KEY_FILE}",
                "RCLONE_CONFIG_STORE_BUCKET_POLICY_ONLY": "true",
            },
            mounts=(self._key(place),),
        )

    def _key(self, place: Place) -> Mount:
        return Mount(
            name="offload-key",
            path=KEY_FOLDER,
            source={"secret": {"secretName": credentials(place, self.key_generation), "defaultMode": 0o440}},
        )

    def create(
        self, name: str, *, place: Place, cluster: Cluster, secrets: Mapping[str, pulumi.Output[str]], keep_data: bool
    ) -> Access:
        """The bucket, and an account whose key opens it and nothing else."""
        del secrets
        try:
            from .gcs_bucket import GcsBucket
        except ModuleNotFoundError as error:
            raise missing(error) from None
        return GcsBucket(name, self, place=place, cluster=cluster, keep_data=keep_data).access


_MEANS = {"project": "project", "location": "region"}
