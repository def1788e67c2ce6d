"""KAAP (Kubernetes Autoscaling for Apache Pulsar), which makes a whole Pulsar from one `PulsarCluster`.

Sources: the chart's `values.yaml` and its roles, the resource's definition, and how the operator reads it
(datastax/kaap 0.4: `helm/kaap`, `operator/src/main/java/com/datastax/oss/kaap/controllers`).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import pydantic

from ..clusters.cluster import Offer
from ..durations import Duration
from ..model import Namespace, Spec
from ..pulsar.contributions import Contribution, Process
from ..pulsar.workload import Manifest
from . import kaap_refusals
from .charts import KAAP, Chart
from .kaap_cluster import ROLES, handed
from .operator import OperatorSpec
from .pulsar_operator import Parts, PulsarOperatorSpec

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

_PLACEMENT = "org.apache.bookkeeper.client.RackawareEnsemblePlacementPolicy"


_Share = Annotated[float, pydantic.Field(strict=False, gt=0, lt=1)]


class BrokerAutoscalingSpec(Spec):
    """How many brokers there are, by how busy they are."""

    min: Annotated[int, pydantic.Field(ge=1)]
    """The fewest brokers."""
    max: Annotated[int, pydantic.Field(ge=1)]
    """The most brokers."""
    lower_cpu: _Share = 0.3
    """A broker goes when all of them use less of their processors than this share."""
    higher_cpu: _Share = 0.8
    """A broker comes when all of them use more than this share."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Bounds the wrong way round."""
        if self.max < self.min:
            yield "max", f"is {self.max}, and min is {self.min}. Make max at least min."
        if self.higher_cpu <= self.lower_cpu:
            yield (
                "higher_cpu",
                f"is {self.higher_cpu:g}, and lower_cpu is {self.lower_cpu:g}: brokers would come and go without end. "
                "Make higher_cpu larger than lower_cpu.",
            )

    def manifest(self) -> Manifest:
        """As the resource has it."""
        return {
            "enabled": True,
            "min": self.min,
            "max": self.max,
            "lowerCpuThreshold": self.lower_cpu,
            "higherCpuThreshold": self.higher_cpu,
        }


class KaapSpec(PulsarOperatorSpec, OperatorSpec):
    """KAAP, to which all of Pulsar is handed."""

    chart: ClassVar[Chart] = KAAP
    title: ClassVar[str] = "KAAP"

    kind: Literal["kaap"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """KAAP, on ZooKeeper."""
    namespace: Namespace = "kaap"
    """The namespace that is made for it. It holds nothing else."""
    ready_within: Duration = Duration.parse("20m")
    """How long Pulsar may take until KAAP says that all of it is ready. Then what it says is the error of the `up`."""

    broker_autoscaling: BrokerAutoscalingSpec | None = None
    """Lets KAAP change the number of brokers, from `broker.replicas` on. Default: it stays what the stack file says."""

    @property
    def pods_level(self) -> Literal["restricted", "baseline"]:
        """KAAP's resource has no place for what the level `restricted` asks of pods."""
        return "baseline"

    @property
    def governing(self) -> str:
        """KAAP's Services are called as the pod sets are."""
        return ""

    @property
    def websocket_at(self) -> tuple[str, int]:
        """A container of the proxies' pods."""
        return "proxy", 8000

    @property
    def left_out(self) -> Mapping[Process, frozenset[str]]:
        """The file that this program's probes ask for, and a port that the proxy beside it has."""
        file = frozenset({"statusFilePath"})
        return {"broker": file, "proxy": file, "websocket": file | {"webServicePort"}}

    def contributions(self) -> tuple[Contribution, ...]:
        """Pulsar's own defaults, where KAAP has others: the same stack file means the same."""
        return (
            Contribution(
                source="operator: kaap",
                tunable={
                    "autorecovery": {"ensemblePlacementPolicy": _PLACEMENT},
                    "broker": {
                        "backlogQuotaDefaultRetentionPolicy": "producer_request_hold",
                        "bookkeeperClientMinNumRacksPerWriteQuorum": "2",
                        "bookkeeperClientRegionawarePolicyEnabled": "false",
                    },
                },
            ),
        )

    def chart_values(self) -> dict[str, Any]:
        """That it watches Pulsar's namespace too, bounds of its pod, and its image."""
        return {
            "operator": {
                "watchAllNamespaces": True,
                "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
                **({"image": self.image} if self.image else {}),
            }
        }

    def parts(self, pulsar: "PulsarSpec", offer: Offer) -> Parts:
        """The `PulsarCluster`, and what KAAP knows nothing of, such as a store of ours for older messages."""
        work = pulsar.workloads(offer)
        ours = {role: each for role, each in work.items() if role not in ROLES}
        told = {role: each for role, each in work.items() if role in ROLES}
        return Parts(manifests=pulsar.manifests(offer), workloads=ours, handed=handed(self, pulsar, told, offer))

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """What KAAP can't run."""
        return kaap_refusals.misfits(self, pulsar)
