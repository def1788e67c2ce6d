"""A Prometheus of the stack's own, as plain Kubernetes objects."""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import pulumi
import pydantic
import yaml

from .. import names, versions
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..durations import Duration
from ..model import Bytes, Cpu, Image, Spec
from ..pulsar.metadata.store import VolumeSpec
from ..pulsar.objects import objects
from ..pulsar.service import PageServiceSpec
from ..pulsar.workload import Manifest, Mount, Workload, demand, placed
from .alert import rules
from .alerts import alerts
from .capacity import kept_size, too_little_memory, volume_size
from .discovery import DISCOVERIES, Discovery, DiscoveryName
from .grafana import GrafanaSpec
from .remote_write import RemoteWriteSpec
from .targets import Target, scrape_job, targets

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ROLE, PORT = "prometheus", 9090
_CONFIGURATION, _DATA = "/etc/prometheus", "/prometheus"
_SECRETS = "/etc/prometheus-secrets"


class PrometheusServiceSpec(PageServiceSpec):
    """How a browser reaches Prometheus."""

    why_private: ClassVar[str] = (
        "Prometheus: it has no login. Leave it out, and reach it in the private network or by `kubectl port-forward`."
    )


class OwnSpec(Spec):
    """A Prometheus in Pulsar's namespace that reads the stack's metrics and holds its alerting rules."""

    kind: Literal["own"]
    """A Prometheus that belongs to the stack."""
    image: Image = versions.PROMETHEUS_IMAGE
    """Prometheus' image, of a release 2.x: from 3.0 on it asks more of what it reads."""
    discovery: DiscoveryName = "kubernetes"
    """How it finds the pods. `kubernetes`: it lists them, for which it gets the right. `dns`: by Services' SRV records,
    without any right; then metrics have no label `node`, and a Deployment's pod is called by its address."""
    interval: Duration = Duration.parse("30s")
    """How often metrics are read and rules are looked at."""
    retention: Duration = Duration.parse("15d")
    """How long samples are kept, if the volume holds them: the oldest go when it is nearly full."""
    series: Annotated[int, pydantic.Field(ge=10_000)] = 100_000
    """How many time series to have room for. A Pulsar without topics has some 10,000; a topic adds 100, and 25 for each
    of its subscriptions."""
    cpu: Cpu = "250m"
    """Processors that the pod asks for."""
    memory: Bytes = Bytes.parse("2Gi")
    """Its memory limit and request. Some 8Ki for each series, and 256Mi."""
    volume: VolumeSpec | None = None
    """Where the samples are. Default: as large as `series`, `interval` and `retention` ask for. It grows in place, and
    can't shrink."""
    external_labels: Mapping[str, str] = {}
    """Labels that tell this Prometheus from others, for what is sent elsewhere."""
    alertmanagers: tuple[str, ...] = ()
    """Where alerts are sent, each as `host:port`. Default: nowhere; Prometheus' page shows them."""
    remote_write: tuple[RemoteWriteSpec, ...] = ()
    """Other systems that get every sample."""
    service: PrometheusServiceSpec = PrometheusServiceSpec()
    """How a browser reaches it."""
    grafana: GrafanaSpec | None = None
    """A Grafana that shows dashboards of it. Default: Prometheus' own page alone."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What doesn't fit together."""
        if complaint := too_little_memory(self.memory, self.series):
            yield "memory", complaint
        if self.retention < self.interval:
            yield (
                "retention",
                f"{self.retention} is shorter than the interval of {self.interval}. Use days, such as 15d.",
            )
        for position, each in enumerate(self.alertmanagers):
            host, _, port = each.rpartition(":")
            if not host or not port.isdigit() or "/" in host:
                yield (
                    f"alertmanagers.{position}",
                    f"{each[:80]!r} is not where an Alertmanager answers. Write its host and port, such as "
                    "alertmanager.monitoring.svc:9093.",
                )

    def follows(self) -> Iterator[tuple[str, object, str]]:
        """What the volume's size comes from."""
        yield "volume.size", str(self.size), "stack file" if self.volume else "series, interval and retention"

    def first(self, offer: Offer, opts: pulumi.ResourceOptions) -> Sequence[pulumi.Resource]:
        """Nothing must be there before it."""
        del offer, opts
        return ()

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """Pods that it wouldn't find."""
        yield from (("discovery", sentence) for sentence in self._finding.misfits(pulsar))

    @property
    def node_ports(self) -> Mapping[str, int | None]:
        """The nodes' ports that it asks for, by setting."""
        shown = {"grafana.service.node_port": self.grafana.service.node_port} if self.grafana else {}
        return {"service.node_port": self.service.node_port, **shown}

    @property
    def _finding(self) -> Discovery:
        return DISCOVERIES[self.discovery]

    @property
    def size(self) -> Bytes:
        """How large the volume is."""
        if self.volume:
            return self.volume.size
        return volume_size(self.series, retention=self.retention, interval=self.interval)

    @property
    def pages(self) -> dict[str, str | None]:
        """What a browser can look at, and where it finds it, if the stack file fixes that."""
        return {"Prometheus": self.service.address, **({"Grafana": self.grafana.address} if self.grafana else {})}

    @property
    def images(self) -> frozenset[str]:
        """Every image that a pod is made from."""
        return frozenset({self.image, *((self.grafana.image,) if self.grafana else ())})

    def configuration(self, pulsar: "PulsarSpec", further: Sequence[Target] = ()) -> dict[str, str]:
        """Prometheus' files, by their names."""
        whole: dict[str, Any] = {
            "global": {
                "scrape_interval": f"{self.interval}",
                "evaluation_interval": f"{self.interval}",
                "external_labels": dict(self.external_labels),
            },
            "rule_files": [f"{_CONFIGURATION}/alerts.yml"],
            "scrape_configs": [scrape_job(each, self._finding.job(each)) for each in (*targets(pulsar), *further)],
        }
        if self.alertmanagers:
            whole["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": list(self.alertmanagers)}]}]}
        if self.remote_write:
            whole["remote_write"] = [_remote_write(each) for each in self.remote_write]
        return {"alerts.yml": _yaml(rules(alerts(pulsar, further))), "prometheus.yml": _yaml(whole)}

    def _workload(self, pulsar: "PulsarSpec", offer: Offer, files: Mapping[str, str]) -> Workload:
        name = f"{pulsar.name}-{ROLE}"
        healthy = {"httpGet": {"path": "/-/healthy", "port": "http"}, "timeoutSeconds": 5}
        secrets = sorted({each.secret for each in self.remote_write if each.secret})
        work = Workload(
            cluster=pulsar.name,
            namespace=pulsar.namespace,
            role=ROLE,
            image=self.image,
            replicas=1,
            command=(
                "/bin/prometheus",
                f"--config.file={_CONFIGURATION}/prometheus.yml",
                f"--storage.tsdb.path={_DATA}/data",
                f"--storage.tsdb.retention.time={int(self.retention)}s",
                f"--storage.tsdb.retention.size={kept_size(self.size)}",
            ),
            ports={"http": PORT},
            cpu=self.cpu,
            memory=str(self.memory),
            # Other files are another pod.
            environment={"CONFIGURATION_HASH": hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]},
            mounts=(
                Mount(name="configuration", path=_CONFIGURATION, source={"configMap": {"name": f"{name}-files"}}),
                Mount(
                    name="data",
                    path=_DATA,
                    source={"persistentVolumeClaim": {"claimName": f"{name}-data"}},
                    read_only=False,
                ),
                *(
                    Mount(
                        name=f"secret-{each}"[:63], path=f"{_SECRETS}/{each}", source={"secret": {"secretName": each}}
                    )
                    for each in secrets
                ),
            ),
            startup={**healthy, "periodSeconds": 1, "failureThreshold": 600},
            readiness={"httpGet": {"path": "/-/ready", "port": "http"}, "periodSeconds": 5, "timeoutSeconds": 5},
            liveness={**healthy, "periodSeconds": 10, "failureThreshold": 6},
            spread="preferred",
            stateful=False,
            # Two can't write to one volume.
            surges=False,
            kubernetes_api=self._finding.kubernetes_api,
            headless=False,
            client_service=self.service.manifest(offer),
            grace_seconds=60,
        )
        return placed(work, offer)

    def demands(self, pulsar: "PulsarSpec", offer: Offer) -> tuple[Demand, ...]:
        """What its pod asks of its node, the volume too, and what Grafana's does."""
        own = dataclasses.replace(demand(self._workload(pulsar, offer, files={})), volumes=1)
        return (own, *((self.grafana.demand(pulsar, offer),) if self.grafana else ()))

    def manifests(self, pulsar: "PulsarSpec", offer: Offer, further: Sequence[Target] = ()) -> dict[str, Manifest]:
        """Every object, by its logical name."""
        files, grafana = self.configuration(pulsar, further), self.grafana
        work = self._workload(pulsar, offer, files)
        shown = grafana.manifests(pulsar, offer, prometheus=work, interval=f"{self.interval}") if grafana else {}
        found = self._finding.manifests(work, [*targets(pulsar), *further])
        return {**self._beside(work, offer, files), **found, **objects(work), **shown}

    def _beside(self, work: Workload, offer: Offer, files: Mapping[str, str]) -> dict[str, Manifest]:
        name, labels = work.name, names.labels(work.cluster, work.role)
        storage_class = (self.volume.storage_class if self.volume else None) or offer.storage_class
        around = {"name": name, "namespace": work.namespace, "labels": labels}
        return {
            f"{name}-files": {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {**around, "name": f"{name}-files"},
                "data": dict(files),
            },
            f"{name}-data": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                # A volume that is made for its first pod is not there before it.
                "metadata": {
                    **around,
                    "name": f"{name}-data",
                    "annotations": {"pulumi.com/skipAwait": "true"},
                },
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    **({"storageClassName": storage_class} if storage_class else {}),
                    "resources": {"requests": {"storage": str(self.size)}},
                },
            },
        }


def _remote_write(spec: RemoteWriteSpec) -> dict[str, Any]:
    shown = {"authorization": {"credentials_file": f"{_SECRETS}/{spec.secret}/token"}} if spec.secret else {}
    return {"url": spec.url, **shown}


def _yaml(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=10_000)
