"""KAAP (Kubernetes Autoscaling for Apache Pulsar), which makes a whole Pulsar from one `PulsarCluster`.

Sources: the chart's `values.yaml` and its roles, the resource's definition, and how the operator reads it
(datastax/kaap 0.4: `helm/kaap`, `operator/src/main/java/com/datastax/oss/kaap/controllers`).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..clusters.cluster import Offer
from ..durations import Duration
from ..model import Namespace
from ..pulsar.contributions import Contribution, Process
from ..pulsar.functions import FunctionPods, NoFunctionsSpec
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.process import ProcessSpec
from ..pulsar.websocket import WebSocketPods
from .charts import KAAP, Chart
from .kaap_cluster import handed
from .operator import OperatorSpec
from .pulsar_operator import Parts, PulsarOperatorSpec

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

LINES = ("4.0", "4.2")
"""Pulsar's lines whose job for the metadata, and whose keys, are those that KAAP 0.4 writes."""
_PLACEMENT = "org.apache.bookkeeper.client.RackawareEnsemblePlacementPolicy"


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
        """The `PulsarCluster`, and what KAAP knows nothing of: a store of ours for older messages, and Jobs."""
        work = pulsar.workloads(offer)
        beside = pulsar.tiered_storage.workloads(pulsar.place, offer) if pulsar.tiered_storage else ()
        ours = {each.role: work[each.role] for each in beside}
        told = {role: each for role, each in work.items() if role not in ours}
        return Parts(manifests=pulsar.manifests(offer), workloads=ours, handed=handed(self, pulsar, told))

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """What a `PulsarCluster` has no field for, or KAAP does otherwise."""
        native = "or let this program run Pulsar (operator: {kind: native})"
        if self.install and self.namespace == pulsar.namespace:
            yield (
                "operator.namespace",
                f"{self.namespace} is Pulsar's own (pulsar.namespace), and the operator must still be there while that "
                "one is emptied. Give it another.",
            )
        if pulsar.version.rpartition(".")[0] not in LINES:
            known = " and ".join(f"{each}.x" for each in LINES)
            yield (
                "version",
                f"{pulsar.version} is not what KAAP {self.chart.operator} was made for: {known}. Use one of these, "
                f"{native}.",
            )
        yield from self._metadata(pulsar, native)
        yield from self._processes(pulsar, native)
        if any(getattr(pulsar.protocols, name) for name in type(pulsar.protocols).model_fields):
            yield (
                "protocols",
                "are handlers that this program puts into its own brokers' pods and gives Services of their own, and a "
                f"PulsarCluster has neither. Leave them out, {native}.",
            )

    def _metadata(self, pulsar: "PulsarSpec", native: str) -> Iterator[tuple[str, str]]:
        store = pulsar.metadata
        if not isinstance(store, ZookeeperSpec):
            yield (
                "metadata.store",
                f"is {store.store}, and KAAP runs Pulsar on ZooKeeper alone. Write `metadata: {{store: zookeeper}}`, "
                f"{native}.",
            )
        elif store.log_volume:
            yield (
                "metadata.log_volume",
                f"is a second volume, and KAAP's ZooKeeper has one. Leave it out, {native}.",
            )
        if pulsar.configuration_metadata:
            yield (
                "configuration_metadata",
                "is a store apart, and KAAP writes the cluster's metadata and what clusters share to one ZooKeeper. "
                f"Leave it out, {native}.",
            )
        if pulsar.metadata_backup:
            yield (
                "metadata_backup",
                "takes snapshots by a port of ZooKeeper's that only this program's own members open. Leave it out and "
                f"back up the volumes, {native}.",
            )

    def _processes(self, pulsar: "PulsarSpec", native: str) -> Iterator[tuple[str, str]]:
        parts = {each: getattr(pulsar, each) for each in ("bookkeeper", "autorecovery", "broker", "proxy", "websocket")}
        configs = {each: part.config for each, part in parts.items() if isinstance(part, ProcessSpec)}
        if isinstance(pulsar.metadata, ZookeeperSpec):
            configs["metadata"] = pulsar.metadata.config
        if not isinstance(pulsar.functions, NoFunctionsSpec):
            configs["functions"] = pulsar.functions.config
        for part, config in configs.items():
            for key in config:
                if not key.isidentifier():
                    yield (
                        f"{part}.config.{key}",
                        "can't be told to a process of KAAP's: it hands keys over as variables of sh, which passes on "
                        f"none with a dot or a hyphen. Leave it out, {native}.",
                    )
        service = pulsar.proxy.service
        for setting, what in (("node_ports", "fixed ports"), ("source_ranges", "networks")):
            if getattr(service, setting):
                yield (
                    f"proxy.service.{setting}",
                    f"can't be told to KAAP: its proxies' Service has no field for {what}. Leave it out"
                    + (" and tell the load balancer by `annotations`, " if setting == "source_ranges" else ", ")
                    + f"{native}.",
                )
        websocket = pulsar.websocket
        if isinstance(websocket, WebSocketPods) and websocket.replicas != pulsar.proxy.replicas:
            yield (
                "websocket.replicas",
                f"is {websocket.replicas}, and KAAP runs WebSocket as a container of each of the "
                f"{pulsar.proxy.replicas} proxies' pods. Write {pulsar.proxy.replicas}, or run_in: proxy.",
            )
        functions = pulsar.functions
        if not isinstance(functions, NoFunctionsSpec):
            apart = isinstance(functions, FunctionPods)
            if functions.runtime == "kubernetes" or (apart and functions.runtime == "thread"):
                yield (
                    "functions.runtime",
                    f"is {functions.runtime}, which KAAP's pods have "
                    + ("no way to choose here" if functions.runtime == "thread" else "no token for")
                    + ". Use runtime: process, or run functions by operators.function_mesh.",
                )
