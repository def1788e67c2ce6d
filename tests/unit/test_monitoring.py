"""Prometheus finds every pod that shows metrics, may do nothing else, and keeps what it reads."""

import functools

import pytest
import yaml

from components import mistakes
from components.monitoring.targets import targets
from policies.rule import Resource, findings
from policies.rules import RULES
from tests import rendered, stack_file
from tests.examples import EXAMPLES

OWN = {"monitoring": {"kind": "own"}}


@functools.cache
def page_example():
    return next(each for each in EXAMPLES if each.where.endswith("monitoring.md"))


def configuration(changes: dict) -> dict:
    manifest = rendered.of(OWN | changes)["pulsar-prometheus-files"]
    return yaml.safe_load(manifest["data"]["prometheus.yml"])


@pytest.mark.parametrize(
    ("changes", "component", "port", "path"),
    [
        ({}, "broker", 8080, "/metrics/"),
        ({}, "bookie", 8000, "/metrics"),
        ({}, "autorecovery", 8000, "/metrics"),
        ({}, "proxy", 8080, "/metrics/"),
        ({}, "etcd", 2379, "/metrics"),
        (
            {"pulsar.metadata": {"store": "etcd", "tls": {"members": "etcd-members", "clients": "etcd-clients"}}},
            "etcd",
            2381,
            "/metrics",
        ),
        ({"pulsar.metadata": {"store": "zookeeper"}}, "zookeeper", 8000, "/metrics"),
        ({"pulsar.metadata": {"store": "oxia"}}, "oxia", 8080, "/metrics"),
        ({"pulsar.metadata": {"store": "oxia"}}, "oxia-coordinator", 8080, "/metrics"),
        (
            {"pulsar.functions": {"run_in": "pods", "runtime": "kubernetes", "packages": {"storage_class": "nfs"}}},
            "function",
            9094,
            "/metrics",
        ),
    ],
)
def test_what_shows_metrics_is_read_where_it_shows_them(changes: dict, component: str, port: int, path: str):
    found = {each.component: each for each in targets(stack_file.spec(changes).pulsar)}

    assert (found[component].port, found[component].path) == (port, path)


def test_a_pod_that_is_asked_has_the_port():
    spec = stack_file.spec(OWN)
    pods = rendered.of(OWN)
    for target in targets(spec.pulsar):
        pod = pods[f"pulsar-{target.component}"]["spec"]["template"]
        ports = [each["containerPort"] for each in pod["spec"]["containers"][0]["ports"]]

        assert target.port in ports
        assert all(pod["metadata"]["labels"].get(key) == value for key, value in selected(target.selector))


def selected(selector: str) -> list[list[str]]:
    return [each.split("=") for each in selector.split(",")]


