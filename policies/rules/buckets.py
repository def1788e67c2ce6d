"""Who may read the older messages, and what becomes of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..iam import statements
from ..rule import Properties, Resource, ResourceRule, Settings, StackRule
from ..values import UNKNOWN, at, differs, items, whole

S3 = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
S3_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
S3_VERSIONING = frozenset({"aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"})
S3_ACL = frozenset({"aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"})
S3_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
GCS = "gcp:storage/bucket:Bucket"
GCS_ACCESS = frozenset({"gcp:storage/bucketIAMMember:BucketIAMMember", "gcp:storage/bucketIAMBinding:BucketIAMBinding"})
ACCOUNT = "azure-native:storage:StorageAccount"
CONTAINER = "azure-native:storage:BlobContainer"
BLOBS = "azure-native:storage:BlobServiceProperties"

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_WANTED: Mapping[str, Mapping[str, Any]] = {
    S3_BLOCK: dict.fromkeys(_BLOCKS, True),
    GCS: {"publicAccessPrevention": "enforced", "uniformBucketLevelAccess": True},
    ACCOUNT: {"allowBlobPublicAccess": False},
}
"""What keeps a bucket from ever being public, by the type that says it."""


def _private(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    properties = resource.properties
    for name, wanted in _WANTED.get(resource.token, {}).items():
        if differs(properties.get(name), wanted):
            shown = str(wanted).lower()
            yield f"{resource.told} may become public by mistake ({name} is not {shown}). Set it to {shown}."
    if differs(properties.get("acl"), None, "private", "log-delivery-write") and resource.token in S3 | S3_ACL:
        yield f"{resource.told} gives strangers rights (acl {properties['acl']}). Leave acl out."
    if resource.token == CONTAINER and differs(properties.get("publicAccess"), None, "None"):
        yield f"{resource.told} is readable by everybody (publicAccess {properties['publicAccess']}). Set it to None."
    if resource.token in GCS_ACCESS:
        for member in (*items(properties.get("members")), properties.get("member")):
            if member in _EVERYBODY:
                yield f"{resource.told} gives {member} rights on a bucket. Name the brokers' service account."
    if resource.token == S3_POLICY and _public(properties.get("policy")):
        yield f'{resource.told} gives everybody rights on a bucket (Principal "*"). Name the brokers\' role.'


def _public(policy: Any) -> bool:
    return any(
        each.get("Effect") == "Allow"
        and each.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        and not each.get("Condition")
        for each in statements(policy)
    )


def _shut(token: str, properties: Properties) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for name, wanted in _WANTED.get(token, {}).items():
        if differs(properties.get(name), wanted):
            yield (name,), wanted


PRIVATE = ResourceRule(
    id="buckets-are-private",
    says="Nobody reads older messages without being named.",
    source="AWS, S3 Block Public Access; Google Cloud, public access prevention; Azure, anonymous access to blobs",
    types=frozenset({*S3, *S3_ACL, S3_BLOCK, S3_POLICY, GCS, *GCS_ACCESS, ACCOUNT, CONTAINER}),
    check=_private,
    remedy=_shut,
)


def _beside(
    resources: Sequence[Resource], settings: Settings, wanted: frozenset[str], lacks: str
) -> Iterator[tuple[Resource, str]]:
    del settings
    for bucket in resources:
        if bucket.token not in S3:
            continue
        candidates = [each for each in resources if each.token in wanted]
        # Where it isn't known which bucket something is about, it is taken to be about this one.
        if not any(_about(each, bucket) for each in candidates):
            yield bucket, f"{bucket.told} {lacks}"


def _about(resource: Resource, bucket: Resource) -> bool:
    if sources := resource.inputs_from.get("bucket"):
        return bucket.urn in sources
    names = resource.properties.get("bucket"), bucket.properties.get("bucket")
    return UNKNOWN in names or names[0] == names[1]


BLOCKED = StackRule(
    id="every-bucket-has-a-public-access-block",
    says="Every S3 bucket has its public access block.",
    source="AWS, S3 Block Public Access",
    check=lambda resources, settings: _beside(
        resources,
        settings,
        frozenset({S3_BLOCK}),
        "has no BucketPublicAccessBlock, so a policy or an ACL can make it public. Add one with all of its settings.",
    ),
)


def _undo(resources: Sequence[Resource], settings: Settings) -> Iterator[tuple[Resource, str]]:
    yield from _beside(
        resources,
        settings,
        S3_VERSIONING,
        "has no BucketVersioning, so that a deleted object is gone for good. Add one with the status Enabled.",
    )
    for each in resources:
        properties = each.properties
        if each.token in S3_VERSIONING and differs(at(properties, "versioningConfiguration.status"), "Enabled"):
            yield each, f"{each.told} keeps no deleted object. Set its status to Enabled."
        if each.token == GCS:
            kept = at(properties, "softDeletePolicy.retentionDurationSeconds")
            # Google Cloud keeps deleted objects for seven days where nothing is said.
            if whole(kept) == 0 and differs(at(properties, "versioning.enabled"), True):
                yield each, f"{each.told} keeps no deleted object. Leave softDeletePolicy out, or turn versioning on."
        if each.token == BLOBS:
            soft, versions = at(properties, "deleteRetentionPolicy.enabled"), properties.get("isVersioningEnabled")
            if differs(soft, True) and differs(versions, True):
                yield each, f"{each.told} keeps no deleted blob. Set deleteRetentionPolicy.enabled to true."
        if each.token == ACCOUNT and not any(other.token == BLOBS for other in resources):
            yield each, f"{each.told} keeps no deleted blob. Add BlobServiceProperties with a deleteRetentionPolicy."


UNDO = StackRule(
    id="deleted-objects-can-come-back",
    says="A bucket keeps deleted objects for a while, by versions or by soft deletion.",
    source="AWS, S3 Versioning; Google Cloud, soft delete; Azure, soft delete for blobs",
    level="advisory",
    check=_undo,
)


def _emptied(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if differs(resource.properties.get("forceDestroy"), None, False):
        yield (
            f"{resource.told} deletes all objects when it is destroyed, and with them the only copy of older messages. "
            "Set forceDestroy to false."
        )


EMPTIED = ResourceRule(
    id="no-bucket-is-emptied-to-delete-it",
    says="A bucket that holds objects can't be deleted.",
    source="AWS and Google Cloud: a bucket that isn't empty can't be deleted, unless it is forced",
    types=frozenset({*S3, GCS}),
    check=_emptied,
)


def _encrypted(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    properties = resource.properties
    if differs(properties.get("enableHttpsTrafficOnly"), None, True):
        yield f"{resource.told} takes messages over plain HTTP. Set enableHttpsTrafficOnly to true."
    if differs(properties.get("minimumTlsVersion"), "TLS1_2", "TLS1_3"):
        yield f"{resource.told} speaks TLS older than 1.2. Set minimumTlsVersion to TLS1_2."


ENCRYPTED = ResourceRule(
    id="objects-travel-encrypted",
    says="A storage account takes no connection without TLS 1.2 or newer.",
    source="Azure, secure transfer and minimum TLS version",
    types=frozenset({ACCOUNT}),
    check=_encrypted,
)
