"""Operators that the stack installs: their namespace, their release, and what is left of them."""

import itertools
import json
from typing import Any

import pulumi
import pytest

from tests import stack_file
from tests.conftest import Deploy, Deployment
from tests.streamnative_stacks import STREAMNATIVE


def deployed(deploy: Deploy, changes: dict[str, Any], **secrets: str) -> Deployment:
    beside = {f"pulsar:{key}": value for key, value in secrets.items()}
    return deploy(config={"pulsar:spec": json.dumps(stack_file.raw(changes)), **beside})


def test_a_stack_without_operators_has_none(deploy: Deploy):
    assert deployed(deploy, {}).of("Operator") == []


def test_an_operator_is_one_release_of_its_chart_in_a_namespace_of_its_own(deploy: Deploy):
    registered = deployed(deploy, {"operators.resources": {}})

    release = registered.one("Release", "resources-operator")
    namespace = registered.one("Namespace", "resources-operator-namespace")
    assert release.inputs["version"] == "v0.19.6", "Each `up` would install whatever is newest."
    assert release.inputs["chart"] == "pulsar-resources-operator"
    assert release.inputs["repositoryOpts"] == {"repo": "https://charts.streamnative.io"}
    assert release.inputs["namespace"] == namespace.inputs["metadata"]["name"] == "pulsar-resources-operator"
    assert namespace.urn in release.dependencies
    assert release.provider == registered.one("StatefulSet", "pulsar-broker").provider


def test_a_release_keeps_its_name_so_that_an_interrupted_up_finds_it_again(deploy: Deploy):
    release = deployed(deploy, {"operators.resources": {}}).one("Release", "resources-operator")

    assert release.inputs["name"] == "pulsar-resources-operator"


def test_a_mirror_another_release_and_an_own_image_are_passed_on(deploy: Deploy):
    release = deployed(
        deploy,
        {
            "operators.resources": {
                "version": "v0.19.5",
                "repository": "https://charts.example.com/mirror",
                "image": "registry.example.com/operators/resources:v0.19.5",
            }
        },
    ).one("Release", "resources-operator")

    assert release.inputs["version"] == "v0.19.5"
    assert release.inputs["repositoryOpts"] == {"repo": "https://charts.example.com/mirror"}
    assert release.inputs["values"]["image"]["manager"] == {
        "registry": "registry.example.com",
        "repository": "operators/resources",
        "tag": "v0.19.5",
    }


def test_own_values_win_over_the_programs_and_leave_the_others(deploy: Deploy):
    values = {"resources": {"limits": {"memory": "1Gi"}}, "tolerations": [{"key": "operators"}]}
    release = deployed(deploy, {"operators.resources": {"values": values}}).one("Release", "resources-operator")

    assert release.inputs["values"]["resources"]["limits"] == {"memory": "1Gi"}
    assert release.inputs["values"]["resources"]["requests"] == {"cpu": "50m", "memory": "128Mi"}
    assert release.inputs["values"]["tolerations"] == [{"key": "operators"}]


def test_nothing_is_installed_where_somebody_else_brought_the_operator(deploy: Deploy):
    registered = deployed(deploy, {"operators.resources": {"install": False}})

    assert registered.of("Release") == []
    assert [each.name for each in registered.of("Namespace")] == ["pulsar-namespace"]


KAAP = {"pulsar.operator": {"kind": "kaap"}, "pulsar.metadata": {"store": "zookeeper"}}


def test_pulsar_is_handed_over_once_its_operator_and_its_namespace_are_there(deploy: Deploy):
    registered = deployed(deploy, KAAP)

    release, told = registered.one("Release", "kaap-operator"), registered.one("PulsarCluster", "pulsar")
    assert (release.inputs["chart"], release.inputs["version"]) == ("kaap", "0.4.3")
    assert release.inputs["repositoryOpts"] == {"repo": "https://datastax.github.io/kaap"}
    assert release.inputs["values"]["operator"]["watchAllNamespaces"] is True, "Pulsar's namespace is another one."
    for needed in (release, registered.one("Namespace", "pulsar-namespace")):
        assert needed.urn in told.dependencies, f"{needed.name} must be there before, and go after."
    assert registered.of("StatefulSet") == registered.of("Deployment") == registered.of("Job") == []
    assert told.provider == release.provider


