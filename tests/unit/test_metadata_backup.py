"""Snapshots of the metadata reach the bucket, and a restore touches nothing that it need not."""

from typing import Any

import pytest

from components.mistakes import NotADeployment
from components.pulsar.metadata import restore
from tests import stack_file

BUCKET = {
    "kind": "s3-compatible",
    "bucket": "older",
    "endpoint": "https://minio.example.com",
    "credentials_secret": "minio",
}
STORES = {
    "etcd": {"store": "etcd", "replicas": 3},
    "zookeeper": {"store": "zookeeper", "replicas": 3, "log_volume": {"size": "20Gi"}},
}


def spec(store: str, **changes: Any):
    base = {"pulsar.metadata": STORES[store], "pulsar.metadata_backup": {"keep": "7d"}, "pulsar.tiered_storage": BUCKET}
    return stack_file.spec({**base, **changes})


def pod(store: str, **changes: Any) -> dict[str, Any]:
    found = spec(store, **changes)
    job = found.pulsar.manifests(found.cluster.offer)["pulsar-metadata-backup"]
    return job["spec"]["jobTemplate"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("store", STORES)
def test_a_snapshot_is_taken_by_the_store_s_own_tool_and_copied_under_a_name_that_is_whole(store: str):
    found = pod(store)

    script = found["containers"][0]["command"][-1]
    assert script.index(".partial") < script.index("moveto"), "Half a snapshot must not look like one."
    assert f"name={store}-" in script
    assert "rclone delete --min-age 604800s" in script
    assert found["initContainers"][0]["name"] == "snapshot"


def test_no_key_of_the_bucket_stands_in_the_job():
    variables = pod("etcd")["containers"][0]["env"]

    keys = [each for each in variables if "KEY" in each["name"]]
    assert keys
    assert all("secretKeyRef" in each["valueFrom"] for each in keys)


@pytest.mark.parametrize("store", STORES)
def test_a_restore_sets_aside_what_every_volume_of_the_member_held(store: str):
    pulsar = spec(store).pulsar
    remote = pulsar.tiered_storage.remote(pulsar.place)  # pyright: ignore[reportOptionalMemberAccess]
    job = restore.restoring(pulsar.metadata, remote, pulsar.place, pulsar.runtime, 1, "etcd-1")

    claims = {
        each["persistentVolumeClaim"]["claimName"]
        for each in job["spec"]["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in each
    }
    (work,) = pulsar.metadata.workloads(pulsar.place, pulsar.runtime, None)
    assert claims == {f"{volume.name}-{work.name}-1" for volume in work.volumes}
    script = job["spec"]["template"]["spec"]["initContainers"][0]["command"][-1]
    assert script.count("mkdir before-restore") == len(claims)
    assert script.index("copyto") < script.index("rm -rf"), "Nothing is moved before the snapshot has arrived."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pulsar.tiered_storage": None}, "has nowhere to go"),
        ({"pulsar.tiered_storage": {"kind": "filesystem", "size": "10Gi"}}, "has nowhere to go"),
        ({"pulsar.metadata_backup": {"schedule": "hourly"}}, "'hourly' is not a schedule"),
        ({"pulsar.metadata_backup": {"keep": "14"}}, "'14' is not a length of time"),
    ],
)
def test_a_backup_that_can_t_be_is_refused_with_the_way_out(changes: dict[str, Any], sentence: str):
    with pytest.raises(NotADeployment) as refused:
        spec("etcd", **changes)

    assert sentence in str(refused.value)
