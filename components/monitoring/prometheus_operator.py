"""What the Prometheus operator is told, where a cluster has one: which pods to read, and the alerts. What the Grafana
beside it is told: the dashboards.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .. import names
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..durations import Duration
from ..model import Spec
from ..pulsar.workload import Manifest
from .alert import rules
from .alerts import alerts
from .dashboards import rendered
from .targets import Target, relabelings, targets

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

_API = "monitoring.coreos.com/v1"
_CAMEL_CASE = {"source_labels": "sourceLabels", "target_label": "targetLabel"}
"""Prometheus' own names, and those that the operator's resources have for the same."""


class PrometheusOperatorSpec(Spec):
    """The Prometheus operator that the cluster has, such as kube-prometheus-stack's. Its custom resource definitions
    must be there.
    """

    kind: Literal["prometheus-operator"]
    """An operator that somebody else brought."""
    labels: Mapping[str, str] = {}
    """Labels by which its Prometheus chooses what to read (`podMonitorSelector`, `ruleSelector`), such as
    `release: kube-prometheus-stack`."""
    interval: Duration = Duration.parse("30s")
    """How often metrics are read."""
    dashboards: bool = True
    """Whether a Grafana beside it gets the dashboards, as ConfigMaps with the label `grafana_dashboard: "1"`, by which
    the sidecar of Grafana's chart finds them."""

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """Nothing that Pulsar could have contradicts it."""
        del pulsar
        yield from ()

    @property
    def node_ports(self) -> Mapping[str, int | None]:
        """None: nothing is reached here."""
        return {}

    @property
    def address(self) -> None:
        """Its operator knows where it is, and no stack file."""

    @property
    def images(self) -> frozenset[str]:
        """No pod is made here."""
        return frozenset()

    def demands(self, pulsar: "PulsarSpec", offer: Offer) -> tuple[Demand, ...]:
        """No pod is made here."""
        del pulsar, offer
        return ()

    def manifests(self, pulsar: "PulsarSpec", offer: Offer, further: Sequence[Target] = ()) -> dict[str, Manifest]:
        """A PodMonitor for each role, a ConfigMap for each dashboard, and the alerts as a PrometheusRule."""
        del offer
        found = {
            f"{pulsar.name}-{each.component}-metrics": self._pod_monitor(each) for each in (*targets(pulsar), *further)
        }
        if self.dashboards:
            found |= self._dashboards(pulsar)
        name = f"{pulsar.name}-alerts"
        around = self._metadata(name, pulsar.namespace, pulsar.name, "alerts")
        rule = {
            "apiVersion": _API,
            "kind": "PrometheusRule",
            "metadata": around,
            "spec": rules(alerts(pulsar, further)),
        }
        return {**found, name: rule}

    def _pod_monitor(self, target: Target) -> Manifest:
        # Without a port's name every port of the pod is a target; the relabelings keep the one by its number.
        endpoint = {
            "path": target.path,
            "interval": str(self.interval),
            "honorLabels": True,
            "relabelings": [_renamed(each) for each in relabelings(target)],
        }
        return {
            "apiVersion": _API,
            "kind": "PodMonitor",
            "metadata": self._metadata(
                f"{target.cluster}-{target.component}", target.namespace, target.cluster, target.component
            ),
            "spec": {
                "namespaceSelector": {"matchNames": [target.namespace]},
                "selector": _selector(target.selector),
                "podMetricsEndpoints": [endpoint],
            },
        }

    def _dashboards(self, pulsar: "PulsarSpec") -> dict[str, Manifest]:
        found: dict[str, Manifest] = {}
        for file, content in rendered(pulsar).items():
            slug = file.removeprefix(f"{pulsar.name}-").removesuffix(".json")
            name = f"{pulsar.name}-dashboard-{slug}"
            around = self._metadata(name, pulsar.namespace, pulsar.name, "dashboards")
            labels = {**around["labels"], "grafana_dashboard": "1"}
            found[name] = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {**around, "labels": labels},
                "data": {file: content},
            }
        return found

    def _metadata(self, name: str, namespace: str, cluster: str, role: str) -> Manifest:
        labels = names.labels(cluster, role) | dict(self.labels)
        return {"name": name, "namespace": namespace, "labels": labels}


def _selector(text: str) -> Manifest:
    """A selector that is written as text, as the resources write it."""
    terms = [each.partition("=") for each in text.split(",")]
    equal = {key: value for key, sign, value in terms if sign}
    exist = [{"key": key, "operator": "Exists"} for key, sign, _ in terms if not sign]
    return {**({"matchLabels": equal} if equal else {}), **({"matchExpressions": exist} if exist else {})}


def _renamed(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {_CAMEL_CASE.get(key, key): value for key, value in rule.items()}