def test_what_was_handed_over_is_kept_as_long_as_data_is(deploy: Deploy):
    assert deployed(deploy, KAAP).one("PulsarCluster", "pulsar").protect
    assert not deployed(deploy, {**KAAP, "pulsar.keep_data": False}).one("PulsarCluster", "pulsar").protect


def test_tenants_are_made_once_an_operator_s_pulsar_is_ready(deploy: Deploy):
    registered = deployed(deploy, {**KAAP, "operators.resources": {}, "tenants.shop": {}})

    assert registered.one("PulsarCluster", "pulsar").urn in registered.one("PulsarTenant", "shop").dependencies


PARTS = (
    ("PulsarCoordinator", "pulsar-coordinator"),
    ("ZooKeeperCluster", "pulsar-zookeeper"),
    ("BookKeeperCluster", "pulsar-bookkeeper"),
    ("PulsarBroker", "pulsar-broker"),
    ("PulsarProxy", "pulsar-proxy"),
)


def test_parts_that_are_handed_over_one_by_one_wait_for_each_other(deploy: Deploy):
    registered = deployed(deploy, STREAMNATIVE, streamnative_licence="made up")

    release = registered.one("Release", "sn-operator")
    assert (release.inputs["chart"], release.inputs["version"]) == ("sn-operator", "0.21.2")
    assert release.inputs["repositoryOpts"] == {"repo": "https://charts.streamnative.io"}
    made = [registered.one(*each) for each in PARTS]
    for before, after in itertools.pairwise([release, *made]):
        assert before.urn in after.dependencies, f"{before.name} must be there before {after.name}, and go after it."
    assert registered.of("StatefulSet") == registered.of("Job") == []
    assert [each.name for each in registered.of("Deployment")] == ["pulsar-toolset"]


def test_the_operator_finds_its_licence_when_it_starts(deploy: Deploy):
    registered = deployed(deploy, STREAMNATIVE, streamnative_licence="made up")

    licence, release = registered.one("Secret", "sn-operator-licence"), registered.one("Release", "sn-operator")
    assert licence.inputs["metadata"]["namespace"] == release.inputs["namespace"] == "sn-operator"
    assert licence.inputs["metadata"]["labels"]["cloud.streamnative.io/type"] == "license"
    assert licence.urn in release.dependencies


def test_a_licence_that_is_not_set_is_asked_for_before_anything_is_made(deploy: Deploy):
    with pytest.raises(pulumi.RunError) as refused:
        deployed(deploy, STREAMNATIVE)

    assert "pulsar.operator: needs the secret pulsar:streamnative_licence, which is not set." in str(refused.value)


def test_of_the_parts_those_that_hold_data_are_kept(deploy: Deploy):
    kept, free = (
        deployed(deploy, {**STREAMNATIVE, "pulsar.keep_data": keep}, streamnative_licence="made up")
        for keep in (True, False)
    )

    assert [name for kind, name in PARTS if kept.one(kind, name).protect] == ["pulsar-zookeeper", "pulsar-bookkeeper"]
    assert not [name for kind, name in PARTS if free.one(kind, name).protect]


STACK = {"monitoring": {"kind": "prometheus-operator", "install": True}}


