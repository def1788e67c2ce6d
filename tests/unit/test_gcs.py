"""What a stack file's author is told about buckets on Google Cloud, and what the brokers get of one."""

from typing import Any

import pytest

from components import mistakes, stack
from tests import rendered, stack_file
from tests.google_cloud import GCS, GKE

KMS = "projects/events-4711/locations/{}/keyRings/pulsar/cryptoKeys/offload"

CASES = {
    "a short name": (
        {"bucket": "ab"},
        "bucket: 'ab' is not a bucket's name on Google Cloud Storage: 3 to 63 lower-case letters, digits, hyphens and "
        "underscores, with a letter or digit at both ends.",
    ),
    "capitals": (
        {"bucket": "Events"},
        "bucket: 'Events' is not a bucket's name on Google Cloud Storage: 3 to 63 lower-case letters, digits, hyphens "
        "and underscores, with a letter or digit at both ends.",
    ),
    "a domain": (
        {"bucket": "older.example.com"},
        "bucket: 'older.example.com' has a dot, and Google gives such names only to whoever proves that the domain is "
        "theirs. Use hyphens instead.",
    ),
    "Google's own prefix": (
        {"bucket": "goog-events"},
        "bucket: 'goog-events' starts with goog or holds google, and Google keeps such names for itself. Choose "
        "another.",
    ),
    "Google's own name": (
        {"bucket": "my-g00gle-events"},
        "bucket: 'my-g00gle-events' starts with goog or holds google, and Google keeps such names for itself. Choose "
        "another.",
    ),
    "an address": (
        {"bucket": "gs://events-older/"},
        "bucket: 'gs://events-older/' is an address. Write the bucket's name alone: events-older.",
    ),
    "a zone": (
        {"location": "europe-west1-b"},
        "location: europe-west1-b is a zone. Write its region, europe-west1, and name the zones in zones.",
    ),
    "identities": (
        {"access": "identity"},
        "access: identity is what Pulsar's offloader can't do on Google Cloud: it reads a service account's key file "
        "(gcsManagedLedgerOffloadServiceAccountKeyFile) and knows no other way. Leave it out: a key is made for this "
        "bucket alone, and key_generation replaces it.",
    ),
    "deleted objects for a day": (
        {"soft_delete": "1d"},
        "soft_delete: 1d can't be: Google keeps what was deleted for 7 to 90 days. Use 7d to 90d, or 0d.",
    ),
    "half a key's name": (
        {"kms_key": "offload"},
        "kms_key: 'offload' is not the name of a Cloud KMS key. Write all of it: "
        "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY.",
    ),
    "a key elsewhere": (
        {"kms_key": KMS.format("us-central1"), "location": "EU"},
        "kms_key: is in us-central1, and the bucket is in EU: Google encrypts only with a key of the same location. "
        "Use one in europe.",
    ),
    "a key outside of the cluster's region": (
        {"kms_key": KMS.format("us-central1")},
        "kms_key: is in us-central1, and the bucket is in europe-west1: Google encrypts only with a key of the same "
        "location. Use one in europe-west1.",
    ),
    "a project's number": (
        {"project": 123456789012},
        "project: 123456789012 is a project's number. Write its id, such as my-project-4711: `gcloud projects list` "
        "shows both.",
    ),
}  # fmt: skip


def read(changes: dict[str, Any] | None = None, cluster: Any = GKE, **others: Any) -> stack.StackSpec:
    store = {**GCS, **(changes or {})}
    return stack.read(stack_file.raw({"cluster": cluster, "pulsar.tiered_storage": store, **others}), "test")


def broker(spec: stack.StackSpec) -> dict[str, Any]:
    found = rendered.manifests(spec)
    pod = found["pulsar-broker"]["spec"]["template"]["spec"]
    return {"conf": found["pulsar-broker-config"]["data"], "pod": pod}


@pytest.mark.parametrize(("changes", "sentence"), CASES.values(), ids=CASES)
def test_the_author_is_told_what_is_wrong_and_the_way_out(changes: Any, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        read(changes)

    assert str(refused.value).splitlines()[1:] == [f"  spec.pulsar.tiered_storage.{sentence}"]


def test_on_a_cluster_elsewhere_the_bucket_must_say_where_it_is():
    with pytest.raises(mistakes.NotADeployment) as refused:
        read(cluster={"provider": "existing"})

    assert str(refused.value).splitlines()[1:] == [
        "  spec.pulsar.tiered_storage.location: is missing, and a cluster of provider existing is in no region of "
        "Google Cloud that it could be taken from. Give it here.",
        "  spec.pulsar.tiered_storage.project: is missing, and a cluster of provider existing is in no project of "
        "Google Cloud that it could be taken from. Give it here.",
    ]
    assert read({"project": "events-4711", "location": "EU"}, {"provider": "existing"})


def test_brokers_find_the_bucket_and_the_key_s_file():
    found = broker(read())

    prefix = "PULSAR_PREFIX_"
    conf = {key.removeprefix(prefix): value for key, value in found["conf"].items()}
    assert conf["managedLedgerOffloadDriver"] == "google-cloud-storage"
    assert conf["gcsManagedLedgerOffloadBucket"] == "events-older"
    assert conf["gcsManagedLedgerOffloadRegion"] == "europe-west1"
    (volume,) = [each for each in found["pod"]["volumes"] if "secret" in each]
    (mount,) = [each for each in found["pod"]["containers"][0]["volumeMounts"] if each["name"] == volume["name"]]
    assert conf["gcsManagedLedgerOffloadServiceAccountKeyFile"] == f"{mount['mountPath']}/key.json"
    assert mount["readOnly"]


def test_the_largest_ledger_fits_into_the_parts_that_google_composes():
    conf = broker(read())["conf"]

    block = int(conf["PULSAR_PREFIX_gcsManagedLedgerOffloadMaxBlockSizeInBytes"])
    parts = -(-(2048 << 20) // block) + 1
    assert parts <= 32, "Google composes at most 32 parts, and a ledger that has more could never move."


def test_a_new_key_has_another_secret_so_that_brokers_roll():
    first, second = (broker(read({"key_generation": number}))["pod"] for number in (1, 2))

    assert first["volumes"] != second["volumes"]


def test_only_brokers_have_the_key():
    found = rendered.manifests(read())

    holders = [name for name, template in rendered.pod_templates(found) if "offload-key" in str(template)]
    assert holders == ["pulsar-broker"]
