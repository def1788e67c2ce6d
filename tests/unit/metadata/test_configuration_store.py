"""A store apart for what several clusters share."""

import subprocess
from typing import Any

import pytest

from components import mistakes, stack
from tests import rendered, stack_file

ELSEWHERE = {"pulsar.configuration_metadata": {"store": "existing", "url": "zk:zk1:2181,zk2:2181/shared"}}
HERE = {"pulsar.configuration_metadata": {"store": "zookeeper"}}
BOTH_ETCD = {
    "pulsar.metadata": {"tls": {"issuer": {"name": "one"}}},
    "pulsar.configuration_metadata": {"store": "etcd", "tls": {"issuer": {"name": "two"}}},
}
TOGETHER = "pulsar-configuration-zookeeper-0.pulsar-configuration-zookeeper-headless.pulsar.svc.cluster.local:2181"


def test_what_is_shared_is_read_from_the_store_apart_and_all_else_from_the_clusters_own():
    pulsar = stack_file.spec(ELSEWHERE).pulsar
    broker = pulsar.settings("broker")

    assert broker["configurationMetadataStoreUrl"].value == "zk:zk1:2181,zk2:2181/shared"
    assert broker["metadataStoreUrl"].value.startswith("etcd:")
    assert pulsar.settings("websocket")["configurationMetadataStoreUrl"].value == "zk:zk1:2181,zk2:2181/shared"
    assert pulsar.settings("bookie")["metadataServiceUri"].value.startswith("metadata-store:etcd:")


def test_the_clusters_entry_is_written_to_the_store_apart_even_where_another_cluster_came_first():
    script = rendered.of(ELSEWHERE)["initialise"]["spec"]["template"]["spec"]["containers"][0]["command"][-1]

    assert "--configuration-metadata-store 'zk:zk1:2181,zk2:2181/shared'" in script
    assert "if false; then" in script, "Nothing in a shared store tells that this cluster's part is complete."
    alone = rendered.of()["initialise"]["spec"]["template"]["spec"]["containers"][0]["command"][-1]
    assert "if metadata_has /ledgers/INSTANCEID && metadata_has /admin/policies/public/default; then" in alone


def test_brokers_wait_for_their_own_clusters_entry():
    (container,) = rendered.of(ELSEWHERE)["pulsar-broker"]["spec"]["template"]["spec"]["containers"]

    assert "metadata_has /admin/clusters/pulsar;" in container["command"][-1]


def test_each_key_is_asked_of_the_store_that_has_it():
    spec = stack_file.spec(ELSEWHERE).pulsar
    script = "\n".join(
        (
            spec.stores.shell_functions(spec.place),
            "own_has() { echo own $1; }",
            "configuration_has() { echo configuration $1; }",
            "metadata_has /ledgers/INSTANCEID",
            "metadata_has /admin/clusters/pulsar",
        )
    )
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout

    assert said.splitlines() == ["own /ledgers/INSTANCEID", "configuration /admin/clusters/pulsar"]


def test_a_store_apart_may_be_deployed_beside_one_of_the_same_kind():
    found = rendered.of({**HERE, "pulsar.metadata.store": "zookeeper"})

    assert {"pulsar-zookeeper", "pulsar-configuration-zookeeper"} <= found.keys()
    broker = stack_file.spec({**HERE, "pulsar.metadata.store": "zookeeper"}).pulsar.settings("broker")
    assert TOGETHER in broker["configurationMetadataStoreUrl"].value
    assert "configuration" not in broker["metadataStoreUrl"].value
    selectors = [found[name]["spec"]["selector"]["matchLabels"] for name in found if name.endswith("-zookeeper")]
    assert selectors[0] != selectors[1]


def test_two_etcds_with_certificates_each_have_their_own_of_everything():
    pulsar = stack_file.spec(BOTH_ETCD).pulsar
    found = rendered.of(BOTH_ETCD)
    broker = pulsar.settings("broker")

    assert broker["metadataStoreConfigPath"].value != broker["configurationStoreConfigPath"].value
    spec = found["pulsar-websocket"]["spec"]["template"]["spec"]
    ports = [flag for each in spec["initContainers"] for flag in each["command"] if flag.startswith("--listen-addr")]
    assert len(set(ports)) == 2
    bookie = found["pulsar-bookie"]["spec"]["template"]["spec"]
    assert len(bookie["initContainers"]) == 1, "Bookies never read the configuration."
    assert "pulsar-configuration-etcd-clients-tls" in found


def test_the_members_of_a_store_apart_stay_too():
    guards = stack_file.spec(HERE).pulsar.guards()

    assert "configuration_metadata.replicas goes from 3 to 1" in str(guards["configuration-zookeeper"](3, 1))
    assert "metadata.replicas goes from 3 to 1" in str(guards["etcd"](3, 1))


WRONG = {
    "not an address": ({"store": "existing", "url": "zookeeper"}, "url: 'zookeeper' is not an address of a store"),
    "no port": ({"store": "existing", "url": "zk:a,b:2181"}, "url: 'zk:a,b:2181' is not how Pulsar writes it"),
    "etcd's scheme once": (
        {"store": "existing", "url": "etcd:http://a:2379,b:2379"},
        "each with http:// before it",
    ),
    "certificates": ({"store": "existing", "url": "etcd:https://a:2379"}, "url: asks for certificates"),
    "no kind": ({"url": "zk:a:2181"}, "configuration_metadata: doesn't say store"),
    "even members": ({"store": "zookeeper", "replicas": 2}, "configuration_metadata.replicas: 2 members survive"),
}


@pytest.mark.parametrize(("shared", "sentence"), WRONG.values(), ids=WRONG)
def test_a_store_apart_that_can_not_be_is_refused(shared: dict[str, Any], sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({"pulsar.configuration_metadata": shared}), "test")

    assert sentence in str(refused.value)


def test_a_release_that_can_not_speak_to_the_store_apart_is_refused():
    shared = {"store": "existing", "url": "etcd:http://a:2379"}
    changes = {"pulsar.version": "5.0.0", "pulsar.metadata.store": "zookeeper", "pulsar.configuration_metadata": shared}
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw(changes), "test")

    assert "spec.pulsar.configuration_metadata.url: etcd can't keep the metadata of Pulsar 5.0.0" in str(refused.value)


def test_names_that_a_store_apart_would_make_too_long_are_refused():
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({**HERE, "pulsar.name": "p" * 33}), "test")

    assert "is too long for a configuration store beside it" in str(refused.value)
