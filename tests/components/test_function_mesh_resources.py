"""Functions in the hands of Function Mesh: what is registered, and in what order."""

import json
import pathlib
from typing import Any

from tests import stack_file
from tests.conftest import Deploy, Deployment

SHOUT = {"language": "python", "inline": "def process(text): ...", "class_name": "shout", "inputs": ["words"]}


def deployed(deploy: Deploy, mesh: dict[str, Any]) -> Deployment:
    changes = {"operators.function_mesh": mesh, "functions.shout": SHOUT}
    return deploy(config={"pulsar:spec": json.dumps(stack_file.raw(changes))})


def test_the_operator_its_release_and_the_configuration_come_before_the_functions(deploy: Deploy):
    registered = deployed(deploy, {})

    function = registered.one("Function", "shout-function")
    first = [
        registered.one("Release", "function-mesh-operator"),
        registered.one("ConfigMap", "pulsar-function-mesh"),
        registered.one("ConfigMap", "shout-function-code"),
        registered.one("StatefulSet", "pulsar-broker"),
    ]
    assert [each.name for each in first if each.urn not in function.dependencies] == []
    assert function.provider == first[-1].provider


def test_the_operator_s_webhook_is_off_unless_it_is_asked_for(deploy: Deploy):
    def enabled(mesh: dict[str, Any]) -> bool:
        release = deployed(deploy, mesh).one("Release", "function-mesh-operator")
        return release.inputs["values"]["admissionWebhook"]["enabled"]

    assert (enabled({}), enabled({"webhook": True})) == (False, True)


def test_an_adjacent_cluster_has_operator_and_functions_and_pulsar_s_has_neither(
    deploy: Deploy, tmp_path: pathlib.Path
):
    (tmp_path / "kubeconfig").write_text("{}")
    adjacent = {
        "kubeconfig_path": str(tmp_path / "kubeconfig"),
        "service_url": "pulsar://pulsar.example.com:6650",
        "admin_url": "http://pulsar.example.com:8080",
    }
    registered = deployed(deploy, {"adjacent": adjacent})

    function, brokers = registered.one("Function", "shout-function"), registered.one("StatefulSet", "pulsar-broker")
    namespace = registered.one("Namespace", "function-mesh-operator-functions-namespace")
    assert function.provider == registered.one("Release", "function-mesh-operator").provider == namespace.provider
    assert function.provider != brokers.provider
    assert namespace.urn in function.dependencies


def test_a_stack_without_functions_registers_nothing_for_them(deploy: Deploy):
    registered = deploy(config={"pulsar:spec": json.dumps(stack_file.raw({"operators.function_mesh": {}}))})

    assert registered.of("MeshFunctions") == []
