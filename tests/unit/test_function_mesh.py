"""Function Mesh's resources as they are rendered: held to the operator's own definitions."""

import pathlib
from typing import Any

import pytest

from components.mistakes import NotADeployment
from components.operators import function_mesh_resources
from components.tenancy import code
from tests import custom_resources, stack_file

SHOUT = {
    "language": "python",
    "inline": "def process(text): ...",
    "class_name": "shout",
    "inputs": ["words"],
    "output": "shouts",
}
CLEAN = {
    "language": "java",
    "package": "function://public/default/clean@1",
    "class_name": "com.example.Clean",
    "inputs": ["raw"],
}
SHOP = {
    "type": "sink",
    "connector": "mongo",
    "inputs": ["clean"],
    "config": {"database": "shop", "collection": "orders"},
    "secrets": {"mongoUri": {"secret": "mongo", "key": "uri"}},
}


def rendered(changes: dict[str, Any], mesh: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    spec = stack_file.spec({"operators.function_mesh": mesh or {}, **changes})
    return {**function_mesh_resources.configuration(spec), **function_mesh_resources.resources(spec)}


def test_inlined_code_stands_in_a_config_map_that_the_pods_mount():
    found = rendered({"functions.shout": SHOUT})

    spec = found["shout-function"]["spec"]
    assert found["shout-function-code"]["data"] == {"shout.py": "def process(text): ..."}
    assert spec["python"] == {"py": "/pulsar/code/shout.py"}
    assert spec["pod"]["volumes"] == [{"name": "code", "configMap": {"name": "shout-function-code"}}]
    assert spec["volumeMounts"] == [{"name": "code", "mountPath": "/pulsar/code", "readOnly": True}]


def test_other_code_starts_the_pods_anew():
    before = rendered({"functions.shout": SHOUT})["shout-function"]["spec"]["pod"]["annotations"]
    other = {**SHOUT, "inline": "def process(text): return text"}

    assert rendered({"functions.shout": other})["shout-function"]["spec"]["pod"]["annotations"] != before


def test_a_package_is_left_to_the_operator():
    spec = rendered({"functions.clean": CLEAN})["clean-function"]["spec"]

    assert spec["java"] == {"jar": "/pulsar/clean.jar", "jarLocation": "function://public/default/clean@1"}
    assert "volumeMounts" not in spec


def test_functions_are_told_where_the_brokers_are():
    config = rendered({"functions.clean": CLEAN})["pulsar-function-mesh"]

    assert config["data"] == {
        "webServiceURL": "http://pulsar-broker.pulsar.svc.cluster.local:8080",
        "brokerServiceURL": "pulsar://pulsar-broker.pulsar.svc.cluster.local:6650",
    }


def test_functions_of_an_adjacent_cluster_are_told_pulsar_s_address(tmp_path: pathlib.Path):
    (tmp_path / "kubeconfig").write_text("{}")
    adjacent = {
        "kubeconfig_path": str(tmp_path / "kubeconfig"),
        "service_url": "pulsar+ssl://pulsar.example.com:6651",
        "admin_url": "https://pulsar.example.com:8443",
    }
    mesh = {
        "adjacent": adjacent,
        "auth_secret": "token",
        "tls": {"certificates": {"secret": "authority", "key": "ca.crt"}},
    }
    found = rendered({"functions.clean": {**CLEAN, "namespace": "shop/orders"}}, mesh)

    config, resource = found["pulsar-function-mesh"], found["clean-function"]
    assert config["data"]["brokerServiceURL"] == "pulsar+ssl://pulsar.example.com:6651"
    assert config["metadata"]["namespace"] == resource["metadata"]["namespace"] == "pulsar-functions"
    assert resource["spec"]["pulsar"] == {
        "pulsarConfig": "pulsar-function-mesh",
        "authSecret": "token",
        "tlsConfig": {
            "enabled": True,
            "allowInsecure": False,
            "hostnameVerification": True,
            "certSecretName": "authority",
            "certSecretKey": "ca.crt",
        },
    }


def test_a_connector_of_pulsar_s_image_is_found_in_it():
    spec = rendered({"connectors.shop": SHOP})["shop-sink"]["spec"]

    assert spec["image"] == "docker.io/apachepulsar/pulsar-all:4.0.13"
    assert spec["java"] == {"jar": "connectors/pulsar-io-mongo-4.0.13.nar"}
    assert spec["className"] == "org.apache.pulsar.io.mongodb.MongoSink"


def test_secrets_go_by_name_alone():
    spec = rendered({"connectors.shop": SHOP})["shop-sink"]["spec"]

    assert spec["secretsMap"] == {"mongoUri": {"path": "mongo", "key": "uri"}}
    assert "mongoUri" not in spec["sinkConfig"]


def test_a_pipeline_is_one_resource_and_its_members_are_none_beside_it():
    found = rendered(
        {
            "functions": {"clean": CLEAN, "shout": SHOUT},
            "connectors.shop": SHOP,
            "pipelines.etl": {"functions": ["clean"], "connectors": ["shop"]},
        }
    )

    kinds = [each["kind"] for each in found.values() if each["kind"] != "ConfigMap"]
    assert sorted(kinds) == ["Function", "FunctionMesh"]
    assert [each["name"] for each in found["etl-pipeline"]["spec"]["functions"]] == ["clean"]
    assert [each["name"] for each in found["etl-pipeline"]["spec"]["sinks"]] == ["shop"]


def test_an_autoscaled_function_waits_for_its_autoscaler_too():
    found = rendered({"functions.shout": {**SHOUT, "parallelism": 2, "autoscaling": {"max": 5, "cpu_percent": 60}}})

    resource = found["shout-function"]
    assert (resource["spec"]["replicas"], resource["spec"]["maxReplicas"]) == (2, 5)
    assert resource["spec"]["pod"]["autoScalingMetrics"][0]["resource"]["target"]["averageUtilization"] == 60
    assert "HorizontalPodAutoscaler" in resource["metadata"]["annotations"]["pulumi.com/waitFor"]


def test_pods_keep_to_the_restricted_level():
    security = rendered({"functions.shout": SHOUT})["shout-function"]["spec"]["pod"]["securityContext"]

    assert security["runAsNonRoot"] is True
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}


