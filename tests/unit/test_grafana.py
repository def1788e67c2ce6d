"""The stack's own Grafana tells nobody anything, lets nobody change anything, and shows every dashboard.

Its program runs nowhere here, so it is held to what Grafana documents of its release.
"""

import functools
import importlib.metadata
import json
import re
from typing import Any

import pytest
import yaml

from components import mistakes, versions
from evaluation import program, stack_files
from policies.rule import Resource, findings
from policies.rules import RULES
from tests import grafana, rendered, stack_file

OWN = {"monitoring": {"kind": "own", "grafana": {}}}
ADMIN = {"monitoring.kind": "own", "monitoring.grafana": {"admin_secret": "grafana-admin"}}


def found(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return _found(json.dumps(OWN | (changes or {})))


@functools.cache
def _found(changes: str) -> dict[str, Any]:
    return rendered.of(json.loads(changes))


def told(changes: dict[str, Any] | None = None) -> dict[str, str]:
    return found(changes)["pulsar-grafana-config"]["data"]


def pod(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return found(changes)["pulsar-grafana"]["spec"]["template"]


def provisioned(file: str) -> dict[str, Any]:
    return yaml.safe_load(found()["pulsar-grafana-provisioning"]["data"][file])


def dashboards() -> dict[str, Any]:
    """Each dashboard by the path of its file in the pod."""
    objects = found()
    (pages,) = [each for each in pod()["spec"]["volumes"] if each["name"] == "pages"]
    (mount,) = [each for each in pod()["spec"]["containers"][0]["volumeMounts"] if each["name"] == "pages"]
    data = [objects[each["configMap"]["name"]]["data"] for each in pages["projected"]["sources"]]
    return {f"{mount['mountPath']}/{name}": json.loads(text) for each in data for name, text in each.items()}


def test_every_variable_is_a_key_that_grafana_documents():
    known = {grafana.variable(section, key) for section, keys in grafana.DOCUMENTED.items() for key in keys}
    of_secret = {each["name"] for each in pod(ADMIN)["spec"]["containers"][0]["env"]}
    set_by_us = {*told(), *told(ADMIN), *of_secret} - {"PROVISIONING_HASH"}

    assert set_by_us == known
    assert all(value in ("true", "false") for name, value in told().items() if name.endswith(("ENABLED", "DISABLED")))


def test_it_asks_and_tells_nobody_outside():
    assert {
        name: value for name, value in told().items() if re.search("ANALYTICS|NEWS|PLUGINS|GRAVATAR|EXTERNAL", name)
    } == {
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_ANALYTICS_FEEDBACK_LINKS_ENABLED": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
        "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
    }


def test_without_a_secret_there_is_no_user_at_all_and_everybody_may_look():
    environment = told()

    assert environment["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true", "It would be admin, password admin."
    assert environment["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert environment["GF_AUTH_BASIC_ENABLED"] == "false"
    assert (environment["GF_AUTH_ANONYMOUS_ENABLED"], environment["GF_AUTH_ANONYMOUS_ORG_ROLE"]) == ("true", "Viewer")
    assert "env" not in pod()["spec"]["containers"][0]


def test_an_administrator_s_password_is_in_the_secret_and_nowhere_else():
    environment = told(ADMIN)
    variables = {each["name"]: each["valueFrom"] for each in pod(ADMIN)["spec"]["containers"][0]["env"]}

    assert environment["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "false"
    assert environment["GF_AUTH_DISABLE_LOGIN_FORM"] == "false"
    assert not {name for name in environment if "ADMIN_PASSWORD" in name or "ADMIN_USER" in name}
    assert variables == {
        "GF_SECURITY_ADMIN_USER": {"secretKeyRef": {"name": "grafana-admin", "key": "username"}},
        "GF_SECURITY_ADMIN_PASSWORD": {"secretKeyRef": {"name": "grafana-admin", "key": "password"}},
    }


def test_those_who_look_can_be_asked_who_they_are():
    spec = {"admin_secret": "grafana-admin", "anonymous": False}

    assert told({"monitoring.kind": "own", "monitoring.grafana": spec})["GF_AUTH_ANONYMOUS_ENABLED"] == "false"


def test_nothing_leads_to_it_from_outside():
    service = found()["pulsar-grafana-service"]["spec"]

    assert (service["type"], [each["port"] for each in service["ports"]]) == ("ClusterIP", [3000])


def test_browsers_are_led_to_where_they_find_it():
    def root(given: dict[str, Any]) -> tuple[str, str]:
        environment = told({"monitoring.kind": "own", "monitoring.grafana": given})
        return environment["GF_SERVER_ROOT_URL"], environment["GF_SECURITY_COOKIE_SECURE"]

    node = {"type": "NodePort", "node_port": 30300, "host": "nodes.example.com"}
    assert root({}) == ("http://localhost:3000/", "false")
    assert root({"service": node}) == ("http://nodes.example.com:30300/", "false")
    assert root({"service": node, "url": "https://grafana.example.com"}) == ("https://grafana.example.com/", "true")


def test_the_data_source_is_the_stack_s_own_prometheus():
    whole = provisioned("datasources.yaml")
    (source,) = whole["datasources"]
    service = found()["pulsar-prometheus-service"]

    assert whole["apiVersion"] == 1
    assert source.keys() <= grafana.SOURCE_KEYS
    assert source["jsonData"].keys() <= grafana.PROMETHEUS_KEYS
    name, port = service["metadata"]["name"], service["spec"]["ports"][0]["port"]
    assert source["url"] == f"http://{name}.pulsar.svc.cluster.local:{port}"
    assert (source["type"], source["access"], source["editable"]) == ("prometheus", "proxy", False)


def test_rates_are_asked_for_in_steps_that_prometheus_has():
    changed = rendered.of({"monitoring": {"kind": "own", "interval": "2m", "grafana": {}}})
    (source,) = yaml.safe_load(changed["pulsar-grafana-provisioning"]["data"]["datasources.yaml"])["datasources"]

    assert source["jsonData"]["timeInterval"] == "2m"


def test_every_query_reaches_a_data_source_that_is_there():
    (source,) = provisioned("datasources.yaml")["datasources"]

    def references(part: Any) -> list[dict[str, str]]:
        if isinstance(part, dict):
            own = [part["datasource"]] if isinstance(part.get("datasource"), dict) else []
            return own + [each for value in part.values() for each in references(value)]
        return [each for value in part for each in references(value)] if isinstance(part, list) else []

    for path, page in dashboards().items():
        (variable,) = [each for each in page["templating"]["list"] if each["type"] == "datasource"]
        assert references(page), path
        assert all(each == {"type": "prometheus", "uid": "${datasource}"} for each in references(page)), path
        # A variable of data sources offers those of a type. Nothing is chosen in the file, so the default one is.
        assert variable["name"] == "datasource"
        assert variable["query"] == source["type"]
        assert not variable.get("current"), path
    assert source["isDefault"] is True
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}", source["uid"])


def test_every_dashboard_is_where_grafana_looks_for_it():
    (provider,) = provisioned("dashboards.yaml")["providers"]
    pages = dashboards()

    assert provider.keys() <= grafana.PROVIDER_KEYS
    assert provider["type"] == "file"
    assert {path.rpartition("/")[0] for path in pages} == {provider["options"]["path"]}
    assert all(path.endswith(".json") for path in pages)
    assert told()["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] in pages
    assert (
        len({each["uid"] for each in pages.values()}) == len({each["title"] for each in pages.values()}) == len(pages)
    )


def test_dashboards_are_of_the_release_that_runs():
    release = versions.GRAFANA_IMAGE.rpartition(":")[2]
    sdk = importlib.metadata.version("grafana_foundation_sdk").rpartition("!")[2]

    assert release.split(".")[:2] == sdk.split(".")[:2]
    for path, page in dashboards().items():
        assert page["schemaVersion"] == 41, f"{path}: Grafana 11.6 would not know a newer one."
        assert {each["type"] for each in page["panels"]} <= grafana.BUILT_IN, path


def test_provisioning_covers_only_the_folders_that_it_fills():
    mounts = {each["name"]: each["mountPath"] for each in pod()["spec"]["containers"][0]["volumeMounts"]}
    volumes = {each["name"]: each for each in pod()["spec"]["volumes"]}

    for folder in ("dashboards", "datasources"):
        assert mounts[folder] == f"/etc/grafana/provisioning/{folder}"
        assert [each["path"] for each in volumes[folder]["configMap"]["items"]] == [f"{folder}.yaml"]
    assert mounts["data"] == "/var/lib/grafana"


def test_it_runs_as_the_user_that_its_image_is_made_for():
    assert pod()["spec"]["securityContext"]["runAsUser"] == 472
    assert pod()["spec"]["securityContext"]["runAsGroup"] == pod()["spec"]["securityContext"]["fsGroup"] == 0
    assert found()["pulsar-prometheus"]["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == 10000


def test_it_is_probed_where_it_says_how_it_is():
    container = pod()["spec"]["containers"][0]

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/api/health", "port": "http"}
    assert "command" not in container, "The image starts it by itself."


def test_another_data_source_is_another_pod_and_another_dashboard_is_read_by_the_one_that_runs():
    def digest(changes: dict[str, Any]) -> str:
        return pod(changes)["metadata"]["annotations"]["pulsar.apache.org/config"]

    zookeeper = {"pulsar.metadata": {"store": "zookeeper"}}
    pages = found(zookeeper)["pulsar-dashboard-metadata"]["data"]

    assert pages != found()["pulsar-dashboard-metadata"]["data"]
    assert digest(zookeeper) == digest({})
    assert pod(zookeeper) == pod()
    assert digest({"monitoring": {"kind": "own", "interval": "1m", "grafana": {}}}) != digest({})


def test_another_grafana_does_not_take_its_dashboards():
    labels = [each["metadata"]["labels"] for name, each in found().items() if "-dashboard-" in name]

    assert labels
    assert not [each for each in labels if "grafana_dashboard" in each]


def test_a_stack_that_says_nothing_of_it_has_none():
    without = rendered.of({"monitoring": {"kind": "own"}})

    assert [name for name in without if "grafana" in name or "dashboard" in name] == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"anonymous": False}, "there is nobody who could log in"),
        ({"url": "https://example.com/grafana"}, "without a path"),
        ({"url": "https://admin:hunter2@example.com"}, "name an existing Kubernetes Secret"),
        ({"url": "grafana.example.com"}, "Write http:// or https://"),
        ({"service": {"type": "LoadBalancer", "public": True}}, "an ingress that ends TLS"),
        ({"service": {"type": "NodePort", "node_port": 30090}}, "is monitoring.service.node_port as well"),
        ({"service": {"type": "NodePort", "node_port": 30080}}, "pulsar.proxy.service.node_ports.http as well"),
        ({"admin_secret": "Grafana_Admin"}, "can't be the name of a Kubernetes object"),
        ({"admin_password": "hunter2"}, "name an existing Kubernetes Secret"),
    ],
)
def test_what_can_t_work_is_said_before_anything_is_made(given: dict[str, Any], sentence: str):
    service = {"type": "NodePort", "node_port": 30090}
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack_file.spec(
            {
                "monitoring": {"kind": "own", "service": service, "grafana": given},
                "pulsar.proxy.service": {"type": "NodePort", "node_ports": {"http": 30080, "pulsar": 30081}},
            }
        )

    assert sentence in str(refused.value)


def test_it_keeps_to_the_rules_that_every_stack_is_held_to():
    evaluated = program.evaluate("test", {stack_files.SPEC: stack_file.raw(ADMIN)})
    resources = [
        Resource(type=each.type, name=each.name, properties=each.inputs, protected=True)
        for each in evaluated
        if "grafana" in each.name or "-dashboard-" in each.name
    ]

    assert {each.name for each in resources} >= {"pulsar-grafana", "pulsar-grafana-config", "pulsar-dashboard-overview"}
    mandatory = [rule for rule in RULES if rule.level == "mandatory"]
    assert [sentence for rule in mandatory for _, sentence in findings(rule, resources)] == []