def test_kube_prometheus_stack_comes_before_what_it_is_told_and_goes_after_it(deploy: Deploy):
    registered = deployed(deploy, STACK)

    release = registered.one("Release", "prometheus-operator")
    assert (release.inputs["chart"], release.inputs["version"]) == ("kube-prometheus-stack", "87.16.1")
    assert release.inputs["repositoryOpts"] == {"repo": "https://prometheus-community.github.io/helm-charts"}
    assert release.inputs["namespace"] == "prometheus-operator"
    told = [*registered.of("PodMonitor"), *registered.of("PrometheusRule")]
    assert len(told) > 5
    for each in told:
        assert release.urn in each.dependencies, f"{each.name} needs the release's definitions."
        assert each.provider == release.provider


def test_a_prometheus_operator_of_somebody_else_is_left_alone(deploy: Deploy):
    registered = deployed(deploy, {"monitoring": {"kind": "prometheus-operator"}})

    assert registered.of("Release") == registered.of("Operator") == []
    assert [each.name for each in registered.of("Namespace")] == ["pulsar-namespace"]
    assert registered.of("PodMonitor")


def values(deploy: Deploy, monitoring: dict[str, Any], cluster: dict[str, Any] | None = None) -> dict[str, Any]:
    changes = {"monitoring": {**STACK["monitoring"], **monitoring}, **(cluster or {})}
    return deployed(deploy, changes).one("Release", "prometheus-operator").inputs["values"]


def test_its_prometheus_reads_every_monitor_and_rule_whatever_their_labels(deploy: Deploy):
    spec = values(deploy, {})["prometheus"]["prometheusSpec"]

    assert spec["podMonitorSelectorNilUsesHelmValues"] is spec["ruleSelectorNilUsesHelmValues"] is False


def test_its_prometheus_keeps_as_much_as_is_asked_for(deploy: Deploy):
    far = {"url": "https://far.example/push", "secret": "far"}
    told = values(deploy, {"retention": "30d", "remote_write": [far]}, {"cluster.storage_class": "fast"})
    spec = told["prometheus"]["prometheusSpec"]
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]

    assert spec["retention"] == "2592000s"
    assert claim["resources"]["requests"]["storage"] == "41Gi"
    assert claim["storageClassName"] == "fast"
    assert spec["retentionSize"] == "33587MB", "Before the volume is full, the oldest samples go."
    credentials = {"authorization": {"credentials": {"name": "far", "key": "token"}}}
    assert spec["remoteWrite"] == [{"url": "https://far.example/push", **credentials}]


def test_its_grafana_finds_the_dashboards_and_has_no_password_that_everybody_knows(deploy: Deploy):
    registered = deployed(deploy, STACK)
    grafana = registered.one("Release", "prometheus-operator").inputs["values"]["grafana"]
    sidecar = grafana["sidecar"]["dashboards"]
    labels = registered.one("ConfigMap", "pulsar-dashboard-overview").inputs["metadata"]["labels"]

    assert labels[sidecar["label"]] == sidecar["labelValue"]
    assert sidecar["searchNamespace"] == "ALL", "They are in Pulsar's namespace."
    assert grafana["grafana.ini"]["security"]["disable_initial_admin_creation"] is True
    assert grafana["grafana.ini"]["auth.anonymous"] == {"enabled": True, "org_role": "Viewer"}
    assert values(deploy, {"dashboards": False})["grafana"] == {"enabled": False}


def test_own_values_of_kube_prometheus_stack_win(deploy: Deploy):
    own = {"grafana": {"persistence": {"enabled": True}}, "kubeScheduler": {"enabled": True}}
    told = values(deploy, {"values": own, "image": "registry.example.com/mirror/prometheus-operator:v0.92.1"})

    assert told["kubeScheduler"] == {"enabled": True}
    assert told["kubeEtcd"] == told["nodeExporter"] == {"enabled": False}
    assert told["grafana"]["persistence"] == {"enabled": True}
    assert told["grafana"]["sidecar"]["dashboards"]["enabled"] is True
    assert told["prometheusOperator"]["image"] == {
        "registry": "registry.example.com",
        "repository": "mirror/prometheus-operator",
        "tag": "v0.92.1",
    }
