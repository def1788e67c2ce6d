"""What runs, held to the stack file: a change by hand is told."""

import pytest


@pytest.fixture
def tampered(core, selected):
    """A setting of the running stack that somebody changed by hand."""
    from kubernetes import client

    spec = selected.stack.spec.pulsar
    name, namespace = f"{spec.name}-toolset", spec.namespace
    apps = client.AppsV1Api(core.api_client)
    apps.patch_namespaced_deployment_scale(name, namespace, {"spec": {"replicas": 0}})
    yield name
    apps.patch_namespaced_deployment_scale(name, namespace, {"spec": {"replicas": 1}})


def test_a_stack_that_nobody_touched_has_no_drift(make, local_stack):
    result = make("drift", "STACK=local")

    assert result.code == 0, result.text
    assert "what runs is what the stack file says" in result.text


def test_a_review_by_the_engine_of_a_branch_without_a_change_says_so(make, local_stack):
    result = make("review", "STACK=local", "BASE=HEAD", "ARGS=--engine")

    assert result.code == 0, result.text
    assert "Nothing changes." in result.text


def test_what_somebody_changed_by_hand_is_told(make, local_stack, tampered):
    told = make("drift", "STACK=local")

    assert told.code != 0, "A pipeline must notice."
    assert tampered in told.text, told.text
