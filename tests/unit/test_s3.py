"""What a stack file's author is told about buckets on S3, and what the brokers get of one."""

from typing import Any

import pytest

from components import mistakes, stack
from components.buckets.s3_permissions import may_use, only_by_tls
from components.pulsar.spec import PulsarSpec
from evaluation.explain import explain
from tests import rendered, stack_file
from tests.amazon import EKS, S3

EXISTING = {"provider": "existing"}
CASES = {
    "an address": (
        {"bucket": "s3://events-older/"},
        "bucket: 's3://events-older/' is an address. Write the bucket's name alone: events-older.",
    ),
    "an ARN": (
        {"bucket": "arn:aws:s3:::events-older"},
        "bucket: 'arn:aws:s3:::events-older' is an address. Write the bucket's name alone: events-older.",
    ),
    "a domain": (
        {"bucket": "older.example.com"},
        "bucket: 'older.example.com' has a dot, and S3's certificate is not good for the addresses of such buckets. "
        "Use hyphens instead.",
    ),
    "capitals": (
        {"bucket": "Events_Older"},
        "bucket: 'Events_Older' has capitals or underscores, and S3 takes neither. Write events-older.",
    ),
    "a short name": ({"bucket": "ab"}, "bucket: 'ab' has 2 characters, and S3 takes 3 to 63."),
    "a long name": ({"bucket": "a" * 64}, f"bucket: '{'a' * 64}' has 64 characters, and S3 takes 3 to 63."),
    "a hyphen at the end": (
        {"bucket": "events-"},
        "bucket: 'events-' is not a bucket's name on S3: lower-case letters, digits and hyphens, with a letter or "
        "digit at both ends.",
    ),
    "punycode": (
        {"bucket": "xn--events"},
        "bucket: 'xn--events' starts with xn--, and S3 keeps such names for itself. Choose another.",
    ),
    "an alias": (
        {"bucket": "events-s3alias"},
        "bucket: 'events-s3alias' ends with -s3alias, and S3 keeps such names for itself. Choose another.",
    ),
    "a zone": (
        {"region": "us-east-1a"},
        "region: us-east-1a is a zone, and its region is us-east-1. Write the region here, and the zones in `zones`.",
    ),
    "hours": (
        {"soft_delete": "36h"},
        "soft_delete: 36h is not in whole days, which S3 counts in. Write one such as 7d.",
    ),
    "another account's bucket": (
        {"account": "210987654321"},
        "account: 210987654321 is not the cluster's account, and the brokers' role would be in another one than the "
        "bucket. Leave account out, or use access: key.",
    ),
}


def raw(storage: dict[str, Any] | None = None, cluster: dict[str, Any] = EKS) -> dict[str, Any]:
    return stack_file.raw({"cluster": cluster, "pulsar.tiered_storage": {**S3, **(storage or {})}})


def told(spec: dict[str, Any]) -> list[str]:
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(spec, "test")
    return [f"{'.'.join(map(str, where))}: {sentence}" for where, sentence in refused.value.found]


@pytest.mark.parametrize(("storage", "sentence"), CASES.values(), ids=CASES)
def test_what_s3_would_refuse_is_told_at_once(storage: dict[str, Any], sentence: str):
    assert f"pulsar.tiered_storage.{sentence}" in told(raw(storage))


def test_an_identity_on_a_cluster_that_can_give_none_is_told_with_what_to_do():
    assert told(raw({"access": "identity", "region": "us-east-1"}, EXISTING)) == [
        "pulsar.tiered_storage.access: identity is what a cluster of provider existing can't give on AWS. Leave it "
        "out: a key is made for this bucket alone, and key_generation replaces it."
    ]


def test_beside_a_cluster_in_no_region_of_aws_the_bucket_s_region_is_asked_for():
    assert told(raw(cluster=EXISTING)) == [
        "pulsar.tiered_storage.region: is missing, and a cluster of provider existing is in no region of AWS that it "
        "could be taken from. Give it here."
    ]


def pulsar(storage: dict[str, Any] | None = None, cluster: dict[str, Any] = EKS) -> PulsarSpec:
    return stack.read(raw(storage, cluster), "test").pulsar


def variables(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The broker's variables that stand in a Secret: its name and its key."""
    (container,) = found["pulsar-broker"]["spec"]["template"]["spec"]["containers"]
    from_secrets = {
        each["name"]: each["valueFrom"]["secretKeyRef"] for each in container.get("env", ()) if "valueFrom" in each
    }
    return {name: (secret["name"], secret["key"]) for name, secret in from_secrets.items() if name.startswith("AWS_")}


def test_the_broker_offloads_to_the_bucket_in_the_cluster_s_region():
    settings = pulsar().settings("broker")

    assert settings["managedLedgerOffloadDriver"].value == "aws-s3"
    assert settings["s3ManagedLedgerOffloadBucket"].value == "events-older-messages"
    assert settings["s3ManagedLedgerOffloadRegion"].value == "us-east-1"


def test_on_eks_no_key_is_kept_anywhere():
    assert variables(rendered.manifests(stack.read(raw(), "test"))) == {}


def test_elsewhere_the_broker_has_a_key_by_the_names_that_amazon_s_sdk_looks_for():
    found = rendered.manifests(stack.read(raw({"region": "eu-central-1", "key_generation": 3}, EXISTING), "test"))

    assert variables(found) == {
        "AWS_ACCESS_KEY_ID": ("pulsar-offload-3", "access-key-id"),
        "AWS_SECRET_ACCESS_KEY": ("pulsar-offload-3", "secret-access-key"),
    }


def test_backups_reach_the_bucket_as_the_brokers_do():
    storage = pulsar().tiered_storage
    keyed = pulsar({"access": "key"}).tiered_storage
    place = pulsar().place

    assert storage.remote(place).path == "store:events-older-messages"
    assert storage.remote(place).environment["RCLONE_CONFIG_STORE_ENV_AUTH"] == "true"
    assert storage.remote(place).secret_environment == {}
    assert set(keyed.remote(place).secret_environment) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_a_broker_can_t_set_the_bucket_up_otherwise():
    actions = {action for statement in may_use("arn:b", "arn:k")["Statement"] for action in statement["Action"]}

    assert {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"} <= actions
    assert not {
        action for action in actions if "Configuration" in action or action.endswith("*") or "Policy" in action
    }, "Whoever takes over a broker could let objects expire, or share the bucket."


def test_the_bucket_refuses_what_comes_in_the_clear():
    (statement,) = only_by_tls("arn:b")["Statement"]

    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Resource"] == ["arn:b", "arn:b/*"]


def test_what_the_cluster_decides_is_explained_as_such():
    lines = {line.path: (line.value, line.source) for line in explain("test", raw({"access": "key"}))}

    assert lines["pulsar.tiered_storage.region"] == ("us-east-1", "cluster")
    assert lines["pulsar.tiered_storage.account"] == ("123456789012", "cluster")
    assert lines["pulsar.tiered_storage.access"] == ("key", "stack file")
