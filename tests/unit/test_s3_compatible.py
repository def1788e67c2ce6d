"""S3-compatible stores: mistakes, what brokers are told, keys and their rotation, the server beside Pulsar."""

import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc

from components import mistakes, stack
from tests import rendered, stack_file
from tests.conftest import Deploy

STORE = {"kind": "s3-compatible", "bucket": "pulsar", "endpoint": "https://minio.example.com:9000"}
SERVER = {"kind": "s3-compatible", "bucket": "pulsar", "server": {"volume": {"size": "100Gi"}}}

CASES = {
    "no store": (
        {"kind": "s3-compatible", "bucket": "pulsar"},
        "tiered_storage.endpoint: is missing. Give the store's address, or `server: {volume: {size: 100Gi}}` for one "
        "that is run here.",
    ),
    "two stores": (
        {**STORE, **SERVER},
        "tiered_storage.server: would run a store, and https://minio.example.com:9000 exists already. Leave server or "
        "endpoint out.",
    ),
    "no scheme": (
        {**STORE, "endpoint": "minio.example.com:9000"},
        "tiered_storage.endpoint: minio.example.com:9000 has no scheme. Write https://minio.example.com:9000.",
    ),
    "no address": (
        {**STORE, "endpoint": "s3://pulsar"},
        "tiered_storage.endpoint: s3://pulsar is not an address. Write scheme, host and port, such as "
        "https://minio.example.com:9000.",
    ),
    "a port that is none": (
        {**STORE, "endpoint": "https://minio.example.com:port"},
        "tiered_storage.endpoint: https://minio.example.com:port is not an address. Write scheme, host and port, such "
        "as https://minio.example.com:9000.",
    ),
    "the bucket behind the address": (
        {**STORE, "endpoint": "https://minio.example.com:9000/pulsar/"},
        "tiered_storage.endpoint: https://minio.example.com:9000/pulsar/ names the bucket. Write "
        "https://minio.example.com:9000: the bucket has a setting of its own.",
    ),
    "the bucket in the host": (
        {**STORE, "endpoint": "https://pulsar.minio.example.com"},
        "tiered_storage.endpoint: https://pulsar.minio.example.com has the bucket in its host. Write "
        "https://minio.example.com.",
    ),
    "a cloud's own store": (
        {**STORE, "endpoint": "https://s3.eu-central-1.amazonaws.com"},
        "tiered_storage.endpoint: https://s3.eu-central-1.amazonaws.com is a cloud's own store. Use kind: s3, which "
        "has its encryption and its identities.",
    ),
    "plain text over the internet": (
        {**STORE, "endpoint": "http://minio.example.com"},
        "tiered_storage.endpoint: http://minio.example.com would send every message over the network in the clear. Use "
        "https://, or set plaintext: true where the network is your own.",
    ),
    "a user in the address": (
        {**STORE, "endpoint": "https://me@minio.example.com"},
        "tiered_storage.endpoint: holds a user, and the spec holds no secret. Set the keys with `pulumi config set "
        "--secret pulsar:object_store_access_key` and `pulumi config set --secret pulsar:object_store_secret_key`.",
    ),
    "a bucket with capitals": (
        {**STORE, "bucket": "Pulsar_Offload"},
        "tiered_storage.bucket: 'Pulsar_Offload' is not a bucket's name: 3 to 63 lower-case letters, digits and "
        "hyphens, with a letter or digit at both ends.",
    ),
    "a bucket with dots": (
        {**STORE, "bucket": "pulsar.offload"},
        "tiered_storage.bucket: 'pulsar.offload' is not a bucket's name: 3 to 63 lower-case letters, digits and "
        "hyphens, with a letter or digit at both ends. A dot, which S3 allows, breaks TLS where the bucket becomes "
        "part of the host.",
    ),
    "a volume without room": (
        {**SERVER, "server": {"volume": {"size": "100Mi"}}},
        "tiered_storage.server.volume.size: 100Mi has no room for SeaweedFS's files. Use at least 1Gi.",
    ),
    "no memory": (
        {**SERVER, "server": {"volume": {"size": "1Gi"}, "memory": "64Mi"}},
        "tiered_storage.server.memory: 64Mi is less than SeaweedFS needs. Use at least 256Mi.",
    ),
    "a key in the spec": (
        {**STORE, "access_key": "AKIA"},
        "tiered_storage.access_key: looks like a secret, and the spec holds none. Set it beside the spec with `pulumi "
        "config set --secret pulsar:NAME`, or name an existing Kubernetes Secret.",
    ),
}


@pytest.mark.parametrize(("store", "sentence"), CASES.values(), ids=CASES)
def test_the_author_is_told_what_is_wrong_and_the_way_out(store: Any, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({"pulsar.tiered_storage": store}), "test")

    assert f"  spec.pulsar.{sentence}" in str(refused.value).splitlines()


