"""What the Prometheus operator is told, which a cluster has or which is installed with the stack: which pods to read,
and the alerts. What the Grafana beside it is told: the dashboards.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import pulumi
import pydantic

from .. import names
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..durations import Duration
from ..model import Bytes, Namespace
from ..operators.charts import KUBE_PROMETHEUS_STACK, Chart
from ..operators.operator import OperatorSpec, image_parts
from ..pulsar.metadata.store import VolumeSpec
from ..pulsar.workload import Manifest
from . import kube_prometheus_stack
from .alert import rules
from .alerts import alerts
from .capacity import kept_size, too_little_memory, volume_size
from .dashboard_objects import dashboard_objects
from .remote_write import RemoteWriteSpec
from .targets import Target, relabelings, targets

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

_API = "monitoring.coreos.com/v1"
_CAMEL_CASE = {"source_labels": "sourceLabels", "target_label": "targetLabel"}
"""Prometheus' own names, and those that the operator's resources have for the same."""


class PrometheusOperatorSpec(OperatorSpec):
    """The Prometheus operator: one that the cluster has, or kube-prometheus-stack, installed with the stack."""

    chart: ClassVar[Chart] = KUBE_PROMETHEUS_STACK
    title: ClassVar[str] = "kube-prometheus-stack"

    kind: Literal["prometheus-operator"]
    """A Prometheus operator, and the Grafana beside it."""
    install: bool = False
    """Whether kube-prometheus-stack is installed with the stack: operator, Prometheus, Alertmanager, Grafana. With
    `false`, somebody else has brought an operator and its custom resource definitions."""
    namespace: Namespace = "prometheus-operator"
    """The namespace that is made for it. It holds nothing else."""
    labels: Mapping[str, str] = {}
    """Labels by which its Prometheus chooses what to read (`podMonitorSelector`, `ruleSelector`), such as
    `release: kube-prometheus-stack`."""
    interval: Duration = Duration.parse("30s")
    """How often metrics are read."""
    retention: Duration = Duration.parse("15d")
    """How long the Prometheus that is installed keeps samples, if its volume holds them."""
    series: Annotated[int, pydantic.Field(ge=10_000)] = 200_000
    """How many time series it is to have room for: those of Pulsar, and those of Kubernetes' nodes, pods and objects,
    which it reads as well."""
    memory: Bytes = Bytes.parse("2Gi")
    """Its memory limit and request. Some 8Ki for each series, and 256Mi."""
    volume: VolumeSpec | None = None
    """Where its samples are. Default: as large as `series`, `interval` and `retention` ask for."""
    remote_write: tuple[RemoteWriteSpec, ...] = ()
    """Other systems that get every sample of the Prometheus that is installed."""
    dashboards: bool = True
    """Whether a Grafana beside it gets the dashboards, as ConfigMaps with the label `grafana_dashboard: "1"`, by which
    the sidecar of Grafana's chart finds them."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is said of a Prometheus that somebody else sized, and a size that doesn't do."""
        yield from super().mistakes()
        if not self.install:
            for setting in ("retention", "series", "memory", "volume", "remote_write"):
                if setting in self.model_fields_set:
                    yield (
                        setting,
                        f"is for installing {self.title}, and `install: false` says that somebody else did. Leave it "
                        "out, or let it be installed.",
                    )
        if complaint := too_little_memory(self.memory, self.series):
            yield "memory", complaint

    def follows(self) -> Iterator[tuple[str, object, str]]:
        """What the volume's size comes from."""
        if self.install:
            yield "volume.size", str(self.size), "stack file" if self.volume else "series, interval and retention"

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """None: it finds every pod."""
        del pulsar
        return iter(())

    @property
    def node_ports(self) -> Mapping[str, int | None]:
        """None: nothing is reached here."""
        return {}

    @property
    def size(self) -> Bytes:
        """How large the volume is."""
        if self.volume:
            return self.volume.size
        return volume_size(self.series, retention=self.retention, interval=self.interval)

    def chart_values(self) -> dict[str, Any]:
        """What is read and kept, who may look, and the operator's image."""
        registry, repository, tag = image_parts(self.image) if self.image else ("", "", "")
        image = {"registry": registry, "repository": repository, "tag": tag}
        return {
            "prometheus": kube_prometheus_stack.prometheus(
                interval=str(self.interval),
                retention=f"{int(self.retention)}s",
                kept=kept_size(self.size),
                memory=self.memory,
                size=self.size,
                storage_class=self.volume.storage_class if self.volume else None,
                remote_write=[_remote_write(each) for each in self.remote_write],
            ),
            "grafana": kube_prometheus_stack.grafana(wanted=self.dashboards),
            **({"prometheusOperator": {"image": image}} if self.image else {}),
            **kube_prometheus_stack.outside(),
        }

    def first(self, offer: Offer, opts: pulumi.ResourceOptions) -> Sequence[pulumi.Resource]:
        """Its release, with the definitions that PodMonitors and PrometheusRules need."""
        if not self.install:
            return ()
        storage_class = (self.volume.storage_class if self.volume else None) or offer.storage_class
        volume = VolumeSpec(size=self.size, storage_class=storage_class)
        return self.model_copy(update={"volume": volume}).create("prometheus-operator", opts=opts).needed

    @property
    def pages(self) -> dict[str, str | None]:
        """Its operator knows where it is, and no stack file."""
        return {}

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
            found |= dashboard_objects(pulsar, {**self.labels, **dict([kube_prometheus_stack.DASHBOARD_LABEL])})
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

    def _metadata(self, name: str, namespace: str, cluster: str, role: str) -> Manifest:
        labels = names.labels(cluster, role) | dict(self.labels)
        return {"name": name, "namespace": namespace, "labels": labels}


def _selector(text: str) -> Manifest:
    """A selector that is written as text, as the resources write it."""
    terms = [each.partition("=") for each in text.split(",")]
    equal = {key: value for key, sign, value in terms if sign}
    exist = [{"key": key, "operator": "Exists"} for key, sign, _ in terms if not sign]
    return {**({"matchLabels": equal} if equal else {}), **({"matchExpressions": exist} if exist else {})}


def _remote_write(spec: RemoteWriteSpec) -> dict[str, Any]:
    """As the operator's resource has it: the Secret is beside its Prometheus."""
    shown = {"authorization": {"credentials": {"name": spec.secret, "key": "token"}}} if spec.secret else {}
    return {"url": spec.url, **shown}


def _renamed(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {_CAMEL_CASE.get(key, key): value for key, value in rule.items()}
