"""The same stack file, handed to StreamNative's operator: a resource for each part of Pulsar, and no other meaning."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from components.mistakes import NotADeployment
from components.pulsar.contributions import Process
from components.pulsar.deployment import namespace_manifest
from components.pulsar.lifecycle.upgrades import Running, refusal
from evaluation.explain import explain
from evaluation.program import evaluate
from tests import custom_resources, stack_file
from tests.kaap_stacks import S3, ZOOKEEPER
from tests.streamnative_stacks import LICENCE, STACKS, STREAMNATIVE, resources
from tests.unit.test_kaap import EVERY_OPERATOR_S, SECRETS

PREFIX = "PULSAR_PREFIX_"


def told(changes: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """What each resource says, by its kind."""
    found = resources(stack_file.spec({**STREAMNATIVE, **(changes or {})}))
    return {kind: manifest["spec"] for kind, manifest in found.items()}


@pytest.mark.parametrize("changes", STACKS.values(), ids=STACKS)
def test_every_field_is_one_that_the_operator_knows(changes):
    for manifest in resources(stack_file.spec({**STREAMNATIVE, **changes})).values():
        custom_resources.validate(manifest)


def test_the_parts_are_made_in_the_order_in_which_they_need_each_other():
    assert list(told()) == ["PulsarCoordinator", "ZooKeeperCluster", "BookKeeperCluster", "PulsarBroker", "PulsarProxy"]


@pytest.mark.parametrize(("name", "changes"), STACKS.items(), ids=STACKS)
def test_the_program_deploys_it_with_none_of_the_pods_that_are_the_operator_s(name, changes):
    raw = stack_file.raw({**STREAMNATIVE, **changes})
    registered = evaluate("test", {"pulsar:spec": raw, **LICENCE, **SECRETS.get(name, {})})

    kinds = [each.type.rpartition(":")[2] for each in registered]
    assert kinds.count("PulsarBroker") == kinds.count("BookKeeperCluster") == 1
    assert "StatefulSet" not in kinds
    assert [each.name for each in registered if each.type.endswith(":Deployment")] == [
        f"{raw['pulsar'].get('name', 'pulsar')}-toolset"
    ], "The tools' pod is this program's."
    assert not [each.name for each in registered if each.type.endswith(":Job") and "initialise" in each.name]


@hypothesis.given(
    bookies=st.integers(3, 9),
    brokers=st.integers(1, 9),
    heap=st.integers(1, 64),
    direct=st.integers(1, 64),
    config=st.dictionaries(
        st.sampled_from(["maxProducersPerTopic", "brokerDeleteInactiveTopicsEnabled"]), st.integers(0, 9)
    ),
)
def test_brokers_and_bookies_are_told_what_they_are_told_without_an_operator(bookies, brokers, heap, direct, config):
    memory = {"heap": f"{heap}Gi", "direct": f"{direct}Gi"}
    changes = {
        "pulsar.bookkeeper": {"replicas": bookies, "ensemble": 3, "memory": memory},
        "pulsar.broker": {"replicas": brokers, "memory": memory, "config": config},
    }
    native = stack_file.spec({**ZOOKEEPER, **changes})
    pods, found = native.pulsar.workloads(native.cluster.offer), told(changes)
    left_out = stack_file.spec(STREAMNATIVE).pulsar.operator.left_out

    roles: tuple[tuple[str, Process], ...] = (("PulsarBroker", "broker"), ("BookKeeperCluster", "bookie"))
    for kind, role in roles:
        wanted = {key: each.value for key, each in native.pulsar.settings(role).items() if key not in left_out[role]}
        custom = found[kind]["config"]["custom"]
        assert {key.removeprefix(PREFIX): value for key, value in custom.items()} == wanted
        assert all(key.startswith(PREFIX) for key in custom), "Another key would be read only where the file has it."
        assert found[kind]["replicas"] == pods[role].replicas
        assert found[kind]["pod"]["resources"]["limits"] == {"memory": pods[role].memory}
    flags = " ".join(found["PulsarBroker"]["pod"]["jvmOptions"]["memoryOptions"])
    assert flags == native.pulsar.broker.memory.jvm_flags


def test_what_is_left_out_of_the_keys_is_told_by_a_field():
    found = told({"pulsar.metadata": {"store": "zookeeper", "replicas": 3}})

    members = ",".join(
        f"pulsar-zookeeper-{number}.pulsar-zookeeper-headless.pulsar.svc.cluster.local:2181" for number in range(3)
    )
    assert found["BookKeeperCluster"]["zkServers"] == found["PulsarBroker"]["zkServers"] == members
    assert found["PulsarBroker"]["config"]["clusterName"] == found["PulsarProxy"]["config"]["clusterName"] == "pulsar"
    assert found["PulsarProxy"]["brokerAddress"] == "pulsar-broker"


def test_volumes_are_those_of_the_stack_file_and_stay_when_a_bookie_goes():
    found = told(STACKS["a large one"])
    storage, persistence = found["BookKeeperCluster"]["storage"], found["ZooKeeperCluster"]["persistence"]

    def claim(size: str) -> dict[str, Any]:
        requests = {"requests": {"storage": size}}
        return {"accessModes": ["ReadWriteOnce"], "resources": requests, "storageClassName": "fast"}

    assert storage["journal"]["volumeClaimTemplate"] == claim("40Gi")
    assert storage["ledger"]["volumeClaimTemplate"] == claim("200Gi")
    assert (persistence["data"], persistence["dataLog"]) == (claim("20Gi"), claim("8Gi"))
    assert storage["reclaimPolicy"] == persistence["reclaimPolicy"] == "Retain", "Unless told, volumes go with a part."
    assert told()["ZooKeeperCluster"]["persistence"]["dataLog"]["resources"] == {"requests": {"storage": "0"}}


def test_zookeeper_s_keys_are_fields_where_there_are_some():
    found = told(STACKS["a large one"])["ZooKeeperCluster"]

    assert found["config"] == {"tickTime": 3000, "custom": {f"{PREFIX}forceSync": "no"}}
    assert found["image"] == "r.example.com/zookeeper:1"


def test_pods_and_services_are_called_and_labelled_as_without_an_operator():
    found = told(STACKS["a large one"])

    objects = {
        f"{kind}.{name}": each for kind, spec in found.items() for name, each in spec.get("apiObjects", {}).items()
    }
    names = {name: each["metadata"]["name"] for name, each in objects.items() if "name" in each.get("metadata", {})}
    sets = {name for kind, name in names.items() if kind.endswith("tatefulSet")}
    assert sets == {f"events-{role}" for role in ("zookeeper", "bookie", "autorecovery", "broker", "proxy")}
    assert names["PulsarBroker.internalService"] == "events-broker"
    assert names["ZooKeeperCluster.headlessService"] == "events-zookeeper-headless"
    assert found["BookKeeperCluster"]["pod"]["labels"]["app.kubernetes.io/name"] == "bookie"


def test_a_service_for_the_outside_is_there_where_the_stack_file_asks_for_one():
    inside, outside = (
        told(changes)["PulsarProxy"]["apiObjects"]["externalService"] for changes in ({}, STACKS["a large one"])
    )

    assert inside == {"managed": False}, "The operator opens a load balancer unless it is told not to."
    assert outside == {"type": "LoadBalancer", "metadata": {"annotations": {"internal": "true"}}}


def test_keys_of_a_bucket_are_named_and_never_written():
    broker = told({"pulsar.tiered_storage": S3})["PulsarBroker"]

    keys = {
        each["name"]: each.get("valueFrom", {}).get("secretKeyRef", {}).get("name") for each in broker["pod"]["vars"]
    }
    assert keys["ACCESS_KEY_ID"] == keys["ACCESS_KEY_SECRET"] == "pulsar-offload-1"
    assert broker["config"]["custom"][f"{PREFIX}managedLedgerOffloadDriver"] == "S3"


def test_a_key_in_a_file_is_mounted_beside_what_the_operator_mounts():
    broker = told(STACKS["older messages in Google's cloud"])["PulsarBroker"]

    (key,) = broker["pod"]["secretRefs"]
    file = broker["config"]["custom"][f"{PREFIX}gcsManagedLedgerOffloadServiceAccountKeyFile"]
    assert file.startswith(f"{key['mountPath']}/")
    assert key["secretName"].startswith("pulsar-offload")
    assert set(broker["apiObjects"]["statefulSet"]) == {"metadata"}, "Mounts there replace the operator's own."


def test_hadoop_is_told_who_the_brokers_are():
    broker = told(STACKS["older messages in Hadoop"])["PulsarBroker"]

    assert {"name": "HADOOP_USER_NAME", "value": "pulsar"} in broker["pod"]["vars"]


def test_small_jvms_are_told_their_flags_once():
    options = told(STACKS["a small one"])["BookKeeperCluster"]["pod"]["jvmOptions"]

    assert "-XX:+UseSerialGC" in options["gcOptions"]
    assert all(len(flags) == len(set(flags)) for flags in options.values()), "The resource refuses a flag twice."


def test_autorecovery_in_the_bookies_has_no_pods():
    found = told(STACKS["a small one"])["BookKeeperCluster"]

    assert found["autoRecovery"] == {"replicas": 0}
    assert found["config"]["custom"][f"{PREFIX}autoRecoveryDaemonEnabled"] == "true"


def test_every_part_but_the_coordinator_is_waited_for_by_its_own_pods():
    found = resources(stack_file.spec({**STREAMNATIVE, "pulsar.broker.replicas": 5}))
    waits = {kind: each["metadata"]["annotations"].get("pulumi.com/waitFor") for kind, each in found.items()}

    assert waits.pop("PulsarCoordinator") is None
    assert waits["PulsarBroker"] == '["jsonpath={.status.updatedReplicas}=5", "jsonpath={.status.readyReplicas}=5"]'
    assert all(waits.values())


def test_the_licence_stands_beside_the_spec_and_only_where_the_operator_is_installed():
    own = stack_file.spec({**STREAMNATIVE, "pulsar.operator.install": False})

    assert stack_file.spec(STREAMNATIVE).secrets == {"streamnative_licence": "operator"}
    assert own.secrets == {}


def test_the_namespace_takes_pods_that_the_operator_can_make():
    labels = namespace_manifest(stack_file.spec(STREAMNATIVE).pulsar)["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"


def test_explain_tells_nothing_that_the_operator_is_not_told():
    lines = {(each.section, each.path) for each in explain("test", stack_file.raw(STREAMNATIVE))}

    assert ("broker: conf/broker.conf", "webServicePort") in lines
    assert ("broker: conf/broker.conf", "metadataStoreUrl") not in lines


MISTAKES = [
    *EVERY_OPERATOR_S,
    (
        {"pulsar.operator": {"kind": "streamnative"}},
        "pulsar.operator.licence_acknowledged: is not true, and StreamNative's operator and its images are "
        "proprietary: they may be run under its licence alone "
        "(https://docs.streamnative.io/private/private-cloud-licenses). Once you have read it and have one, write",
    ),
    ({"pulsar.metadata": {"store": "etcd"}}, "pulsar.metadata.store: is etcd, and this program hands"),
    (
        {"pulsar.metadata": {"store": "oxia"}},
        "The operator has resources for Oxia, and this program doesn't write them.",
    ),
    ({"pulsar.metadata.config": {"tickTime": "slow"}}, "pulsar.metadata.config.tickTime: 'slow' is no whole number"),
    ({"pulsar.websocket": {"run_in": "pods"}}, "pulsar.websocket.run_in: is pods"),
    ({"pulsar.functions": {"run_in": "brokers"}}, "pulsar.functions.run_in: is brokers"),
    ({"pulsar.functions": {"run_in": "pods"}}, "pulsar.functions.run_in: is pods"),
    (
        {"pulsar.tiered_storage": {"kind": "filesystem", "size": "1Ti", "storage_class": "shared"}},
        "pulsar.tiered_storage: needs a volume of the brokers' pods (persistentVolumeClaim)",
    ),
    (
        {**STACKS["older messages in Hadoop"], "pulsar.tiered_storage.site_config_map": "hadoop"},
        "pulsar.tiered_storage: needs a volume of the brokers' pods (configMap), and what a PulsarBroker adds",
    ),
    (
        {"operators.resources": {"namespace": "sn-operator"}},
        "operators.resources.namespace: sn-operator is made for StreamNative's operator as well",
    ),
    (
        {"pulsar.operator.install": False, "pulsar.operator.version": "0.21.1"},
        "is for installing StreamNative's operator",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_what_the_operator_can_not_do_is_refused_with_the_way_out(changes, sentence):
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec({**STREAMNATIVE, **changes})

    assert sentence in str(refused.value)


def test_a_first_stack_file_is_told_all_that_it_misses_at_once():
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec({"pulsar.operator.kind": "streamnative"})

    for part in ("operator.licence_acknowledged", "image", "metadata.store", "websocket.run_in"):
        assert f"pulsar.{part}: " in str(refused.value)


def test_bookies_and_members_are_guarded_as_without_an_operator():
    spec = stack_file.spec(
        {**STREAMNATIVE, "pulsar.bookkeeper": {"replicas": 4, "decommissioned": ["pulsar-bookie-3"]}}
    )
    handed = spec.pulsar.operator.parts(spec.pulsar, spec.cluster.offer).handed
    assert handed
    guards = {each.name: each.guard for each in handed.resources}
    bookies, members = guards["pulsar-bookkeeper"], guards["pulsar-zookeeper"]

    assert bookies
    assert members
    assert bookies(4, 3) is None
    assert "the ledgers on pulsar-bookie-2" in str(bookies(4, 2))
    assert "zookeeper's members don't follow" in str(members(3, 5))
    assert guards["pulsar-broker"] is guards["pulsar-proxy"] is None


@pytest.mark.parametrize("before", ["native", "kaap"])
def test_whoever_runs_a_pulsar_goes_on_running_it(before):
    refused = refusal(Running("4.0.13", operator=before), Running("4.0.13", operator="streamnative"))

    assert refused
    assert f"operator.kind goes from {before} to streamnative" in refused
    assert "bring a new cluster up" in refused
