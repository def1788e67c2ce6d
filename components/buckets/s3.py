"""A bucket on Amazon S3 as the place of older messages."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import pulumi
import pydantic

from .. import amazon
from ..clusters.cluster import Cluster, KubernetesSpec
from ..clusters.eks import EksSpec
from ..durations import Duration
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from ..pulsar.workload import SecretKey
from .bucket import Access, Remote, TieredStorageSpec, from_secret

KEY_ID, SECRET_KEY = "access-key-id", "secret-access-key"
"""The keys of the Kubernetes Secret."""
_DAY = 86_400
_RESERVED = {
    "xn--": "start",
    "sthree-": "start",
    "amzn-s3-demo-": "start",
    "-s3alias": "end",
    "--ol-s3": "end",
    "--x-s3": "end",
    "--table-s3": "end",
}
"""What S3 keeps for itself, and at which end of a name. Source: S3's bucket naming rules."""


def _bucket(name: str) -> str:
    plain = re.sub(r"^(s3://|arn:aws[-a-z]*:s3:::)", "", name).rstrip("/")
    if plain != name and plain:
        raise ValueError(f"{name[:80]!r} is an address. Write the bucket's name alone: {plain[:80]}.")
    if "." in name:
        raise ValueError(
            f"{name[:80]!r} has a dot, and S3's certificate is not good for the addresses of such buckets. "
            "Use hyphens instead."
        )
    if name != name.lower() or "_" in name:
        meant = re.sub("_", "-", name.lower())
        raise ValueError(f"{name[:80]!r} has capitals or underscores, and S3 takes neither. Write {meant[:80]}.")
    if not 3 <= len(name) <= 63:
        raise ValueError(f"{name[:80]!r} has {len(name)} characters, and S3 takes 3 to 63.")
    if not re.fullmatch(r"[a-z0-9][-a-z0-9]+[a-z0-9]", name):
        raise ValueError(
            f"{name!r} is not a bucket's name on S3: lower-case letters, digits and hyphens, with a letter or digit at "
            "both ends."
        )
    for part, end in _RESERVED.items():
        if name.startswith(part) if end == "start" else name.endswith(part):
            raise ValueError(f"{name!r} {end}s with {part}, and S3 keeps such names for itself. Choose another.")
    return name


Bucket = Annotated[str, pydantic.AfterValidator(_bucket)]
"""A bucket's name, which no other bucket on S3 has."""


