"""However Prometheus finds pods, it finds all of them, and what it can't find is said."""

import pathlib

import pytest
import yaml

from components import mistakes
from components.monitoring.targets import targets
from tests import rendered, stack_file

OWN = {"monitoring": {"kind": "own"}}
PORT_NUMBER = "__meta_kubernetes_pod_container_port_number"


def configuration(changes: dict) -> dict:
    manifest = rendered.of(OWN | changes)["pulsar-prometheus-files"]
    return yaml.safe_load(manifest["data"]["prometheus.yml"])


def by_names(changes: dict | None = None) -> dict:
    return {"monitoring": {"kind": "own", "discovery": "dns"}, **(changes or {})}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pulsar.metadata": {"store": "oxia"}},
        {"pulsar.metadata": {"store": "zookeeper"}, "pulsar.functions.run_in": "pods"},
        {"pulsar.metadata": {"store": "etcd", "tls": {"members": "etcd-members", "clients": "etcd-clients"}}},
    ],
)
def test_by_names_every_pod_is_found_that_is_found_by_asking_kubernetes(changes: dict):
    found = rendered.of(by_names(changes))
    jobs = yaml.safe_load(found["pulsar-prometheus-files"]["data"]["prometheus.yml"])["scrape_configs"]
    services = {each["metadata"]["name"]: each["spec"] for each in found.values() if each["kind"] == "Service"}

    assert [job["job_name"] for job in jobs] == [each.component for each in targets(stack_file.spec(changes).pulsar)]
    for job, target in zip(jobs, targets(stack_file.spec(changes).pulsar), strict=True):
        (name,) = job["dns_sd_configs"][0]["names"]
        port, protocol, service, namespace, _ = name.split(".")
        asked = services[service]
        pods = found[f"pulsar-{target.component}"]["spec"]["template"]
        ports = {each["name"]: each["containerPort"] for each in pods["spec"]["containers"][0]["ports"]}

        assert (protocol, namespace) == ("_tcp", "pulsar")
        # A pod that isn't ready shows why in its metrics.
        assert (asked["clusterIP"], asked["publishNotReadyAddresses"]) == ("None", True)
        assert asked["selector"].items() <= pods["metadata"]["labels"].items()
        assert port.removeprefix("_") in {each["name"] for each in asked["ports"]}
        assert ports[port.removeprefix("_")] == target.port


def test_by_names_prometheus_may_do_nothing_in_kubernetes_and_has_no_token():
    found = rendered.of(by_names())

    assert not any(
        each["kind"] in ("Role", "RoleBinding") and "prometheus" in each["metadata"]["name"] for each in found.values()
    )
    assert found["pulsar-prometheus"]["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


def test_dashboards_and_alerts_find_the_labels_that_they_ask_for_either_way():
    jobs = [*configuration({})["scrape_configs"], *configuration(by_names())["scrape_configs"]]

    for job in jobs:
        labels = {rule.get("target_label") for rule in job["relabel_configs"]}
        assert {"cluster", "component", "pod", "kubernetes_namespace"} <= labels


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"pulsar.functions": {"run_in": "pods", "runtime": "kubernetes", "packages": {"storage_class": "nfs"}}},
            "no name leads to all of them. Use kubernetes.",
        ),
        ({"pulsar.operator": {"kind": "kaap"}, "pulsar.metadata": {"store": "zookeeper"}}, "Use kubernetes."),
    ],
)
def test_pods_that_no_name_leads_to_are_not_left_out_in_silence(changes: dict, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack_file.spec(by_names(changes))

    assert "spec.monitoring.discovery: is dns" in str(refused.value)
    assert sentence in str(refused.value)


MESH = {
    "operators.function_mesh": {},
    "functions.shout": {
        "language": "python",
        "inline": "def process(text): ...",
        "class_name": "shout",
        "inputs": ["words"],
        "output": "shouts",
    },
}


def test_function_mesh_s_pods_are_read_either_way_and_their_failures_told():
    asked, named = configuration(MESH), configuration(by_names(MESH))
    (listed,) = [each for each in asked["scrape_configs"] if each["job_name"] == "function-mesh"]
    (looked_up,) = [each for each in named["scrape_configs"] if each["job_name"] == "function-mesh"]
    service = rendered.of(by_names(MESH))["pulsar-function-mesh-metrics"]["spec"]

    (selector,) = listed["kubernetes_sd_configs"][0]["selectors"]
    assert selector["label"] == "compute.functionmesh.io/app=function-mesh"
    assert {"source_labels": [PORT_NUMBER], "regex": "9094", "action": "keep"} in listed["relabel_configs"]
    assert looked_up["dns_sd_configs"][0]["names"] == ["_http-metrics._tcp.pulsar-function-mesh-metrics.pulsar.svc"]
    assert service["selector"] == {"compute.functionmesh.io/app": "function-mesh"}
    assert service["ports"] == [{"name": "http-metrics", "port": 9094, "targetPort": "http-metrics"}]
    assert "FunctionFails" in rendered.of(OWN | MESH)["pulsar-prometheus-files"]["data"]["alerts.yml"]


def test_a_function_mesh_that_runs_nothing_or_elsewhere_is_not_waited_for(tmp_path: pathlib.Path):
    (tmp_path / "kubeconfig").touch()
    far = {"service_url": "pulsar://p:6650", "admin_url": "http://p:8080"}
    far["kubeconfig_path"] = str(tmp_path / "kubeconfig")

    for changes in ({"operators.function_mesh": {}}, MESH | {"operators.function_mesh": {"adjacent": far}}):
        assert "function-mesh" not in {each["job_name"] for each in configuration(changes)["scrape_configs"]}


def test_an_operator_is_told_of_function_mesh_s_pods_as_well():
    monitor = rendered.of({"monitoring": {"kind": "prometheus-operator"}} | MESH)["pulsar-function-mesh-metrics"][
        "spec"
    ]

    assert monitor["selector"] == {"matchLabels": {"compute.functionmesh.io/app": "function-mesh"}}
    assert {"sourceLabels": [PORT_NUMBER], "regex": "9094", "action": "keep"} in monitor["podMetricsEndpoints"][0][
        "relabelings"
    ]
