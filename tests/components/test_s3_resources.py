"""A bucket on S3 as the engine sees it: nothing public, nothing in the clear, nothing that deletes messages."""

import json
from typing import Any

from tests import stack_file
from tests.amazon import EKS, S3
from tests.conftest import Deploy, Deployment

EXISTING = {"provider": "existing"}


def deployed(
    deploy: Deploy, storage: dict[str, Any] | None = None, cluster: dict[str, Any] = EKS, **changes: Any
) -> Deployment:
    raw = stack_file.raw({"cluster": cluster, "pulsar.tiered_storage": {**S3, **(storage or {})}, **changes})
    return deploy(config={"pulsar:spec": json.dumps(raw)})


def keyed(deploy: Deploy, **storage: Any) -> Deployment:
    return deployed(deploy, {"region": "eu-central-1", **storage}, EXISTING)


def rules(registered: Deployment) -> list[dict[str, Any]]:
    return registered.one("BucketLifecycleConfiguration", "tiered-storage-lifecycle").inputs["rules"]


def test_the_bucket_never_expires_objects(deploy: Deploy):
    for storage in ({}, {"soft_delete": "0d"}):
        for rule in rules(deployed(deploy, storage)):
            assert not {"expiration", "transitions"} & rule.keys(), "Messages that Pulsar still knows of would be gone."


def test_uploads_that_never_ended_and_what_was_deleted_don_t_cost_for_ever(deploy: Deploy):
    kept = {rule["id"]: rule for rule in rules(deployed(deploy, {"soft_delete": "30d"}))}

    assert kept["unfinished-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert kept["deleted-objects"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}


def test_what_was_deleted_can_be_brought_back_unless_the_file_says_otherwise(deploy: Deploy):
    assert deployed(deploy).of("BucketVersioning")[0].inputs["versioningConfiguration"] == {"status": "Enabled"}
    assert deployed(deploy, {"soft_delete": "0d"}).of("BucketVersioning") == []


def test_nobody_can_make_the_bucket_public(deploy: Deploy):
    registered = deployed(deploy)

    (block,) = registered.of("BucketPublicAccessBlock")
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(block.inputs[switch] for switch in switches)
    (ownership,) = registered.of("BucketOwnershipControls")
    assert ownership.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    (policy,) = registered.of("BucketPolicy")
    assert json.loads(policy.inputs["policy"])["Statement"][0]["Effect"] == "Deny"
    assert block.urn in policy.dependencies, "S3 refuses two changes of a bucket's access at once."


def test_objects_are_encrypted_by_the_bucket_s_own_key_or_by_s3_s(deploy: Deploy):
    own, amazons = (
        deployed(deploy, {"encryption": encryption}).of("BucketServerSideEncryptionConfiguration")[0].inputs["rules"]
        for encryption in ("kms", "s3")
    )

    assert own[0]["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": "${aws:kms/key:Key.tiered-storage-key.arn}",
    }
    assert amazons[0]["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_messages_outlive_a_destroy_unless_the_file_says_otherwise(deploy: Deploy):
    for keep in (True, False):
        registered = deployed(deploy, None, EKS, **{"pulsar.keep_data": keep})

        assert registered.one("Bucket", "tiered-storage-bucket").protect == keep
        assert registered.one("Key", "tiered-storage-key").protect == keep
        assert not registered.one("Bucket", "tiered-storage-bucket").inputs["forceDestroy"]


def test_on_eks_the_brokers_have_a_role_and_nobody_has_a_key(deploy: Deploy):
    registered = deployed(deploy)

    assert registered.of("AccessKey") == []
    assert registered.of("User") == []
    account = registered.one("ServiceAccount", "pulsar-broker-account").inputs
    assert account["metadata"]["annotations"] == {
        "eks.amazonaws.com/role-arn": "${aws:iam/role:Role.tiered-storage-broker.arn}"
    }
    role = registered.one("Role", "tiered-storage-broker").inputs
    assert "system:serviceaccount:pulsar:pulsar-broker" in role["assumeRolePolicy"]
    permission = registered.one("RolePolicy", "tiered-storage-permission").inputs
    assert permission["role"] == role["name"]
    for arn in ("${aws:s3/bucket:Bucket.tiered-storage-bucket.arn}/*", "${aws:kms/key:Key.tiered-storage-key.arn}"):
        assert arn in permission["policy"]


def test_no_other_role_gets_at_the_older_messages(deploy: Deploy):
    annotated = [
        each.name for each in deployed(deploy).of("ServiceAccount") if each.inputs["metadata"].get("annotations")
    ]

    assert annotated == ["pulsar-broker-account"]


def test_the_bucket_is_in_the_cluster_s_account_and_region_with_its_tags(deploy: Deploy):
    cluster = {**EKS, "tags": {"team": "events"}}
    provider = deployed(deploy, {"tags": {"data": "messages"}}, cluster).one("aws", "tiered-storage-aws").inputs

    assert provider["region"] == "us-east-1"
    assert json.loads(provider["allowedAccountIds"]) == ["123456789012"]
    assert json.loads(provider["defaultTags"]) == {"tags": {"team": "events", "data": "messages"}}


def test_elsewhere_a_user_has_a_key_that_opens_the_bucket_and_is_a_secret(deploy: Deploy):
    registered = keyed(deploy)

    assert registered.one("UserPolicy", "tiered-storage-permission").inputs["user"] == "events-older-messages"
    secret = registered.one("Secret", "pulsar-offload-1").inputs["stringData"]
    assert len(secret) == 2, "Only what is marked as a secret stays out of the state."
    assert secret["value"] == {
        "access-key-id": "tiered-storage-key-1-id",
        "secret-access-key": "${aws:iam/accessKey:AccessKey.tiered-storage-key-1.secret}",
    }


def test_a_new_key_is_there_before_the_old_one_goes_and_pods_roll(deploy: Deploy):
    first, second = keyed(deploy), keyed(deploy, key_generation=2)

    for kind in ("AccessKey", "Secret"):
        old, new = ({each.urn for each in found.of(kind)} for found in (first, second))
        assert not old & new, "Under another name it is made first, and the old one is deleted when all is done."
    assert [each.urn for each in first.of("User")] == [each.urn for each in second.of("User")]
    pods = [found.one("StatefulSet", "pulsar-broker").inputs["spec"]["template"] for found in (first, second)]
    assert pods[0] != pods[1]
