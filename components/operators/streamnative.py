"""StreamNative's operator, which makes a Pulsar from one resource for each of its parts.

Sources: the chart's `values.yaml` and templates (streamnative/private-cloud, `charts/sn-operator`), the definitions in
k8s-operatorhub/community-operators (`operators/sn-operator`), how StreamNative's own charts use them
(streamnative/charts, `sn-platform-slim`), and its documentation of licences
(docs.streamnative.io/private/private-cloud-licenses).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pulumi

from ..clusters.cluster import Offer
from ..durations import Duration
from ..model import Namespace
from ..pulsar.contributions import Process
from ..pulsar.workload import Manifest
from . import streamnative_refusals
from .charts import STREAMNATIVE, Chart
from .operator import OperatorSpec, image_parts
from .pulsar_operator import Parts, PulsarOperatorSpec
from .streamnative_resources import ROLES, handed

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

LICENCE = "streamnative_licence"
"""The configuration key of the licence."""
_FILE = frozenset({"statusFilePath"})


class StreamNativeSpec(PulsarOperatorSpec, OperatorSpec):
    """StreamNative's operator, to which all of Pulsar is handed."""

    chart: ClassVar[Chart] = STREAMNATIVE
    title: ClassVar[str] = "StreamNative's operator"

    kind: Literal["streamnative"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """StreamNative's operator, on ZooKeeper. It is proprietary."""
    licence_acknowledged: bool = False
    """Whether you have read StreamNative's licence and may run its operator and its images. Nothing is made without."""
    namespace: Namespace = "sn-operator"
    """The namespace that is made for it. It holds nothing else but the licence."""
    ready_within: Duration = Duration.parse("20m")
    """How long each part of Pulsar may take until all its pods are ready. Then what the operator says of it is the
    error of the `up`."""

    @property
    def pods_level(self) -> Literal["restricted", "baseline"]:
        """The resources have no place for all that the level `restricted` asks of pods."""
        return "baseline"

    @property
    def websocket_at(self) -> tuple[str, int]:
        """The proxies' own HTTP port."""
        return "proxy", 8080

    @property
    def left_out(self) -> Mapping[Process, frozenset[str]]:
        """The file that this program's probes ask for, and what the operator writes from other fields."""
        return {
            "bookie": frozenset({"journalDirectories", "ledgerDirectories", "metadataServiceUri"}),
            "autorecovery": frozenset({"metadataServiceUri"}),
            "broker": _FILE | {"clusterName", "configurationMetadataStoreUrl", "metadataStoreUrl"},
            "proxy": _FILE | {"brokerServiceURL", "brokerWebServiceURL", "clusterName"},
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """The licence, where the operator's namespace is this program's."""
        return (LICENCE,) if self.install else ()

    def chart_values(self) -> dict[str, Any]:
        """Bounds of its pod, and its image. It watches every namespace by itself."""
        values: dict[str, Any] = {
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}
        }
        if self.image:
            registry, repository, tag = image_parts(self.image)
            values["image"] = {"manager": {"registry": registry, "repository": repository, "tag": tag}}
        return values

    def secret_manifests(self, secrets: Mapping[str, pulumi.Input[str]]) -> Mapping[str, Manifest]:
        """The licence. The operator finds it by its label, and tells Pulsar's pods of it."""
        about = {
            "name": "sn-license",
            "namespace": self.namespace,
            "labels": {"app.kubernetes.io/managed-by": "pulumi", "cloud.streamnative.io/type": "license"},
        }
        content = {"license": pulumi.Output.secret(secrets[LICENCE])}
        return {
            f"{self.chart.name}-licence": {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": about,
                "stringData": content,
            }
        }

    def parts(self, pulsar: "PulsarSpec", offer: Offer) -> Parts:
        """The resources, and the pod sets that the operator knows nothing of, such as the tools' pod."""
        work = pulsar.workloads(offer)
        ours = {role: each for role, each in work.items() if role not in ROLES}
        told = {role: each for role, each in work.items() if role in ROLES}
        return Parts(manifests=pulsar.manifests(offer), workloads=ours, handed=handed(self, pulsar, told))

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """What it can't run, and a licence that nobody has read."""
        return streamnative_refusals.misfits(self, pulsar)