def test_prometheus_may_list_pods_of_these_namespaces_and_nothing_else():
    functions = {"run_in": "pods", "runtime": "kubernetes", "packages": {"storage_class": "nfs"}}
    roles = [
        each
        for each in rendered.of(OWN | {"pulsar.functions": functions}).values()
        if each["kind"] == "Role" and each["metadata"]["name"] == "pulsar-prometheus"
    ]

    assert sorted(each["metadata"]["namespace"] for each in roles) == ["pulsar", "pulsar-functions"]
    assert [each["rules"] for each in roles] == [
        [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
    ] * 2


def test_where_cert_manager_renews_certificates_prometheus_reads_their_age_of_it():
    issuer = {"name": "authority", "cert_manager": "security"}
    changes = {"pulsar.metadata": {"store": "etcd", "tls": {"issuer": issuer}}}
    roles = [each for each in rendered.of(OWN | changes).values() if each["kind"] == "Role"]
    (target,) = [each for each in targets(stack_file.spec(changes).pulsar) if each.component == "cert-manager"]

    assert (target.namespace, target.port) == ("security", 9402)
    assert "security" in {each["metadata"]["namespace"] for each in roles}


def test_a_changed_alert_is_another_pod_and_the_same_volume():
    def hashed(changes: dict) -> str:
        return rendered.of(OWN | changes)["pulsar-prometheus"]["spec"]["template"]["metadata"]["annotations"][
            "pulsar.apache.org/config"
        ]

    assert hashed({}) == hashed({})
    assert hashed({}) != hashed({"pulsar.broker.replicas": 5})


def test_two_never_write_to_one_volume():
    deployment = rendered.of(OWN)["pulsar-prometheus"]

    assert deployment["spec"]["strategy"] == {"type": "Recreate"}


def test_the_volume_is_as_large_as_what_is_kept():
    def size(monitoring: dict) -> str:
        found = rendered.of({"monitoring": {"kind": "own", **monitoring}})
        return found["pulsar-prometheus-data"]["spec"]["resources"]["requests"]["storage"]

    assert size({}) == "11Gi"
    assert size({"retention": "30d"}) == "21Gi"
    assert size({"volume": {"size": "50Gi"}, "retention": "30d"}) == "50Gi"


def test_a_token_stays_in_its_secret():
    far = {"url": "https://far.example/push", "secret": "far"}
    found = rendered.of({"monitoring": {"kind": "own", "remote_write": [far]}})
    written = yaml.safe_load(found["pulsar-prometheus-files"]["data"]["prometheus.yml"])["remote_write"]
    volumes = found["pulsar-prometheus"]["spec"]["template"]["spec"]["volumes"]

    assert written[0]["authorization"] == {"credentials_file": "/etc/prometheus-secrets/far/token"}
    assert {"name": "secret-far", "secret": {"secretName": "far"}} in volumes


def test_a_topic_s_namespace_is_not_overwritten_by_kubernetes_s():
    jobs = configuration({})["scrape_configs"]

    assert all(job["honor_labels"] for job in jobs)
    assert {rule.get("target_label") for job in jobs for rule in job["relabel_configs"]} == {
        *(None, "cluster", "component", "pod", "kubernetes_namespace", "node")
    }


@pytest.mark.parametrize(
    ("monitoring", "sentence"),
    [
        ({"memory": "512Mi"}, "too little for 100000 series"),
        ({"retention": "10s"}, "shorter than the interval"),
        ({"alertmanagers": ["http://a:9093/"]}, "Write its host and port"),
        ({"remote_write": [{"url": "ftp://far.example"}]}, "is not an address to send samples to"),
        ({"service": {"type": "LoadBalancer", "public": True}}, "it has no login"),
        ({"service": {"node_port": 30082}}, "goes with type NodePort"),
        ({"service": {"type": "NodePort", "node_port": 80}}, "outside of Kubernetes' range"),
    ],
)
def test_what_can_t_work_is_said_before_anything_is_made(monitoring: dict, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack_file.spec({"monitoring": {"kind": "own", **monitoring}})

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("monitoring", "sentence"),
    [
        ({"retention": "30d"}, "spec.monitoring.retention: is for installing kube-prometheus-stack"),
        ({"values": {"grafana": {}}}, "spec.monitoring.values: is for installing kube-prometheus-stack"),
        ({"install": True, "memory": "1Gi"}, "too little for 200000 series"),
        ({"install": True, "namespace": "pulsar"}, "monitoring.namespace: pulsar is made for Pulsar as well"),
        ({"install": True, "version": "87"}, "is not one release of a chart"),
    ],
)
def test_an_installation_that_can_t_be_is_said_before_anything_is_made(monitoring: dict, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack_file.spec({"monitoring": {"kind": "prometheus-operator", **monitoring}})

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("port", "other"), [(30080, "pulsar.proxy.service.node_ports.http"), (30083, "demo.service.node_port")]
)
def test_a_port_of_the_nodes_is_not_taken_twice(port: int, other: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack_file.spec(
            {
                "monitoring": {"kind": "own", "service": {"type": "NodePort", "node_port": port}},
                "pulsar.proxy.service": {"type": "NodePort", "node_ports": {"http": 30080, "pulsar": 30081}},
                "demo.service": {"type": "NodePort", "node_port": 30083},
            }
        )

    assert f"spec.monitoring.service.node_port: {port} is {other} as well" in str(refused.value)
    assert "Give each its own." in str(refused.value)


def test_it_keeps_to_the_rules_that_every_stack_is_held_to():
    evaluated = page_example().evaluated
    resources = [
        Resource(type=each.type, name=each.name, properties=each.inputs, protected=True)
        for each in evaluated
        if "prometheus" in each.name
    ]

    assert len(resources) == 8
    mandatory = [rule for rule in RULES if rule.level == "mandatory"]
    assert [sentence for rule in mandatory for _, sentence in findings(rule, resources)] == []


def told(changes: dict | None = None) -> dict:
    found = rendered.of(
        {"monitoring": {"kind": "prometheus-operator", "labels": {"release": "stack"}}, **(changes or {})}
    )
    return {name: each for name, each in found.items() if each["apiVersion"] == "monitoring.coreos.com/v1"}


def test_an_operator_is_told_of_the_same_pods_as_the_stack_s_own_prometheus():
    functions = {"run_in": "pods", "runtime": "kubernetes", "packages": {"storage_class": "nfs"}}
    changes = {"pulsar.functions": functions}
    monitors = [each for each in told(changes).values() if each["kind"] == "PodMonitor"]
    endpoints = {each["metadata"]["name"]: each["spec"]["podMetricsEndpoints"][0] for each in monitors}

    for target in targets(stack_file.spec(changes).pulsar):
        endpoint = endpoints.pop(f"pulsar-{target.component}")
        assert endpoint["path"] == target.path
        assert {"sourceLabels": [PORT_NUMBER], "regex": str(target.port), "action": "keep"} in endpoint["relabelings"]
    assert endpoints == {}


PORT_NUMBER = "__meta_kubernetes_pod_container_port_number"


def test_function_pods_are_chosen_by_the_labels_that_they_have_whatever_they_say():
    functions = {"run_in": "pods", "runtime": "kubernetes", "packages": {"storage_class": "nfs"}}
    monitor = told({"pulsar.functions": functions})["pulsar-function-metrics"]

    assert [each["key"] for each in monitor["spec"]["selector"]["matchExpressions"]] == ["tenant", "namespace", "name"]
    assert monitor["spec"]["namespaceSelector"] == {"matchNames": ["pulsar-functions"]}


def test_an_operator_s_prometheus_finds_all_of_it_by_its_labels():
    assert {each["metadata"]["labels"]["release"] for each in told().values()} == {"stack"}


def test_the_alerts_are_the_same_whoever_holds_them():
    own = yaml.safe_load(rendered.of(OWN)["pulsar-prometheus-files"]["data"]["alerts.yml"])

    assert told()["pulsar-alerts"]["spec"] == own
