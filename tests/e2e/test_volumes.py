"""Larger volumes for pods that go on serving: what docs/howto/volumes.md says, step by step."""

import json

import kubernetes
import pytest

from tests.e2e.traffic import Traffic, wait_for

NAMESPACE, SET, CLAIM = "pulsar", "pulsar-bookie", "ledgers-pulsar-bookie-0"


@pytest.fixture
def growing(core):
    """The storage class of the ledgers lets volumes grow while the test runs."""
    storage = kubernetes.client.StorageV1Api(core.api_client)
    name = core.read_namespaced_persistent_volume_claim(CLAIM, NAMESPACE).spec.storage_class_name
    before = bool(storage.read_storage_class(name).allow_volume_expansion)
    storage.patch_storage_class(name, {"allowVolumeExpansion": True})
    yield
    storage.patch_storage_class(name, {"allowVolumeExpansion": before})


def test_bookies_get_larger_volumes_and_none_starts_again(core, growing, selected, pulumi, changed, endpoints):
    apps = kubernetes.client.AppsV1Api(core.api_client)
    before = core.read_namespaced_pod(f"{SET}-0", NAMESPACE).metadata.uid
    traffic = Traffic(endpoints)
    wait_for(lambda: len(traffic.acknowledged) > 100)
    larger = changed(lambda spec: spec["pulsar"]["bookkeeper"].update(ledgers={"size": "9Gi"}))

    def take_over(config_file):
        apps.delete_namespaced_stateful_set(SET, NAMESPACE, propagation_policy="Orphan")
        result = pulumi("up", "--yes", "--skip-preview", "--refresh", config_file=config_file)
        assert result.code == 0, result.text[-3000:]

    core.patch_namespaced_persistent_volume_claim(
        CLAIM, NAMESPACE, {"spec": {"resources": {"requests": {"storage": "9Gi"}}}}
    )
    take_over(larger)

    templates = apps.read_namespaced_stateful_set(SET, NAMESPACE).spec.volume_claim_templates
    assert {each.metadata.name: each.spec.resources.requests["storage"] for each in templates or ()}["ledgers"] == "9Gi"
    again = pulumi("preview", "--json", "--expect-no-changes", config_file=larger)
    assert again.code == 0, again.text[-3000:]
    assert set(json.loads(again.text[again.text.index("{") :])["changeSummary"]) == {"same"}

    # The template follows the stack file; what a claim asks for only grows.
    take_over(selected.own_config_file())
    pod = core.read_namespaced_pod(f"{SET}-0", NAMESPACE)
    assert pod.metadata.uid == before
    assert [each.restart_count for each in pod.status.container_statuses or ()] == [0]
    assert traffic.lost() == set()
