"""A bucket on Amazon S3 as resources: the bucket, and a role or a user that may use it and nothing else."""

import json

import pulumi
import pulumi_aws as aws

from ..clusters.cluster import Cluster
from ..clusters.eks.account import connection
from ..pulsar.metadata.store import Place
from .bucket import Access, credentials
from .s3 import KEY_ID, SECRET_KEY, S3Spec
from .s3_permissions import may_use, only_by_tls

_DAYS_OF_AN_UPLOAD = 7
_DAY = 86_400


class S3Bucket(pulumi.ComponentResource):
    """The bucket of older messages."""

    access: Access
    """How Pulsar's pods may use it."""

    def __init__(
        self,
        name: str,
        spec: S3Spec,
        *,
        place: Place,
        cluster: Cluster,
        keep_data: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pulsar:buckets:S3", name, {"bucket": spec.bucket}, opts)
        provider = connection(
            f"{name}-aws",
            region=spec.region or "",
            account=spec.account,
            tags=spec.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._name, self._spec = name, spec
        self._here = pulumi.ResourceOptions(parent=self, provider=provider)
        self._kept = pulumi.ResourceOptions.merge(self._here, pulumi.ResourceOptions(protect=keep_data))
        self._bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=spec.bucket,
            # A bucket that holds anything is never deleted: S3 refuses it.
            force_destroy=False,
            tags={"Name": spec.bucket},
            opts=self._kept,
        )
        key = self._key() if spec.encryption == "kms" else None
        self._encrypted(key)
        self._private()
        self._tidied()
        may = pulumi.Output.all(self._bucket.arn, key.arn if key else None).apply(
            lambda known: json.dumps(may_use(known[0], known[1]))
        )
        self.access = self._by_role(may, place, cluster) if spec.access == "identity" else self._by_key(may, place)
        self.register_outputs({})

    def _key(self) -> aws.kms.Key:
        key = aws.kms.Key(
            f"{self._name}-key",
            description=f"Older messages in {self._spec.bucket}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            tags={"Name": self._spec.bucket},
            opts=self._kept,
        )
        aws.kms.Alias(f"{self._name}-key", name=f"alias/{self._spec.bucket}", target_key_id=key.id, opts=self._here)
        return key

    def _encrypted(self, key: aws.kms.Key | None) -> None:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self._name}-encryption",
            bucket=self._bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=default,
                    # One question to KMS for many objects: reading a topic back asks for thousands.
                    bucket_key_enabled=True if key else None,
                )
            ],
            opts=self._here,
        )

    def _private(self) -> None:
        """No access for the public, whatever anybody grants later, no access lists, and no way in but TLS."""
        ownership = aws.s3.BucketOwnershipControls(
            f"{self._name}-ownership",
            bucket=self._bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._here,
        )
        block = aws.s3.BucketPublicAccessBlock(
            f"{self._name}-private",
            bucket=self._bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            # S3 refuses two changes of a bucket's access at once.
            opts=pulumi.ResourceOptions.merge(self._here, pulumi.ResourceOptions(depends_on=[ownership])),
        )
        aws.s3.BucketPolicy(
            f"{self._name}-tls",
            bucket=self._bucket.bucket,
            policy=self._bucket.arn.apply(lambda arn: json.dumps(only_by_tls(arn))),
            opts=pulumi.ResourceOptions.merge(self._here, pulumi.ResourceOptions(depends_on=[block])),
        )

    def _tidied(self) -> None:
        """What nobody reads any more goes. An object that Pulsar knows of never does."""
        days, needed = self._spec.soft_delete // _DAY, []
        rules = [
            aws.s3.BucketLifecycleConfigurationRuleArgs(
                id="unfinished-uploads",
                status="Enabled",
                filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=_DAYS_OF_AN_UPLOAD
                ),
            )
        ]
        if days:
            needed = [
                aws.s3.BucketVersioning(
                    f"{self._name}-versions",
                    bucket=self._bucket.bucket,
                    versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
                    opts=self._here,
                )
            ]
            rules.append(
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="deleted-objects",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=days
                    ),
                )
            )
        aws.s3.BucketLifecycleConfiguration(
            f"{self._name}-lifecycle",
            bucket=self._bucket.bucket,
            rules=rules,
            opts=pulumi.ResourceOptions.merge(self._here, pulumi.ResourceOptions(depends_on=needed)),
        )

    def _by_role(self, may: pulumi.Output[str], place: Place, cluster: Cluster) -> Access:
        """The brokers' service account has a role, and a token instead of a key."""
        identity = cluster.identity(
            f"{self._name}-broker", namespace=place.namespace, account=f"{place.cluster}-broker"
        )
        permission = aws.iam.RolePolicy(
            f"{self._name}-permission",
            name=self._spec.bucket,
            role=identity.principal,
            policy=may,
            opts=self._here,
        )
        return Access(account_annotations={"broker": identity.annotations}, needed=(self._bucket, permission))

    def _by_key(self, may: pulumi.Output[str], place: Place) -> Access:
        """A user with one key. Another generation is another key: both are there until all brokers have the new one."""
        spec = self._spec
        user = aws.iam.User(f"{self._name}-user", name=spec.bucket, opts=self._here)
        permission = aws.iam.UserPolicy(
            f"{self._name}-permission", name=spec.bucket, user=user.name, policy=may, opts=self._here
        )
        key = aws.iam.AccessKey(f"{self._name}-key-{spec.key_generation}", user=user.name, opts=self._here)
        return Access(
            secrets={
                credentials(place, spec.key_generation): {
                    KEY_ID: pulumi.Output.secret(key.id),
                    SECRET_KEY: pulumi.Output.secret(key.secret),
                }
            },
            needed=(self._bucket, permission),
        )
