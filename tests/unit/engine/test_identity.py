"""Names, kinds, cluster and configuration as a user of the official plugin expects them."""

import base64
import json

import pytest

from local.engine.kubernetes_plugin import settings
from local.engine.kubernetes_plugin.discovery import built_in_scope
from local.engine.kubernetes_plugin.kubeconfig import connect
from local.engine.kubernetes_plugin.naming import (
    automatic_name,
    field_manager,
    from_resource_id,
    from_type,
    resource_id,
)
from local.engine.kubernetes_plugin.problems import NoCluster
from local.engine.kubernetes_plugin.unsupported import why_unsupported

URN = "urn:pulumi:dev::pulsar::kubernetes:core/v1:Service::broker"


def test_an_automatic_name_is_the_logical_one_with_eight_digits_the_same_for_the_same_seed():
    name = automatic_name("broker", URN, b"seed")
    assert name == automatic_name("broker", URN, b"seed")
    assert name != automatic_name("broker", URN, b"other")
    assert name.removeprefix("broker-").isalnum()
    assert len(name) == len("broker-") + 8


def test_an_object_is_found_again_by_the_run_after_the_one_that_was_killed(monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///a")
    ours = field_manager(URN)
    assert field_manager(URN) == ours
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///b")
    assert field_manager(URN) != ours, "another checkout's stack of the same name is not ours"


@pytest.mark.parametrize(("namespace", "identity"), [("pulsar", "pulsar/broker"), (None, "broker")])
def test_an_id_is_the_official_one(namespace, identity):
    assert resource_id(namespace, "broker") == identity
    assert from_resource_id(identity) == (namespace, "broker")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("kubernetes:core/v1:Service", ("v1", "Service")),
        ("kubernetes:apps/v1:StatefulSet", ("apps/v1", "StatefulSet")),
        ("kubernetes:pulsar.streamnative.io/v1alpha1:Broker", ("pulsar.streamnative.io/v1alpha1", "Broker")),
    ],
)
def test_a_kind_is_read_from_its_type(token, expected):
    assert from_type(token) == expected


@pytest.mark.parametrize(
    ("api_version", "kind", "namespaced"),
    [
        ("v1", "Service", True),
        ("v1", "Namespace", False),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", False),
        ("rbac.authorization.k8s.io/v1", "Role", True),
        ("storage.k8s.io/v1", "StorageClass", False),
        ("gateway.networking.k8s.io/v1", "GatewayClass", None),
        ("example.com/v1", "Lamp", None),
    ],
)
def test_the_scope_of_what_is_built_in_needs_no_cluster(api_version, kind, namespaced):
    assert built_in_scope(api_version, kind) is namespaced


@pytest.mark.parametrize("token", ["kubernetes:helm.sh/v3:Release", "kubernetes:yaml/v2:ConfigGroup"])
def test_what_only_the_official_plugin_has_is_refused_with_the_way_out(token):
    assert token in why_unsupported(token)
    assert "official Kubernetes plugin" in why_unsupported(token)


def test_patches_and_lists_are_refused_and_everything_else_is_not():
    assert why_unsupported("kubernetes:core/v1:ConfigMapPatch")
    assert why_unsupported("kubernetes:core/v1:ConfigMapList")
    assert not why_unsupported("kubernetes:core/v1:ConfigMap")


def test_configuration_comes_as_booleans_as_text_or_from_the_environment(monkeypatch):
    monkeypatch.setenv("PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", "true")
    read = settings.read({"upsertExistingObjects": "true", "namespace": "pulsar", "enableServerSideApply": "true"})
    assert (read.upsert_existing_objects, read.namespace, read.mutable_content) == (True, "pulsar", ("ConfigMap",))


def _kubeconfig(**changes):
    user = {"token": "-".join(["a", "token"])}
    return {
        "current-context": "one",
        "contexts": [
            {"name": "one", "context": {"cluster": "a", "user": "u", "namespace": "team"}},
            {"name": "two", "context": {"cluster": "b"}},
        ],
        "clusters": [
            {"name": "a", "cluster": {"server": "https://a.example/", "certificate-authority": "ca.pem"}},
            {"name": "b", "cluster": {"server": "https://b.example", "insecure-skip-tls-verify": True}},
        ],
        "users": [{"name": "u", "user": user}],
        **changes,
    }


def test_a_kubeconfig_is_taken_as_a_path_with_its_relative_files(tmp_path):
    (tmp_path / "ca.pem").write_text("authority")
    (tmp_path / "config").write_text(json.dumps(_kubeconfig()))
    found = connect(str(tmp_path / "config"))
    assert (found.server, found.namespace, found.authorities) == ("https://a.example", "team", "authority")
    assert found.headers() == {"Authorization": "Bearer a-token"}


def test_a_kubeconfig_is_taken_as_text_and_its_context_can_be_chosen():
    found = connect(json.dumps(_kubeconfig()), context="two")
    assert (found.server, found.insecure, found.namespace) == ("https://b.example", True, "default")


def test_several_kubeconfigs_are_one(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    key = base64.b64encode(b"key").decode()
    first.write_text(json.dumps({"current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "b"}}]}))
    second.write_text(json.dumps(_kubeconfig(users=[{"name": "u", "user": {"client-key-data": key}}])))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}")
    assert connect().server == "https://b.example"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps(_kubeconfig(**{"current-context": "nine"})), "no context nine. It has: one, two"),
        (
            json.dumps(_kubeconfig(**{"current-context": ""})),
            "no current context. Choose one of its contexts: one, two",
        ),
        ("/not/there", "The kubeconfig /not/there doesn't exist."),
        ("a: [\nb", "isn't YAML"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_says_what_is_missing(text, sentence):
    with pytest.raises(NoCluster, match=sentence.replace("[", r"\[")):
        connect(text)


def test_a_kubeconfig_s_secrets_are_not_shown():
    assert "a-token" not in repr(connect(json.dumps(_kubeconfig()), context="two"))


def test_a_credential_helper_is_asked_for_a_token(tmp_path):
    token = "-".join(["a", "helper", "token"])
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token}}
    helper = tmp_path / "helper"
    helper.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    helper.chmod(0o755)
    how = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(helper), "interactiveMode": "Never"}
    cluster = {"name": "a", "cluster": {"server": "https://a.example"}}
    config = _kubeconfig(clusters=[cluster], users=[{"name": "u", "user": {"exec": how}}])
    assert connect(json.dumps(config)).headers() == {"Authorization": f"Bearer {token}"}
