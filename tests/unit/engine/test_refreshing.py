"""A refresh shows what somebody changed, and nothing that only looks like a change."""

from local.engine.kubernetes_plugin.refreshing import imported, refreshed, secret_paths


def _deployment(**container):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"containers": [{"name": "c", **container}]}}


def test_what_the_api_server_spells_differently_is_no_drift():
    inputs, live = _deployment(cpu="1000m"), _deployment(cpu="1", policy="default")
    assert refreshed(inputs, live, live) == inputs


def test_a_field_that_was_changed_by_hand_is_drift():
    inputs, before, live = _deployment(image="a"), _deployment(image="a"), _deployment(image="b")
    assert refreshed(inputs, before, live)["spec"]["containers"][0]["image"] == "b"


def test_a_container_that_was_injected_is_not_ours_and_one_that_was_removed_is_drift():
    before = _deployment(image="a")
    live = _deployment(image="a")
    live["spec"]["containers"].insert(0, {"name": "sidecar"})
    assert refreshed(before, before, live) == before
    live["spec"]["containers"].pop()
    assert refreshed(before, before, live)["spec"]["containers"] == []


def test_a_key_that_was_deleted_by_hand_is_drift():
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1", "b": "2"}}
    assert refreshed(inputs, inputs, {**inputs, "data": {"a": "1"}})["data"] == {"a": "1"}


def test_text_that_the_api_server_keeps_encoded_is_compared_decoded():
    inputs = {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "x"}}
    before = {"kind": "Secret", "data": {"a": "eA=="}}
    assert refreshed(inputs, before, before)["stringData"] == {"a": "x"}
    assert refreshed(inputs, before, {"kind": "Secret", "data": {"a": "eQ=="}})["stringData"] == {"a": "y"}


def test_an_import_leaves_out_what_is_the_api_server_s_own():
    live = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x", "uid": "1", "resourceVersion": "2", "managedFields": [], "labels": {"a": "b"}},
        "data": {"a": "1"},
        "status": {},
    }
    assert imported(live)["metadata"] == {"name": "x", "labels": {"a": "b"}}
    assert "status" not in imported(live)


def test_a_secret_s_content_is_secret_whoever_made_it():
    live = {"apiVersion": "v1", "kind": "Secret", "data": {"a": "eA=="}}
    assert ("data",) in secret_paths(live, frozenset())
    assert secret_paths({**live, "kind": "ConfigMap"}, frozenset()) == frozenset()
