"""Where Pulsar's functions worker runs, what it needs there, and what it can't have."""

import pytest

from components.mistakes import NotADeployment
from tests import rendered, stack_file

ONE = {"pulsar.broker.replicas": 1}


def environment(**functions: object) -> dict[str, str]:
    return rendered.of({**ONE, "pulsar.functions": functions})["pulsar-broker-config"]["data"]


def test_without_functions_the_brokers_run_no_worker():
    assert rendered.of()["pulsar-broker-config"]["data"]["PULSAR_PREFIX_functionsWorkerEnabled"] == "false"


def test_brokers_with_functions_write_the_worker_s_file_and_keep_its_packages_on_a_volume():
    found = rendered.of({**ONE, "pulsar.functions": {"run_in": "brokers"}})
    (container,) = found["pulsar-broker"]["spec"]["template"]["spec"]["containers"]

    assert "gen-yml-from-env.py conf/functions_worker.yml" in container["command"][-1]
    assert {"name": "packages", "mountPath": "/pulsar/packages-storage"} in container["volumeMounts"]
    assert found["pulsar-packages"]["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_functions_of_its_own_pods_are_known_to_the_proxy_and_not_run_by_brokers():
    found = rendered.of({**ONE, "pulsar.functions": {"run_in": "pods"}})

    assert "pulsar-functions" in found
    assert found["pulsar-broker-config"]["data"]["PULSAR_PREFIX_functionsWorkerEnabled"] == "false"
    url = "http://pulsar-functions.pulsar.svc.cluster.local:6750"
    assert found["pulsar-proxy-config"]["data"]["PULSAR_PREFIX_functionWorkerWebServiceURL"] == url


def test_with_workers_apart_the_tools_ask_the_proxies_since_brokers_answer_nothing_of_functions():
    asked = [
        rendered.of({**ONE, "pulsar.functions": {"run_in": where}})["pulsar-toolset-config"]["data"][
            "PULSAR_PREFIX_webServiceUrl"
        ]
        for where in ("brokers", "pods")
    ]

    assert asked == [f"http://pulsar-{role}.pulsar.svc.cluster.local:8080/" for role in ("broker", "proxy")]


def test_function_pods_have_a_namespace_that_admits_them_and_a_worker_that_may_make_them():
    found = rendered.of({**ONE, "pulsar.functions": {"run_in": "brokers", "runtime": "kubernetes"}})
    space = found["pulsar-functions-jobs-namespace"]

    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    assert found["pulsar-functions-jobs-binding"]["subjects"][0]["name"] == "pulsar-broker"
    assert found["pulsar-broker"]["spec"]["template"]["spec"]["automountServiceAccountToken"] is True


def test_function_pods_get_the_values_of_their_secrets_and_not_their_names():
    provider = environment(run_in="brokers", runtime="kubernetes")["PF_secretsProviderConfiguratorClassName"]

    assert provider.endswith(".KubernetesSecretsProviderConfigurator")
    assert "PF_secretsProviderConfiguratorClassName" not in environment(run_in="brokers")


def test_on_zookeeper_bookkeeper_keeps_the_code():
    changes = {
        "pulsar.metadata": {"store": "zookeeper", "log_volume": {"size": "20Gi"}},
        "pulsar.functions": {"run_in": "brokers"},
    }

    assert "pulsar-packages" not in rendered.of(changes)


ZOOKEEPER = {"pulsar.metadata": {"store": "zookeeper", "log_volume": {"size": "20Gi"}}}
WITH_STATE = {**ZOOKEEPER, "pulsar.functions": {"run_in": "brokers", "state_storage": True}}


def test_state_is_kept_by_bookies_with_as_many_copies_as_messages_have_and_on_the_same_volume():
    quorums = {"replicas": 2, "ensemble": 2, "write_quorum": 2, "ack_quorum": 1}
    found = rendered.of({**WITH_STATE, **{f"pulsar.bookkeeper.{key}": value for key, value in quorums.items()}})
    told = found["pulsar-bookie-config"]["data"]

    assert [told[f"PULSAR_PREFIX_dlog.bkc{each}Size"] for each in ("Ensemble", "WriteQuorum", "AckQuorum")] == [
        "2",
        "2",
        "1",
    ]
    assert told["PULSAR_PREFIX_storage.range.store.dirs"].startswith("/pulsar/data/bookkeeper/ledgers/")


def test_with_state_the_bookies_name_every_zookeeper_as_the_table_service_reads_it():
    found = rendered.of(WITH_STATE)["pulsar-bookie-config"]["data"]["PULSAR_PREFIX_metadataServiceUri"]
    members, _, path = found.removeprefix("zk+hierarchical://").partition("/")

    assert len(members.split(";")) == 3
    assert path == "ledgers"


def test_without_state_they_keep_pulsar_s_own_driver():
    changes = {**ZOOKEEPER, "pulsar.functions": {"run_in": "brokers"}}
    found = rendered.of(changes)["pulsar-bookie-config"]["data"]

    assert found["PULSAR_PREFIX_metadataServiceUri"].startswith("metadata-store:zk:")
    assert "PULSAR_PREFIX_extraServerComponents" not in found


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({**ONE, "pulsar.functions": {"run_in": "brokers", "state_storage": True}}, "needs ZooKeeper"),
        ({"pulsar.functions": {"run_in": "brokers"}}, "ReadWriteMany"),
        ({**ONE, "pulsar.functions": {"run_in": "brokers", "jobs_namespace": "jobs"}}, "goes with runtime kubernetes"),
    ],
)
def test_what_the_worker_can_t_have_is_refused_with_the_way_out(changes: dict[str, object], sentence: str):
    with pytest.raises(NotADeployment, match=sentence):
        stack_file.spec(changes)
