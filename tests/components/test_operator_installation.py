"""Operators that the stack installs: their namespace, their release, and what is left of them."""

import json
from typing import Any

from tests import stack_file
from tests.conftest import Deploy, Deployment


def deployed(deploy: Deploy, changes: dict[str, Any]) -> Deployment:
    return deploy(config={"pulsar:spec": json.dumps(stack_file.raw(changes))})


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
