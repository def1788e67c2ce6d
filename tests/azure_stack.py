"""The smallest stack file on Azure."""

from collections.abc import Mapping
from typing import Any

from components import stack
from components.clusters.aks import AksSpec
from tests import stack_file

SUBSCRIPTION = "0f3c5d1e-8a2b-4c6d-9e7f-102938475656"
ADMINS = "5d1e0f3c-8a2b-4c6d-9e7f-102938475656"

SMALLEST: Mapping[str, Any] = {
    "cluster": {
        "provider": "aks",
        "subscription": SUBSCRIPTION,
        "region": "westeurope",
        "admin_groups": [ADMINS],
    },
    "pulsar": {"version": "4.0.13"},
}


def aks(changes: Mapping[str, Any] | None = None) -> AksSpec:
    """Its cluster, with changes."""
    cluster = stack.read(stack_file.raw(changes, SMALLEST), "test").cluster
    assert isinstance(cluster, AksSpec)
    return cluster