def test_every_field_is_one_of_the_operator_s_own_definitions():
    found = rendered(
        {
            "functions": {
                "clean": {**CLEAN, "max_message_retries": 2, "dead_letter_topic": "dead", "input_schema": "json"},
                "shout": {**SHOUT, "autoscaling": {"max": 2}, "state": True, "user_config": {"a": {"b": [1]}}},
                "echo": {
                    "language": "go",
                    "image": "example.com/echo:1",
                    "path": "/echo",
                    "topic_pattern": "public/default/in-.*",
                    "log_topic": "log",
                },
            },
            "connectors": {
                "shop": SHOP,
                "orders": {
                    "type": "source",
                    "connector": "kafka",
                    "output": "raw",
                    "schema_type": "json",
                    "config": {"bootstrapServers": "kafka:9092", "groupId": "pulsar", "topic": "orders"},
                },
            },
            "pipelines.etl": {"functions": ["clean"], "connectors": ["shop"]},
        },
        {"state_url": "bk://bookies:4181"},
    )

    custom = [each for each in found.values() if each["kind"] != "ConfigMap"]
    assert len(custom) == 4
    for each in custom:
        custom_resources.validate(each)


def test_code_too_big_for_a_config_map_is_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(code, "PROJECT", tmp_path)
    (tmp_path / "clean.jar").write_bytes(bytes(2 << 20))

    with pytest.raises(NotADeployment) as refused:
        rendered({"functions.clean": {**CLEAN, "package": "clean.jar"}})

    assert "has 2048 KiB, and Function Mesh gets it by a ConfigMap, which holds 1024 KiB" in str(refused.value)


@pytest.mark.parametrize(
    ("mesh", "sentence"),
    [
        ({"install": False, "webhook": True}, "webhook: is for installing Function Mesh"),
        ({"state_url": "http://a:1"}, "state_url"),
        (
            {"adjacent": {"kubeconfig_path": "nowhere", "service_url": "pulsar://a:1", "admin_url": "http://a:2"}},
            "'nowhere' doesn't exist, so the cluster can't be reached",
        ),
        ({"adjacent": {"kubeconfig_path": "Makefile", "admin_url": "http://a:2"}}, "adjacent.service_url: is missing"),
        (
            {
                "adjacent": {
                    "kubeconfig_path": "Makefile",
                    "service_url": "pulsar+ssl://a:1",
                    "admin_url": "https://a:2",
                }
            },
            "tls: is missing, and https and pulsar+ssl is spoken with Pulsar",
        ),
        (
            {
                "adjacent": {"kubeconfig_path": "Makefile", "service_url": "pulsar://a:1", "admin_url": "http://a:2"},
                "tls": {"certificates": {"secret": "a", "key": "b"}},
            },
            "are without it. Write pulsar+ssl://",
        ),
    ],
)
def test_an_operator_that_can_t_reach_pulsar_or_be_reached_is_refused(mesh: dict[str, Any], sentence: str):
    with pytest.raises(NotADeployment) as refused:
        rendered({}, mesh)

    assert sentence in str(refused.value)