class S3Spec(TieredStorageSpec):
    """A bucket on Amazon S3, made with the stack."""

    kind: Literal["s3"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Amazon S3."""
    bucket: Bucket
    """The bucket's name, which nobody else on S3 has. It can't change later."""
    region: str | None = None
    """The region that the bucket is in. It can't change later. Default: the cluster's."""
    account: str | None = None
    """The AWS account, in quotes. Credentials of any other account are refused. Default: the cluster's."""
    tags: Mapping[str, str] = {}
    """What the bucket and what belongs to it are tagged with, beside the cluster's tags."""
    encryption: Literal["kms", "s3"] = "kms"
    """`kms`: by a key of the bucket's own, whose use can be seen and taken away. `s3`: by keys of S3's (AES-256)."""
    soft_delete: Duration = Duration(7 * _DAY)
    """How long what was deleted or overwritten can be brought back (versions): whole days, or `0d` for not at all.
    Pulsar overwrites nothing, so this is how much longer an object costs than Pulsar needs it."""
    access: Literal["identity", "key"] | None = None
    """`identity`: the brokers' service account has an IAM role, and no key is kept. `key`: a user's access key, which
    is made here and kept in a Kubernetes Secret. Default: `identity` on EKS, `key` on other clusters."""
    key_generation: Annotated[int, pydantic.Field(ge=1)] = 1
    """Raise it for a new key: the brokers start anew with it, one after the other, and then the old one is deleted."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What AWS refuses."""
        yield from super().mistakes()
        if self.region and (wrong := amazon.wrong_region(self.region)):
            yield "region", wrong
        if self.account and (wrong := amazon.wrong_account(self.account)):
            yield "account", wrong
        yield from (("tags", sentence) for sentence in amazon.wrong_tags(self.tags))
        if self.soft_delete % _DAY:
            yield "soft_delete", f"{self.soft_delete} is not in whole days, which S3 counts in. Write one such as 7d."

    def on(self, cluster: KubernetesSpec) -> Self:
        """In the cluster's account and region, under its identity, unless told otherwise."""
        here: dict[str, object] = {"access": self.access or ("identity" if "aws" in cluster.identities else "key")}
        if isinstance(cluster, EksSpec):
            here["region"] = self.region or cluster.region
            here["account"] = self.account or cluster.account
            here["tags"] = {**cluster.tags, **self.tags}
        return self.model_copy(update=here)

    def follows(self) -> Iterator[tuple[str, object, str]]:
        """What was left out and the cluster decides."""
        decided = (("region", self.region), ("account", self.account), ("access", self.access))
        yield from ((name, value, "cluster") for name, value in decided if value)

    def misfits(self, cluster: KubernetesSpec) -> Iterator[tuple[str, str]]:
        """An identity that the cluster can't give, and a place that nothing tells."""
        here = self.on(cluster)
        if self.access == "identity" and "aws" not in cluster.identities:
            yield (
                "access",
                f"identity is what a cluster of provider {cluster.provider} can't give on AWS. Leave it out: a key is "
                "made for this bucket alone, and key_generation replaces it.",
            )
        if here.region is None:
            yield (
                "region",
                f"is missing, and a cluster of provider {cluster.provider} is in no region of AWS that it could be "
                "taken from. Give it here.",
            )
        elsewhere = isinstance(cluster, EksSpec) and here.account != cluster.account
        if elsewhere and here.access == "identity":
            yield (
                "account",
                f"{here.account} is not the cluster's account, and the brokers' role would be in another one than the "
                "bucket. Leave account out, or use access: key.",
            )

    @property
    def driver(self) -> str:
        """jclouds' S3, on Amazon's own addresses."""
        return "aws-s3"

    def contribution(self, place: Place) -> Contribution:
        """The bucket. The offloader looks for its credentials where Amazon's SDK does: a role's token, or variables."""
        base = super().contribution(place)
        return Contribution(
            source=base.source,
            conf={
                "broker": {
                    **base.conf["broker"],
                    "s3ManagedLedgerOffloadBucket": self.bucket,
                    "s3ManagedLedgerOffloadRegion": self.region or "",
                }
            },
            secret_environment={"broker": self._variables(place)},
        )

    def remote(self, place: Place) -> Remote:
        """The same bucket, by the same identity or key."""
        return Remote(
            path=f"store:{self.bucket}",
            environment={
                "RCLONE_CONFIG_STORE_TYPE": "s3",
                "RCLONE_CONFIG_STORE_PROVIDER": "AWS",
                "RCLONE_CONFIG_STORE_REGION": self.region or "",
                "RCLONE_CONFIG_STORE_ENV_AUTH": "true",
                # It would ask for the right to make buckets.
                "RCLONE_CONFIG_STORE_NO_CHECK_BUCKET": "true",
            },
            secret_environment=self._variables(place),
        )

    def _variables(self, place: Place) -> dict[str, SecretKey]:
        """The key, where there is one, as Amazon's SDKs look for it."""
        if self.access == "identity":
            return {}
        return from_secret(
            place, self.key_generation, {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
        )

    def create(
        self, name: str, *, place: Place, cluster: Cluster, secrets: Mapping[str, pulumi.Output[str]], keep_data: bool
    ) -> Access:
        """The bucket, and a role or a user that may use it and nothing else."""
        del secrets
        try:
            from .s3_bucket import S3Bucket
        except ModuleNotFoundError as error:
            raise pulumi.RunError(amazon.without_sdk(error)) from None
        return S3Bucket(name, self, place=place, cluster=cluster, keep_data=keep_data).access
