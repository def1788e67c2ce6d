"""A bucket on Google Cloud as the engine sees it: private, kept, and opened by one key alone."""

import json
from typing import Any

from pulumi.runtime import rpc

from tests import stack_file
from tests.conftest import Deploy, Deployment
from tests.google_cloud import GCS, GKE


def deployed(deploy: Deploy, store: dict[str, Any] | None = None, cluster: Any = GKE, **changes: Any) -> Deployment:
    raw = stack_file.raw({"cluster": cluster, "pulsar.tiered_storage": {**GCS, **(store or {})}, **changes})
    return deploy(config={"pulsar:spec": json.dumps(raw)})


def bucket(registered: Deployment) -> Any:
    return registered.one("Bucket", "tiered-storage-bucket")


def test_the_bucket_never_expires_objects(deploy: Deploy):
    rules = bucket(deployed(deploy)).inputs["lifecycleRules"]

    assert [rule["action"]["type"] for rule in rules] == ["AbortIncompleteMultipartUpload"]


def test_nobody_outside_can_read_the_bucket(deploy: Deploy):
    made = bucket(deployed(deploy)).inputs

    assert made["publicAccessPrevention"] == "enforced"
    assert made["uniformBucketLevelAccess"]


def test_deleting_the_bucket_is_refused_twice_and_deleted_objects_come_back(deploy: Deploy):
    kept, free = bucket(deployed(deploy)), bucket(deployed(deploy, **{"pulsar.keep_data": False}))

    assert kept.protect
    assert not free.protect
    assert not kept.inputs["forceDestroy"]
    assert not free.inputs["forceDestroy"]
    assert kept.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 7 * 86_400}


def test_the_bucket_is_where_the_cluster_is_unless_told_otherwise(deploy: Deploy):
    assert bucket(deployed(deploy)).inputs["location"] == "europe-west1"
    assert bucket(deployed(deploy, {"location": "EU"})).inputs["location"] == "EU"


def test_objects_are_encrypted_with_the_key_that_is_named(deploy: Deploy):
    key = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"

    assert bucket(deployed(deploy, {"kms_key": key})).inputs["encryption"] == {"defaultKmsKeyName": key}
    assert "encryption" not in bucket(deployed(deploy)).inputs


def test_the_key_opens_this_bucket_and_nothing_else(deploy: Deploy):
    registered = deployed(deploy)

    (permission,) = registered.of("BucketIAMMember")
    assert permission.inputs["bucket"] == "events-older"
    assert permission.inputs["role"] == "roles/storage.objectAdmin"
    account = registered.one("Account", "tiered-storage-account")
    others = [each for each in registered.of("IAMMember") if account.name in each.inputs["member"]]
    assert others == []


def test_the_key_is_in_a_secret_that_brokers_wait_for_and_nowhere_in_the_clear(deploy: Deploy):
    registered = deployed(deploy)

    secret = registered.one("Secret", "pulsar-offload-1")
    key = "${gcp:serviceaccount/key:Key.tiered-storage-key-1.privateKey}"
    assert secret.inputs["stringData"][rpc._special_sig_key] == rpc._special_secret_sig
    assert secret.inputs["stringData"]["value"] == {"key.json": key}
    holders = [each.name for each in registered if key in str(each.inputs)]
    assert holders == ["pulsar-offload-1"]
    broker = registered.one("Broker", "pulsar-broker")
    assert {secret.urn, bucket(registered).urn} <= broker.dependencies


def test_another_generation_is_another_key_in_another_secret(deploy: Deploy):
    first, second = deployed(deploy), deployed(deploy, {"key_generation": 2})

    assert {each.name for each in second.of("Key")} == {"tiered-storage-key-2"}
    assert {each.name for each in second.of("Secret")} & {each.name for each in first.of("Secret")} == set()
    assert second.one("Account", "tiered-storage-account").urn == first.one("Account", "tiered-storage-account").urn


def test_a_cluster_elsewhere_can_keep_its_older_messages_there_as_well(deploy: Deploy):
    registered = deployed(deploy, {"project": "events-4711", "location": "EU"}, {"provider": "existing"})

    google = registered.one("gcp", "tiered-storage-google")
    assert google.inputs["project"] == "events-4711"
    assert bucket(registered).provider.startswith(google.urn)


def test_on_gke_the_cluster_s_own_connection_to_google_is_used(deploy: Deploy):
    registered = deployed(deploy)

    assert [each.name for each in registered.of("gcp")] == ["cluster-google"]
