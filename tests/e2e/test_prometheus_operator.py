"""What a Prometheus operator is told, on the real API server with the operator's own definitions.

The program is the project's own component. Neither the operator nor Pulsar is there: PodMonitors and rules need no pod,
and nobody answers for them.
"""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from components.monitoring.targets import targets
from components.stack import read
from local.engine import Engine
from local.paths import PROJECT
from tests import stack_file
from tests.engine.on_cluster import Cluster, cluster, kubeconfig, stand_ins
from tests.engine.trial import Trial

from . import crds

__all__ = ["cluster", "kubeconfig", "stand_ins"]

API = "apis/monitoring.coreos.com/v1"
PROGRAM = f"""
import json, pathlib, sys
sys.path.insert(0, {str(PROJECT)!r})
import pulumi, pulumi_kubernetes as k8s
from components import monitoring, stack

spec = stack.read(json.loads(pathlib.Path("spec.json").read_text()), "trial")
cluster = k8s.Provider("cluster", enable_config_map_mutable=True, upsert_existing_objects=True)
monitoring.deploy(spec, needed=[], opts=pulumi.ResourceOptions(providers=[cluster]))
"""


class Stack(Trial):
    """The program with a stack file."""

    def __init__(self, engine: Engine, folder: pathlib.Path, kubeconfig: pathlib.Path, namespace: str) -> None:
        super().__init__(engine, folder, kubeconfig)
        self.namespace = namespace
        self.write("__main__.py", PROGRAM)
        self.say({})

    def say(self, monitoring: dict[str, Any]) -> None:
        """Write the stack file."""
        told = {"kind": "prometheus-operator", "labels": {"release": "stack"}, **monitoring}
        self.spec = stack_file.raw({"pulsar.namespace": self.namespace, "monitoring": told})
        self.write("spec.json", json.dumps(self.spec))


@pytest.fixture(scope="module")
def stack(
    stand_ins: Engine, tmp_path_factory: pytest.TempPathFactory, kubeconfig: pathlib.Path, cluster: Cluster
) -> Iterator[Stack]:
    crds.apply(cluster.client, "prometheus-operator")
    made = Stack(stand_ins, tmp_path_factory.mktemp("watched"), kubeconfig, cluster.namespace)
    yield made
    made.run("destroy", "--yes", "--skip-preview", expect=None)


def endpoints(cluster: Cluster) -> dict[str, dict[str, Any]]:
    """Where each PodMonitor has metrics read, by its name."""
    path = f"/{API}/namespaces/{cluster.namespace}/podmonitors"
    found = cluster.client.request("GET", path)["items"]
    return {each["metadata"]["name"]: each["spec"]["podMetricsEndpoints"][0] for each in found}


def test_the_api_server_keeps_every_field_of_monitors_and_rules(stack: Stack, cluster: Cluster):
    stack.up()

    spec = read(stack.spec, "trial")
    assert spec.monitoring
    manifests = spec.monitoring.manifests(spec.pulsar, spec.cluster.offer).values()
    plurals = {"PodMonitor": "podmonitors", "PrometheusRule": "prometheusrules"}
    told = [each for each in manifests if each["kind"] in plurals]
    for each in told:
        kept = cluster.get(plurals[each["kind"]], each["metadata"]["name"], API)
        assert kept, each["metadata"]["name"]
        assert kept["metadata"]["labels"]["release"] == "stack"
        assert without_defaults(kept["spec"], each["spec"]) == each["spec"]
    assert set(endpoints(cluster)) == {f"pulsar-{each.component}" for each in targets(spec.pulsar)}


def without_defaults(kept: Any, asked: Any) -> Any:
    """What is kept, without what the API server added by itself."""
    if isinstance(asked, dict) and isinstance(kept, dict):
        return {key: without_defaults(kept[key], value) for key, value in asked.items() if key in kept}
    if isinstance(asked, list) and isinstance(kept, list) and len(kept) == len(asked):
        return [without_defaults(one, other) for one, other in zip(kept, asked, strict=True)]
    return kept


def test_the_dashboards_are_beside_them_for_grafana_s_sidecar(cluster: Cluster):
    query = {"labelSelector": "grafana_dashboard=1"}
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"
    found = cluster.client.request("GET", path, query=query)["items"]

    titles = [json.loads(text)["title"] for each in found for text in each["data"].values()]
    assert "Pulsar: pulsar / Overview" in titles


def test_a_second_up_changes_nothing(stack: Stack):
    output = stack.up().output

    assert "created" not in output
    assert "updated" not in output


def test_another_interval_is_an_update_in_place(stack: Stack, cluster: Cluster):
    def identity() -> str:
        return cluster.get("podmonitors", "pulsar-broker", API)["metadata"]["uid"]

    before = identity()
    stack.say({"interval": "10s"})
    stack.up()

    assert {each["interval"] for each in endpoints(cluster).values()} == {"10s"}
    assert identity() == before


def test_taking_the_stack_down_leaves_nothing_of_them_and_keeps_the_definitions(stack: Stack, cluster: Cluster):
    stack.run("destroy", "--yes", "--skip-preview")

    assert endpoints(cluster) == {}
    assert cluster.get("prometheusrules", "pulsar-alerts", API) is None
    definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/podmonitors.monitoring.coreos.com"
    assert cluster.client.request("GET", definition)["metadata"]["name"]
