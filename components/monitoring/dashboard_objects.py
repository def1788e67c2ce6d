"""The dashboards as Kubernetes objects, for the stack's own Grafana or one that is there: a ConfigMap each, because one
may hold 1 MiB.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import names
from ..pulsar.workload import Manifest
from .dashboards import rendered

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec


def dashboard_objects(pulsar: "PulsarSpec", labels: Mapping[str, str]) -> dict[str, Manifest]:
    """Every dashboard's ConfigMap by its logical name, which is its own name too.

    Args:
        pulsar: the Pulsar that they show.
        labels: labels beside those that every object has.
    """
    found: dict[str, Manifest] = {}
    for file, content in rendered(pulsar).items():
        slug = file.removeprefix(f"{pulsar.name}-").removesuffix(".json")
        name = f"{pulsar.name}-dashboard-{slug}"
        found[name] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": pulsar.namespace,
                "labels": names.labels(pulsar.name, "dashboards") | dict(labels),
            },
            "data": {file: content},
        }
    return found
