"""A bucket on Google Cloud Storage as resources: the bucket, and a key that opens it and nothing else."""

import base64

import pulumi
import pulumi_gcp as gcp

from ..clusters.cluster import Cluster
from ..clusters.gke.component import Gke
from ..clusters.gke.naming import account_id
from ..pulsar.metadata.store import Place
from .bucket import Access, credentials
from .gcs import KEY_FILE, GcsSpec

_DAYS_OF_AN_UPLOAD = 7


class GcsBucket(pulumi.ComponentResource):
    """The bucket of older messages."""

    access: Access
    """How Pulsar's pods may use it."""

    def __init__(
        self,
        name: str,
        spec: GcsSpec,
        *,
        place: Place,
        cluster: Cluster,
        keep_data: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pulsar:buckets:Gcs", name, {"bucket": spec.bucket}, opts)
        here = pulumi.ResourceOptions(parent=self, provider=_google(name, spec, cluster, self))
        bucket = gcp.storage.Bucket(
            f"{name}-bucket",
            name=spec.bucket,
            location=spec.location or "",
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            # A bucket that holds anything is never deleted: Google refuses it.
            force_destroy=False,
            soft_delete_policy={"retention_duration_seconds": int(spec.soft_delete)},
            encryption={"default_kms_key_name": spec.kms_key} if spec.kms_key else None,
            # The only rule that there may be: one that deletes objects would delete messages that Pulsar still has.
            lifecycle_rules=[
                {
                    "action": {"type": "AbortIncompleteMultipartUpload"},
                    "condition": {"age": _DAYS_OF_AN_UPLOAD},
                }
            ],
            opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(protect=keep_data)),
        )
        account = gcp.serviceaccount.Account(
            f"{name}-account",
            account_id=account_id(f"{place.cluster}-offload", spec.bucket),
            display_name=f"Older messages of {place.cluster} in {spec.bucket}",
            opts=here,
        )
        permission = gcp.storage.BucketIAMMember(
            f"{name}-permission",
            bucket=bucket.name,
            role="roles/storage.objectAdmin",
            member=account.email.apply(lambda email: f"serviceAccount:{email}"),
            opts=here,
        )
        # Another generation is another key: both are there until all brokers have the new one.
        key = gcp.serviceaccount.Key(f"{name}-key-{spec.key_generation}", service_account_id=account.name, opts=here)
        self.access = Access(
            secrets={
                credentials(place, spec.key_generation): {KEY_FILE: pulumi.Output.secret(key.private_key).apply(_file)}
            },
            needed=(bucket, permission),
        )
        self.register_outputs({})


def _google(name: str, spec: GcsSpec, cluster: Cluster, parent: pulumi.Resource) -> gcp.Provider:
    """What the bucket is registered with: the cluster's own connection to Google, where they share a project."""
    if isinstance(cluster, Gke) and cluster.project == spec.project:
        return cluster.google
    return gcp.Provider(f"{name}-google", project=spec.project, opts=pulumi.ResourceOptions(parent=parent))


def _file(private_key: str) -> str:
    """The key's file, which Google gives out in base64. Where nothing was made (`make render`) a name stands for it."""
    return private_key if private_key.startswith("${") else base64.b64decode(private_key).decode()
