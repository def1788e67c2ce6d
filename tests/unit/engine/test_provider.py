"""What the engine is answered without a cluster: names, namespaces, secrets, and what is foreseen of a new object."""

import subprocess
import sys

import pytest
from google.protobuf import struct_pb2

from local.engine.kubernetes_plugin.foreseeing import foreseen
from local.engine.kubernetes_plugin.provider import Provider
from local.paths import PROJECT
from plugin.protocol import provider_pb2
from plugin.reporting import Reports
from plugin.values import UNKNOWN, decode

Naming = provider_pb2.CheckRequest.AutonamingOptions


def _struct(value):
    struct = struct_pb2.Struct()
    struct.update(value)
    return struct


def _check(token, news, olds=None, **more):
    urn = f"urn:pulumi:dev::pulsar::pulsar:index:Pulsar${token}::broker"
    request = provider_pb2.CheckRequest(urn=urn, news=_struct(news), olds=_struct(olds or {}), randomSeed=b"s", **more)
    return Provider(Reports(None)).Check(request, None)


def _checked(token, news, olds=None, **more):
    return decode(_check(token, news, olds, **more).inputs)


def test_kind_namespace_and_name_are_filled_in_as_the_official_plugin_does():
    plain = _checked("kubernetes:apps/v1:StatefulSet", {"spec": {}}).plain
    assert (plain["apiVersion"], plain["kind"]) == ("apps/v1", "StatefulSet")
    assert plain["metadata"]["namespace"] == "default"
    assert plain["metadata"]["name"].startswith("broker-")
    assert plain["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}


def test_what_belongs_to_the_cluster_gets_no_namespace():
    assert "namespace" not in _checked("kubernetes:core/v1:Namespace", {}).plain["metadata"]


def test_an_automatic_name_stays_when_the_object_changes():
    first = _checked("kubernetes:core/v1:ConfigMap", {}).plain
    again = _checked("kubernetes:core/v1:ConfigMap", {"data": {"a": "b"}}, first).plain
    assert again["metadata"]["name"] == first["metadata"]["name"]


def test_a_name_of_one_s_own_is_kept_and_not_called_automatic():
    about = _checked("kubernetes:core/v1:ConfigMap", {"metadata": {"name": "conf"}}).plain["metadata"]
    assert about == {"name": "conf", "namespace": "default"}


def test_a_custom_resource_that_was_made_without_a_namespace_does_not_move():
    old = {"apiVersion": "example.com/v1", "kind": "Lamp", "metadata": {"name": "lamp"}}
    assert "namespace" not in _checked("kubernetes:example.com/v1:Lamp", old, old).plain["metadata"]


def test_the_stack_s_rule_for_names_is_followed():
    proposed = Naming(proposed_name="team-broker", mode=Naming.ENFORCE)
    plain = _checked("kubernetes:core/v1:ConfigMap", {}, autonaming=proposed).plain
    assert plain["metadata"]["name"] == "team-broker"
    refused = _check("kubernetes:core/v1:ConfigMap", {}, autonaming=Naming(mode=Naming.DISABLE))
    assert "automatic names are turned off" in refused.failures[0].reason


def test_a_secret_s_content_is_secret_even_if_the_program_forgot_to_say_so():
    assert ("stringData",) in _checked("kubernetes:core/v1:Secret", {"stringData": {"a": "b"}}).secrets


def test_a_chart_is_refused_before_anything_is_made():
    assert "doesn't run Helm" in _check("kubernetes:helm.sh/v3:Release", {}).failures[0].reason


@pytest.mark.parametrize("given", [None, "10.0.0.9"])
def test_an_address_that_a_dry_run_made_up_is_not_shown_as_known(given):
    inputs = {
        "metadata": {"name": "front"},
        "spec": {"ports": [{"port": 80}], **({"clusterIP": given} if given else {})},
    }
    tried = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "front", "uid": "1", "creationTimestamp": "now"},
        "spec": {"clusterIP": given or "10.0.0.1", "clusterIPs": ["x"], "ports": [{"port": 80, "nodePort": 30000}]},
        "status": {"loadBalancer": {}},
    }
    seen = foreseen(tried, inputs)
    assert seen["spec"]["clusterIP"] is (given or UNKNOWN)
    assert seen["spec"]["ports"] == [{"port": 80, "nodePort": UNKNOWN}]
    assert seen["status"] is UNKNOWN
    assert seen["metadata"] == {"name": "front", "uid": UNKNOWN, "creationTimestamp": UNKNOWN}


def test_inputs_that_could_not_be_tried_are_passed_on_as_they_are():
    inputs = {"metadata": {"name": "x"}, "spec": {"clusterIP": "None"}}
    assert foreseen(inputs, inputs) == inputs


def test_the_plugin_starts_without_the_sdk_and_the_client_that_take_most_of_a_second():
    program = (
        "import sys; from plugin import lean_start; lean_start.leave_out_the_sdk(); "
        "import local.engine.kubernetes_plugin.provider; print(chr(10).join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines())
    assert "pulumi.runtime.proto.provider_pb2" in loaded
    assert not {"pulumi.resource", "kubernetes", "yaml"} & loaded