def broker(store: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    found = rendered.of({"pulsar.tiered_storage": store})
    return found["pulsar-broker-config"]["data"], found["pulsar-broker"]["spec"]["template"]["spec"]


def variables(pod: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each["valueFrom"]["secretKeyRef"] for each in pod["containers"][0].get("env", [])}


def test_brokers_know_the_bucket_and_take_the_keys_from_a_secret():
    config, pod = broker({**STORE, "region": "eu-1"})

    assert config["PULSAR_PREFIX_managedLedgerOffloadDriver"] == "S3"
    assert config["PULSAR_PREFIX_managedLedgerOffloadBucket"] == "pulsar"
    assert config["PULSAR_PREFIX_managedLedgerOffloadRegion"] == "eu-1"
    assert config["PULSAR_PREFIX_managedLedgerOffloadServiceEndpoint"] == "https://minio.example.com:9000"
    assert variables(pod) == {
        "ACCESS_KEY_ID": {"name": "pulsar-offload-1", "key": "access_key"},
        "ACCESS_KEY_SECRET": {"name": "pulsar-offload-1", "key": "secret_key"},
    }


def test_new_keys_roll_the_pods_that_use_them():
    first, second = (
        rendered.of({"pulsar.tiered_storage": {**SERVER, "key_generation": generation}}) for generation in (1, 2)
    )

    changed = {name for name, template in rendered.pod_templates(first) if template != dict(
        rendered.pod_templates(second))[name]}  # fmt: skip
    assert changed == {"pulsar-broker", "pulsar-seaweedfs"}, "Others would be restarted for nothing."


def test_a_secret_that_exists_is_used_and_its_rotation_rolls_the_pods_too():
    store = {**SERVER, "credentials_secret": "keys"}
    first, second = (
        rendered.of({"pulsar.tiered_storage": {**store, "key_generation": generation}}) for generation in (1, 2)
    )

    assert stack_file.spec({"pulsar.tiered_storage": store}).secrets == {}
    for name in ("pulsar-broker", "pulsar-seaweedfs"):
        one, other = (dict(rendered.pod_templates(each))[name] for each in (first, second))
        held = [each["valueFrom"]["secretKeyRef"]["name"] for each in one["spec"]["containers"][0]["env"]
                if "secretKeyRef" in each["valueFrom"]]  # fmt: skip
        assert held == ["keys", "keys"]
        assert one != other


def test_a_store_of_one_s_own_is_reached_by_its_s3_gateway_alone():
    found = rendered.of({"pulsar.tiered_storage": SERVER})
    server = found["pulsar-seaweedfs"]["spec"]["template"]["spec"]["containers"][0]
    broker_config = found["pulsar-broker-config"]["data"]

    assert broker_config["PULSAR_PREFIX_managedLedgerOffloadServiceEndpoint"] == (
        "http://pulsar-seaweedfs.pulsar.svc.cluster.local:8333"
    )
    assert "-ip.bind=127.0.0.1" in server["command"], "Its filer gives everything to everybody who reaches it."
    assert "-master.telemetry=false" in server["command"]
    assert [each["containerPort"] for each in server["ports"]] == [8333]
    assert [each["port"] for each in found["pulsar-seaweedfs-service"]["spec"]["ports"]] == [8333]


@pytest.mark.parametrize(("size", "limit", "files"), [("1Gi", 64, 14), ("100Gi", 4266, 21), ("10Ti", 30720, 307)])
def test_a_store_of_one_s_own_stops_before_its_volume_is_full(size: str, limit: int, files: int):
    found = rendered.of({"pulsar.tiered_storage": {**SERVER, "server": {"volume": {"size": size}}}})
    command = found["pulsar-seaweedfs"]["spec"]["template"]["spec"]["containers"][0]["command"]

    assert f"-master.volumeSizeLimitMB={limit}" in command
    assert f"-volume.max={files}" in command


@pytest.mark.parametrize(
    "endpoint", ["http://minio:9000", "http://10.1.2.3:9000", "http://minio.minio.svc:9000", "http://store.internal"]
)
def test_a_store_on_a_private_network_may_speak_plain_text(endpoint: str):
    config, _ = broker({**STORE, "endpoint": endpoint})

    assert config["PULSAR_PREFIX_managedLedgerOffloadServiceEndpoint"] == endpoint


KEYS = {"pulsar:object_store_access_key": "access", "pulsar:object_store_secret_key": "hidden"}


def config(store: dict[str, Any], **more: str) -> dict[str, str]:
    return {"pulsar:spec": json.dumps(stack_file.raw({"pulsar.tiered_storage": store})), **more}


def test_without_keys_nothing_is_registered(deploy: Deploy):
    with pytest.raises(pulumi.RunError) as refused:
        deploy(config=config(STORE))

    assert [line.partition(". ")[2] for line in str(refused.value).splitlines()[1:]] == [
        "Set it with `pulumi config set --secret pulsar:object_store_access_key`.",
        "Set it with `pulumi config set --secret pulsar:object_store_secret_key`.",
    ]


def test_keys_of_two_places_are_refused(deploy: Deploy):
    with pytest.raises(pulumi.RunError) as refused:
        deploy(config=config({**STORE, "credentials_secret": "keys"}, **KEYS))

    assert str(refused.value).splitlines()[1] == (
        "  spec.pulsar.tiered_storage: uses the Secret keys, and the secret pulsar:object_store_access_key is set as "
        "well. Take one of them out: `pulumi config rm pulsar:object_store_access_key`."
    )


def test_the_keys_stand_in_one_secret_before_the_pods_that_need_it(deploy: Deploy):
    deployment = deploy(config=config(SERVER, **KEYS))
    secret = deployment.one("Secret", "pulsar-offload-1")

    assert rpc.is_rpc_secret(secret.inputs["stringData"])
    assert rpc.unwrap_rpc_secret(secret.inputs["stringData"]) == {"access_key": "access", "secret_key": "hidden"}
    for role in ("broker", "seaweedfs"):
        pods = deployment.one("StatefulSet", f"pulsar-{role}")
        component = next(each for each in deployment if each.urn == pods.parent)
        assert secret.urn in component.dependencies | pods.dependencies, f"The {role} would wait for the kubelet."
    everything_else = [each for each in deployment if each is not secret]
    assert "hidden" not in json.dumps([each.inputs for each in everything_else], default=str)
