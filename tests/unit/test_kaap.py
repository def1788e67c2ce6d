"""The same stack file, handed to KAAP: one resource that its definition knows every field of, and no other meaning."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from components.mistakes import NotADeployment
from components.operators.kaap_cluster import COMPONENTS
from components.pulsar.contributions import Process
from components.pulsar.deployment import namespace_manifest
from components.pulsar.lifecycle.upgrades import Running, inputs, refusal
from evaluation.explain import explain
from evaluation.program import evaluate
from tests import custom_resources, stack_file
from tests.kaap_stacks import KAAP, S3, STACKS, ZOOKEEPER, resource

SECRETS = {
    "older messages in a bucket": {"pulsar:object_store_access_key": "made up", "pulsar:object_store_secret_key": "too"}
}


def conf(part: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in part["config"].items() if not key.startswith(("PULSAR_", "BOOKIE_"))}


@pytest.mark.parametrize("changes", STACKS.values(), ids=STACKS)
def test_every_field_is_one_that_kaap_knows(changes):
    custom_resources.validate(resource(stack_file.spec({**KAAP, **changes})))


@pytest.mark.parametrize(("name", "changes"), STACKS.items(), ids=STACKS)
def test_the_program_deploys_it_with_none_of_the_pods_that_are_kaap_s(name, changes):
    registered = evaluate("test", {"pulsar:spec": stack_file.raw({**KAAP, **changes}), **SECRETS.get(name, {})})

    kinds = [each.type.rpartition(":")[2] for each in registered]
    assert kinds.count("PulsarCluster") == 1
    assert "StatefulSet" not in kinds
    assert "Deployment" not in kinds
    jobs = [each.name for each in registered if each.type.endswith(":Job")]
    assert not [name for name in jobs if "initialise" in name], "KAAP writes the metadata itself."


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
    native, kaap = stack_file.spec({**ZOOKEEPER, **changes}), stack_file.spec({**KAAP, **changes})
    told, pods = resource(kaap)["spec"], native.pulsar.workloads(native.cluster.offer)

    roles: tuple[tuple[str, Process], ...] = (("broker", "broker"), ("bookkeeper", "bookie"))
    for part, role in roles:
        wanted = {key: each.value for key, each in native.pulsar.settings(role).items()}
        wanted.pop("statusFilePath", None)
        defaults = {key for each in kaap.pulsar.operator.contributions() for key in each.tunable.get(role, {})}
        got = conf(told[part])
        assert got.keys() - defaults == wanted.keys() - defaults
        # KAAP calls the Service of ZooKeeper's members otherwise.
        assert {key: value for key, value in got.items() if key in wanted} == {
            key: value.replace("-zookeeper-headless.", "-zookeeper.") for key, value in wanted.items()
        }
        assert told[part]["replicas"] == pods[role].replicas
        assert told[part]["resources"]["limits"] == {"memory": pods[role].memory}
    assert told["broker"]["config"]["PULSAR_MEM"] == kaap.pulsar.broker.memory.jvm_flags
    assert told["bookkeeper"]["config"]["BOOKIE_MEM"] == kaap.pulsar.bookkeeper.memory.jvm_flags


def test_what_kaap_would_decide_otherwise_is_decided_as_pulsar_does_and_may_be_chosen():
    plain = resource(stack_file.spec(KAAP))["spec"]["broker"]["config"]
    chosen = resource(
        stack_file.spec({**KAAP, "pulsar.broker.config": {"backlogQuotaDefaultRetentionPolicy": "producer_exception"}})
    )

    assert plain["backlogQuotaDefaultRetentionPolicy"] == "producer_request_hold"
    assert plain["bookkeeperClientRegionawarePolicyEnabled"] == "false"
    assert chosen["spec"]["broker"]["config"]["backlogQuotaDefaultRetentionPolicy"] == "producer_exception"


def test_volumes_are_those_of_the_stack_file_and_stay_when_a_bookie_goes():
    told = resource(stack_file.spec({**KAAP, **STACKS["a large one"]}))["spec"]

    assert told["bookkeeper"]["volumes"] == {
        "journal": {"name": "journal", "size": "40Gi", "existingStorageClassName": "fast"},
        "ledgers": {"name": "ledgers", "size": "200Gi", "existingStorageClassName": "fast"},
    }
    assert told["bookkeeper"]["cleanUpPvcs"] is False, "KAAP deletes the volumes of bookies that go, unless told."
    assert told["zookeeper"]["dataVolume"]["existingStorageClassName"] == "fast"
    assert told["zookeeper"]["config"]["tickTime"] == "3000"
    assert told["zookeeper"]["image"] == "r.example.com/zookeeper:1"


def test_pods_and_services_are_called_and_labelled_as_without_an_operator():
    spec = stack_file.spec({**KAAP, **STACKS["a large one"]})
    told = resource(spec)["spec"]
    native = stack_file.spec({**STACKS["a large one"]}).pulsar.workloads(spec.cluster.offer)

    assert told["global"]["components"] == COMPONENTS
    names = {f"{told['global']['name']}-{base}" for base in COMPONENTS.values()}
    assert {work.name for role, work in native.items() if role != "websocket"} <= names
    assert told["broker"]["podLabels"]["app.kubernetes.io/name"] == "broker"


def test_websocket_is_a_container_of_the_proxies_on_a_port_of_its_own():
    spec = stack_file.spec(KAAP)
    told = resource(spec)["spec"]["proxy"]

    assert told["webSocket"]["enabled"]
    assert "webServicePort" not in told["webSocket"]["config"], "The proxy beside it has 8080; KAAP's own is 8000."
    assert spec.pulsar.operator.websocket_at == ("proxy", 8000)
    assert stack_file.spec({}).pulsar.operator.websocket_at == ("websocket", 8080)


def test_keys_of_a_bucket_are_named_and_never_written():
    broker = resource(stack_file.spec({**KAAP, "pulsar.tiered_storage": S3}))["spec"]["broker"]

    keys = {each["name"]: each.get("valueFrom", {}).get("secretKeyRef", {}).get("name") for each in broker["env"]}
    assert keys["ACCESS_KEY_ID"] == keys["ACCESS_KEY_SECRET"] == "pulsar-offload-1"
    assert broker["config"]["managedLedgerOffloadDriver"] == "S3"


def test_a_store_that_runs_beside_pulsar_is_this_program_s_all_the_same():
    store = {"kind": "s3-compatible", "bucket": "old", "server": {"volume": {"size": "100Gi"}}}
    spec = stack_file.spec({**KAAP, "pulsar.tiered_storage": store})

    assert list(spec.pulsar.operator.parts(spec.pulsar, spec.cluster.offer).workloads) == ["seaweedfs"]
    assert "-seaweedfs." in resource(spec)["spec"]["broker"]["config"]["managedLedgerOffloadServiceEndpoint"]


def test_the_brokers_find_a_volume_for_older_messages():
    broker = resource(stack_file.spec({**KAAP, **STACKS["older messages on a volume"]}))["spec"]["broker"]

    assert broker["additionalVolumes"] == {
        "volumes": [{"name": "offload", "persistentVolumeClaim": {"claimName": "pulsar-offload"}}],
        "mounts": [{"name": "offload", "mountPath": "/pulsar/offload"}],
    }


def test_kaap_changes_the_number_of_brokers_only_where_it_is_let():
    scaled = resource(stack_file.spec({**KAAP, **STACKS["brokers by how busy they are"]}))["spec"]["broker"]

    assert scaled["autoscaler"] == {
        "enabled": True,
        "min": 2,
        "max": 9,
        "lowerCpuThreshold": 0.2,
        "higherCpuThreshold": 0.8,
    }
    assert "autoscaler" not in resource(stack_file.spec(KAAP))["spec"]["broker"]


def test_functions_keep_their_state_where_kaap_s_bookies_are():
    broker = resource(stack_file.spec({**KAAP, **STACKS["functions in the brokers"]}))["spec"]["broker"]

    told = {each["name"]: each["value"] for each in broker["env"]}
    assert broker["functionsWorkerEnabled"] is True
    assert told["PF_stateStorageServiceUrl"] == "bk://pulsar-bookie.pulsar.svc.cluster.local:4181"


def test_the_namespace_takes_pods_that_kaap_can_make():
    level = "pod-security.kubernetes.io/enforce"

    assert namespace_manifest(stack_file.spec(KAAP).pulsar)["metadata"]["labels"][level] == "baseline"
    assert namespace_manifest(stack_file.spec({}).pulsar)["metadata"]["labels"][level] == "restricted"


def test_explain_tells_what_the_operator_decided_and_nothing_that_it_is_not_told():
    lines = {(each.section, each.path): each for each in explain("test", stack_file.raw(KAAP))}

    region = lines["broker: conf/broker.conf", "bookkeeperClientRegionawarePolicyEnabled"]
    assert (region.value, region.source) == ("false", "operator: kaap")
    assert ("broker: conf/broker.conf", "statusFilePath") not in lines
    assert lines["Settings", "pulsar.operator.kind"].value == "kaap"


EVERY_OPERATOR_S: list[tuple[dict[str, Any], str]] = [
    (
        {"pulsar.configuration_metadata": {"store": "existing", "url": "zk:zk.example.com:2181"}},
        "pulsar.configuration_metadata: is a store apart",
    ),
    (
        {"pulsar.metadata_backup": {"schedule": "0 3 * * *"}, "pulsar.tiered_storage": S3},
        "pulsar.metadata_backup: takes snapshots by a port of ZooKeeper's",
    ),
    (
        {"pulsar.metadata.config": {"autopurge.purgeInterval": 2}},
        "pulsar.metadata.config.autopurge.purgeInterval: can't be told to ",
    ),
    ({"pulsar.broker.config": {"a.b": 1}}, "pulsar.broker.config.a.b: can't be told to "),
    ({"pulsar.version": "5.0.0"}, "pulsar.version: 5.0.0 is not handed to "),
    (
        {"pulsar.proxy.service": {"type": "NodePort", "node_ports": {"pulsar": 30080, "http": 30081}}},
        "pulsar.proxy.service.node_ports: can't be told to ",
    ),
    (
        {"pulsar.proxy.service": {"type": "LoadBalancer", "source_ranges": ["10.0.0.0/8"]}},
        "pulsar.proxy.service.source_ranges: can't be told to ",
    ),
    (
        {"pulsar.protocols": {"mqtt": {"archive": {"image": "r.example.com/mop:1", "path": "/mop.nar"}}}},
        "pulsar.protocols: are handlers",
    ),
    ({"pulsar.operator.namespace": "pulsar"}, "pulsar.operator.namespace: pulsar is made for Pulsar as well"),
]
"""What no operator that is known here can do, and how the sentence begins."""
MISTAKES = [
    *EVERY_OPERATOR_S,
    (
        {"pulsar.metadata": {"store": "etcd"}},
        "pulsar.metadata.store: is etcd, and KAAP runs Pulsar on ZooKeeper alone.",
    ),
    (
        {"pulsar.metadata": {"store": "oxia"}},
        "pulsar.metadata.store: is oxia, and KAAP runs Pulsar on ZooKeeper alone.",
    ),
    ({"pulsar.metadata.log_volume": {"size": "8Gi"}}, "pulsar.metadata.log_volume: is a second volume"),
    ({"pulsar.websocket": {"replicas": 5}}, "pulsar.websocket.replicas: is 5, and KAAP runs WebSocket"),
    ({"pulsar.functions": {"run_in": "pods", "runtime": "thread"}}, "pulsar.functions.runtime: is thread"),
    ({"pulsar.functions": {"run_in": "brokers", "runtime": "kubernetes"}}, "pulsar.functions.runtime: is kubernetes"),
    (
        {"pulsar.operator.broker_autoscaling": {"min": 4, "max": 9}},
        "pulsar.broker.replicas: is 3, and operator.broker_autoscaling goes from 4 to 9.",
    ),
    (
        {"pulsar.operator.broker_autoscaling": {"min": 3, "max": 2}},
        "pulsar.operator.broker_autoscaling.max: is 2, and min is 3.",
    ),
    (
        {"pulsar.operator.broker_autoscaling": {"min": 3, "max": 9, "lower_cpu": 0.9}},
        "pulsar.operator.broker_autoscaling.higher_cpu: is 0.8, and lower_cpu is 0.9",
    ),
    ({"operators.resources": {"namespace": "kaap"}}, "operators.resources.namespace: kaap is made for KAAP as well"),
    ({"pulsar.operator.install": False, "pulsar.operator.version": "0.4.2"}, "is for installing KAAP"),
    ({"pulsar.operator.kind": "kapp"}, "pulsar.operator"),
]


@pytest.mark.parametrize(("changes", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_what_kaap_can_not_do_is_refused_with_the_way_out(changes, sentence):
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec({**KAAP, **changes})

    assert sentence in str(refused.value)


def test_a_stack_without_an_operator_may_have_all_of_it():
    assert stack_file.spec({**ZOOKEEPER, "pulsar.websocket.replicas": 5, "pulsar.metadata.log_volume": {"size": "8Gi"}})


def test_bookies_and_members_are_guarded_as_without_an_operator():
    spec = stack_file.spec({**KAAP, "pulsar.bookkeeper": {"replicas": 4, "decommissioned": ["pulsar-bookie-3"]}})
    handed = spec.pulsar.operator.parts(spec.pulsar, spec.cluster.offer).handed

    assert handed
    guards = handed.resources[0].part_guards
    assert guards["bookkeeper"](4, 3) is None
    assert "the ledgers on pulsar-bookie-2" in str(guards["bookkeeper"](4, 2))
    assert "zookeeper's members don't follow" in str(guards["zookeeper"](3, 5))


def test_whoever_runs_a_pulsar_goes_on_running_it():
    refused = refusal(Running("4.0.13"), Running("4.0.13", operator="kaap"))

    assert refused
    assert "operator.kind goes from native to kaap" in refused
    assert "bring a new cluster up" in refused
    assert refusal(Running("4.0.8", operator="kaap"), Running("4.0.13", operator="kaap")) is None
    assert inputs(Running("4.0.13")) == {"version": "4.0.13"}, "The state of every stack that is there would change."
