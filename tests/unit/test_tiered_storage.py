"""What a stack file's author is told about the place of older messages, and what the brokers get of it."""

from typing import Any

import pytest

from components import mistakes, stack
from tests import rendered, stack_file

FILESYSTEM = {"kind": "filesystem", "size": "100Gi"}
HDFS = {"kind": "hdfs", "uri": "hdfs://namenode:8020/pulsar"}
KERBEROS = {"principal": "pulsar@EXAMPLE.COM", "keytab_secret": "keytab", "config_map": "krb5"}

CASES = {
    "no volume": ({"kind": "filesystem"}, {}, "tiered_storage.size: is missing. Say how large the volume is, or name "
                  "an existing `claim`."),
    "a volume and a claim": (
        {**FILESYSTEM, "claim": "shared"},
        {},
        "tiered_storage.size: 100Gi is for a volume that is made, and the claim shared exists already. Leave one of "
        "them out.",
    ),
    "a volume of one node for brokers on three": (
        {**FILESYSTEM, "access_mode": "ReadWriteOnce"},
        {},
        "tiered_storage.access_mode: ReadWriteOnce is a volume of one node, and 3 brokers run on as many nodes "
        "(spread: required). Use ReadWriteMany with a StorageClass that offers it, or spread: preferred on a cluster "
        "of one node.",
    ),
    "an image without the offloader": (
        HDFS,
        {"pulsar.version": "5.0.0", "pulsar.metadata": {"store": "etcd"}},
        "tiered_storage.kind: hdfs needs the filesystem offloader, which the image of Pulsar 5.0.0 doesn't have. Use "
        "another kind, stay on Pulsar 4.0.x or 4.2.x, or name an `image` that has it.",
    ),
    "an address of another scheme": (
        {**HDFS, "uri": "s3a://bucket"},
        {},
        "tiered_storage.uri: 's3a://bucket' is not an HDFS address. Write its name node or name service and a folder, "
        "such as hdfs://namenode:8020/pulsar.",
    ),
    "Kerberos that nothing turns on": (
        {**HDFS, "kerberos": KERBEROS},
        {},
        "tiered_storage.site_config_map: is missing: Hadoop asks for Kerberos only where core-site.xml says so "
        "(hadoop.security.authentication). Give the ConfigMap that holds it, or leave kerberos out.",
    ),
    "a principal without its realm": (
        {**HDFS, "site_config_map": "hadoop", "kerberos": {**KERBEROS, "principal": "pulsar"}},
        {},
        "tiered_storage.kerberos.principal: 'pulsar' is no Kerberos principal. Write it with its realm, such as "
        "pulsar@EXAMPLE.COM.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("store", "changes", "sentence"), CASES.values(), ids=CASES)
def test_the_author_is_told_what_is_wrong_and_the_way_out(store: Any, changes: Any, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({"pulsar.tiered_storage": store, **changes}), "test")

    assert f"  spec.pulsar.{sentence}" in str(refused.value).splitlines()


def broker(store: dict[str, Any], **more: Any) -> tuple[dict[str, str], dict[str, Any]]:
    found = rendered.of({"pulsar.tiered_storage": store, **more})
    return found["pulsar-broker-config"]["data"], found["pulsar-broker"]["spec"]["template"]["spec"]


def test_brokers_offload_to_the_volume_that_they_share():
    config, pod = broker({**FILESYSTEM, "threshold": "10Gi", "deletion_lag": "2h"})

    assert config["PULSAR_PREFIX_managedLedgerOffloadDriver"] == "filesystem"
    assert config["PULSAR_PREFIX_fileSystemURI"] == "file:///pulsar/offload"
    assert config["PULSAR_PREFIX_managedLedgerOffloadAutoTriggerSizeThresholdBytes"] == str(10 << 30)
    assert config["PULSAR_PREFIX_managedLedgerOffloadDeletionLagMs"] == "7200000"
    assert pod["volumes"] == [{"name": "offload", "persistentVolumeClaim": {"claimName": "pulsar-offload"}}]
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert mount == {"name": "offload", "mountPath": "/pulsar/offload"}, "An offloader must be able to write."


def test_without_a_threshold_nothing_moves_by_itself():
    config, _ = broker(FILESYSTEM)

    assert config["PULSAR_PREFIX_managedLedgerOffloadAutoTriggerSizeThresholdBytes"] == "-1"


def test_a_claim_that_exists_is_used_and_none_is_made():
    found = rendered.of({"pulsar.tiered_storage": {"kind": "filesystem", "claim": "shared"}})

    assert [each for each in found.values() if each["kind"] == "PersistentVolumeClaim"] == []
    volumes = found["pulsar-broker"]["spec"]["template"]["spec"]["volumes"]
    assert volumes == [{"name": "offload", "persistentVolumeClaim": {"claimName": "shared"}}]


def test_an_image_of_one_s_own_may_have_the_offloader_that_the_official_one_lost():
    spec = stack_file.spec({"pulsar.tiered_storage": HDFS, "pulsar.image": "example.com/pulsar:4.0.13"})

    assert spec.pulsar.tiered_storage is not None


def test_hadoop_finds_the_site_and_logs_in_with_the_keytab():
    config, pod = broker({**HDFS, "site_config_map": "hadoop", "kerberos": KERBEROS})

    assert config["PULSAR_PREFIX_managedLedgerOffloadDriver"] == "filesystem"
    assert config["PULSAR_PREFIX_fileSystemURI"] == "hdfs://namenode:8020/pulsar"
    assert config["PULSAR_EXTRA_CLASSPATH"] == "/pulsar/hadoop"
    assert config["KRB5PRINCIPAL"] == "pulsar@EXAMPLE.COM"
    assert config["KRB5KEYTAB"] == "/pulsar/kerberos/keytab"
    assert config["JDK_JAVA_OPTIONS"] == "-Djava.security.krb5.conf=/pulsar/kerberos/krb5.conf"
    assert {each["mountPath"]: each["readOnly"] for each in pod["containers"][0]["volumeMounts"]} == {
        "/pulsar/hadoop": True,
        "/pulsar/kerberos": True,
    }


def test_without_kerberos_the_files_in_hdfs_belong_to_pulsar():
    config, _ = broker(HDFS)

    assert config["HADOOP_USER_NAME"] == "pulsar"


def test_namespaces_get_their_own_policies_and_lose_them_when_they_leave_the_file():
    namespaces = {"public/default": {"threshold": "1Gi", "deletion_lag": "5m"}, "audit/log": {"deletion_lag": "1d"}}
    job = rendered.of({"pulsar.tiered_storage": {**FILESYSTEM, "namespaces": namespaces}})["pulsar-offload-policies"]
    without = rendered.of({"pulsar.tiered_storage": {**FILESYSTEM, "namespaces": {}}})["pulsar-offload-policies"]
    script, last = (
        each["spec"]["template"]["spec"]["containers"][0]["command"][2].splitlines() for each in (job, without)
    )

    assert "policy public/default 1073741824 300000" in script
    assert "policy audit/log - 86400000" in script, "What is left out stays the stack's."
    assert not [line for line in last if line.startswith("policy ")]
    assert job["metadata"]["name"] != without["metadata"]["name"], "A Job whose work changed must run again."


def test_policies_that_the_stack_file_never_mentions_are_left_alone():
    assert "pulsar-offload-policies" not in rendered.of({"pulsar.tiered_storage": FILESYSTEM})


@pytest.mark.parametrize("name", ["default", "public/default/topic", "public/de fault", "$(id)/x"])
def test_a_namespace_that_is_none_is_refused(name: str):
    with pytest.raises(mistakes.NotADeployment, match="is not a Pulsar namespace"):
        stack_file.spec({"pulsar.tiered_storage": {**FILESYSTEM, "namespaces": {name: {}}}})
