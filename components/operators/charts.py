"""The Helm charts of the operators: where each comes from, and the release that this program was written for.

Sources: the charts' own repositories (streamnative/function-mesh, streamnative/pulsar-resources-operator,
streamnative/private-cloud and its releases, datastax/kaap and its `index.yaml`, prometheus-community/helm-charts and
its releases), their `Chart.yaml`, `values.yaml` and `README.md`.
"""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chart:
    """One release of a chart."""

    name: str
    """The chart's name in its repository."""
    repository: str
    """The address of the repository."""
    version: str
    """The release of the chart."""
    operator: str
    """The release of the operator that the chart installs."""


_CHARTS = "https://charts.streamnative.io"

FUNCTION_MESH = Chart(name="function-mesh-operator", repository=_CHARTS, version="0.2.42", operator="0.27.2")
PULSAR_RESOURCES = Chart(name="pulsar-resources-operator", repository=_CHARTS, version="v0.19.6", operator="v0.19.6")
KAAP = Chart(name="kaap", repository="https://datastax.github.io/kaap", version="0.4.3", operator="0.4.3")
STREAMNATIVE = Chart(name="sn-operator", repository=_CHARTS, version="0.21.2", operator="v0.21.17")
KUBE_PROMETHEUS_STACK = Chart(
    name="kube-prometheus-stack",
    repository="https://prometheus-community.github.io/helm-charts",
    version="87.16.1",
    operator="v0.92.1",
)
