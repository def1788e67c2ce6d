"""The operators' own schemas find what the API server would refuse or drop."""

import pytest

from tests import custom_resources, examples, rendered


def _tenant(**spec):
    return {
        "apiVersion": "resource.streamnative.io/v1alpha1",
        "kind": "PulsarTenant",
        "metadata": {"name": "shop", "namespace": "pulsar"},
        "spec": {"name": "shop", "connectionRef": {"name": "pulsar"}, **spec},
    }


@pytest.mark.parametrize("operator", custom_resources.OPERATORS)
def test_every_operator_s_definitions_are_read(operator):
    assert custom_resources.definitions(operator)


def test_a_resource_as_its_project_defines_it_is_taken():
    custom_resources.validate(_tenant(adminRoles=["owner"]))


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"adminRole": ["owner"]}, "spec"),
        ({"adminRoles": "owner"}, "spec.adminRoles"),
        ({"lifecyclePolicy": "Keep"}, "spec.lifecyclePolicy"),
        ({"connectionRef": {"name": "pulsar", "namespace": "pulsar"}}, "spec.connectionRef"),
    ],
)
def test_a_field_that_does_not_exist_or_fit_is_found(spec, path):
    (found,) = custom_resources.mistakes(_tenant(**spec))
    assert found.startswith(f"{path}: ")


def test_a_kind_that_nobody_defines_is_found():
    assert "is no kind" in custom_resources.mistakes({**_tenant(), "kind": "PulsarLandlord"})[0]


def test_a_number_with_a_unit_may_be_either():
    namespace = {**_tenant(), "kind": "PulsarNamespace"}
    for size in ("1Gi", -1):
        custom_resources.validate({**namespace, "spec": {**namespace["spec"], "name": "a/b", "retentionSize": size}})


@pytest.mark.parametrize("example", examples.with_operators(), ids=lambda example: example.where)
def test_every_example_s_resources_are_as_their_projects_define_them(example):
    for manifest in custom_resources.of_example(example):
        custom_resources.validate(manifest)


def test_some_example_has_tenants():
    kinds = {manifest["kind"] for each in examples.with_operators() for manifest in custom_resources.of_example(each)}
    assert {"PulsarTenant", "PulsarNamespace", "PulsarTopic", "PulsarPermission", "PulsarGeoReplication"} <= kinds
    assert {"PodMonitor", "PrometheusRule"} <= kinds


def test_what_every_stack_tells_a_prometheus_operator_is_as_its_project_defines_it():
    watched = {"monitoring": {"kind": "prometheus-operator", "labels": {"release": "stack"}}}
    functions = {"run_in": "pods", "runtime": "kubernetes", "packages": {"storage_class": "nfs"}}
    stacks = (
        {"pulsar.metadata": {"store": "etcd", "tls": {"members": "members", "clients": "clients"}}},
        {"pulsar.metadata": {"store": "zookeeper"}, "pulsar.functions": functions},
        {"pulsar.metadata": {"store": "oxia"}},
        {"pulsar.tiered_storage": {"kind": "filesystem", "size": "1Ti"}},
    )
    for changes in stacks:
        told = [each for each in rendered.of(watched | changes).values() if custom_resources.is_one(each)]
        assert {each["kind"] for each in told} == {"PodMonitor", "PrometheusRule"}
        for each in told:
            custom_resources.validate(each)


def test_a_monitor_with_a_field_of_prometheus_own_file_is_found():
    told = rendered.of({"monitoring": {"kind": "prometheus-operator"}})["pulsar-broker-metrics"]
    endpoint = {**told["spec"]["podMetricsEndpoints"][0], "metrics_path": "/metrics"}

    (found,) = custom_resources.mistakes({**told, "spec": {**told["spec"], "podMetricsEndpoints": [endpoint]}})
    assert "metrics_path" in found
