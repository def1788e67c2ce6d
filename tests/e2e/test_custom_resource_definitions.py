"""The real API server, with the operators' own definitions, takes every custom resource of every example."""

import pytest

from tests import custom_resources, examples
from tests.e2e import crds

TENANT = {
    "apiVersion": "resource.streamnative.io/v1alpha1",
    "kind": "PulsarTenant",
    "metadata": {"name": "shop"},
    "spec": {"name": "shop", "connectionRef": {"name": "pulsar"}},
}


@pytest.fixture(scope="module")
def api(local_stack):
    found = crds.client()
    for operator in custom_resources.OPERATORS:
        crds.apply(found, operator)
    return found


def test_a_field_that_does_not_exist_would_be_found(api):
    assert crds.refusal(api, TENANT) is None
    spec = {**TENANT["spec"], "landlord": "nobody"}
    assert 'unknown field "spec.landlord"' in (crds.refusal(api, {**TENANT, "spec": spec}) or "")


@pytest.mark.parametrize("example", examples.with_operators(), ids=lambda example: example.where)
def test_every_custom_resource_of_an_example_is_taken_with_all_its_fields(api, example):
    refusals = [crds.refusal(api, manifest) for manifest in custom_resources.of_example(example)]

    assert [each for each in refusals if each] == []
