"""What Prometheus reads metrics from: the roles of a stack's pods, and where each answers."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..clusters.cluster import Offer
from ..pulsar.metadata.etcd import EtcdSpec
from ..tenancy import placement

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from ..pulsar.workload import Workload
    from ..stack import StackSpec

_PORTS = ("metrics", "health", "http", "client")
"""A pod's ports by their names, the first that it has: etcd with certificates has metrics without them on `health`."""
_WITHOUT = frozenset({"websocket"})
"""Roles whose program shows nothing in Prometheus' format. Pulsar's own WebSocket server shows its numbers as JSON."""
_JETTY = frozenset({"broker", "proxy"})
"""Those that answer `/metrics` with a redirection to `/metrics/`."""
FUNCTION_PORT = 9094
"""Where an instance of a function shows its metrics (`metricsPort` of Pulsar's Kubernetes runtime; Function Mesh's
`MetricsPort`)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """Equal pods that are scraped alike."""

    component: str
    """What they are: `broker`. It is the name of the scrape job, and the label `component` of what comes from it."""
    namespace: str
    selector: str
    """Kubernetes' selector of the pods, as text."""
    port: int
    port_name: str
    path: str = "/metrics"
    cluster: str
    """Pulsar's name of the cluster."""
    headless: str = ""
    """The Service that gives each pod a host name of its own, if there is one."""


def targets(pulsar: "PulsarSpec") -> tuple[Target, ...]:
    """Every role of a stack that shows metrics, in the order of their names."""
    found = [_of(work) for work in pulsar.workloads(Offer()).values() if _port(work)]
    return tuple(sorted([*found, *_functions(pulsar), *_cert_manager(pulsar)], key=lambda each: each.component))


def _of(work: "Workload") -> Target:
    port = _port(work)
    return Target(
        component=work.role,
        namespace=work.namespace,
        selector=f"app.kubernetes.io/instance={work.cluster},app.kubernetes.io/name={work.role}",
        port=work.ports[port],
        port_name=port,
        path="/metrics/" if work.role in _JETTY else "/metrics",
        cluster=work.cluster,
        headless=work.headless_name if work.headless else "",
    )


def _port(work: "Workload") -> str:
    if work.role in _WITHOUT:
        return ""
    return next((name for name in _PORTS if name in work.ports), "")


def _functions(pulsar: "PulsarSpec") -> Iterator[Target]:
    """The pods of Pulsar's Kubernetes runtime, which its worker labels with a tenant, a namespace and a name."""
    if namespace := pulsar.functions.namespace(pulsar.namespace):
        yield Target(
            component="function",
            namespace=namespace,
            selector="tenant,namespace,name",
            port=FUNCTION_PORT,
            port_name="metrics",
            cluster=pulsar.name,
        )


def _cert_manager(pulsar: "PulsarSpec") -> Iterator[Target]:
    """cert-manager's controller, where it renews a certificate of the stack's: the program that has one doesn't tell
    its age. Source: cert-manager's page on Prometheus metrics, and the labels of its Helm chart.
    """
    store = pulsar.metadata
    if isinstance(store, EtcdSpec) and store.tls and store.tls.issuer:
        yield Target(
            component="cert-manager",
            namespace=store.tls.issuer.cert_manager,
            selector="app.kubernetes.io/component=controller,app.kubernetes.io/name=cert-manager",
            port=9402,
            port_name="http-metrics",
            cluster=pulsar.name,
        )


def by_function_mesh(stack: "StackSpec") -> tuple[Target, ...]:
    """The pods of Function Mesh's functions, sources and sinks, if it runs some beside Pulsar.

    Source: `makeFunctionLabels` and `MetricsPort` in Function Mesh's `controllers/spec`.
    """
    mesh = stack.operators.function_mesh
    if mesh is None or mesh.adjacent or not placement.run_by(stack, "function-mesh"):
        return ()
    return (
        Target(
            component="function-mesh",
            namespace=stack.pulsar.namespace,
            selector="compute.functionmesh.io/app=function-mesh",
            port=FUNCTION_PORT,
            port_name="http-metrics",
            cluster=stack.pulsar.name,
        ),
    )


_TAKEN_OVER = {
    "pod": "__meta_kubernetes_pod_name",
    "kubernetes_namespace": "__meta_kubernetes_namespace",
    "node": "__meta_kubernetes_pod_node_name",
}
"""Labels of a metric that come from its pod. `namespace` is not among them: to Pulsar it is one of a tenant's."""


def fixed_labels(target: Target) -> list[dict[str, Any]]:
    """Labels of what comes from equal pods, whichever of them it is."""
    return [
        {"target_label": "cluster", "replacement": target.cluster},
        {"target_label": "component", "replacement": target.component},
    ]


def relabelings(target: Target) -> list[dict[str, Any]]:
    """The one port that answers, of pods that have not ended, and the labels of what comes from them."""
    port, phase = "__meta_kubernetes_pod_container_port_number", "__meta_kubernetes_pod_phase"
    return [
        {"source_labels": [port], "regex": str(target.port), "action": "keep"},
        {"source_labels": [phase], "regex": "Succeeded|Failed", "action": "drop"},
        *fixed_labels(target),
        *({"source_labels": [source], "target_label": label} for label, source in _TAKEN_OVER.items()),
    ]


def scrape_job(target: Target, found: Mapping[str, Any]) -> dict[str, Any]:
    """One of `scrape_configs` in Prometheus' configuration, with how it finds its pods."""
    return {
        "job_name": target.component,
        # Pulsar labels a topic's metrics with its own cluster and namespace: these are what a reader asks for.
        "honor_labels": True,
        "metrics_path": target.path,
        **found,
    }
