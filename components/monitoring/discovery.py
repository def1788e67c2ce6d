"""How the stack's own Prometheus finds the pods that it reads: it asks Kubernetes' API, or its name server."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from .. import names
from ..pulsar.workload import Manifest, Workload
from .targets import Target, fixed_labels, relabelings

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

DiscoveryName = Literal["kubernetes", "dns"]


class Discovery(Protocol):
    """A way to find pods."""

    kubernetes_api: bool
    """Whether Prometheus needs a token for Kubernetes' API."""

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[str]:
        """Why it can't find all of a stack, as sentences about the setting."""
        ...

    def job(self, target: Target) -> dict[str, Any]:
        """How one job finds its pods and labels what comes from them."""
        ...

    def manifests(self, work: Workload, found: Sequence[Target]) -> dict[str, Manifest]:
        """What there must be beside Prometheus, by logical name."""
        ...


class ByKubernetes:
    """The API's list of pods. Prometheus may list pods in their namespaces, and nothing else."""

    kubernetes_api: bool = True

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[str]:
        """It finds every pod."""
        del pulsar
        yield from ()

    def job(self, target: Target) -> dict[str, Any]:
        """Pods by their labels."""
        pods = {"role": "pod", "label": target.selector}
        where = {"role": "pod", "namespaces": {"names": [target.namespace]}, "selectors": [pods]}
        return {"kubernetes_sd_configs": [where], "relabel_configs": relabelings(target)}

    def manifests(self, work: Workload, found: Sequence[Target]) -> dict[str, Manifest]:
        """A Role and its binding in each namespace with pods."""
        made: dict[str, Manifest] = {}
        for namespace in sorted({each.namespace for each in found}):
            logical = work.name if namespace == work.namespace else f"{work.name}-{namespace}"
            there = {"name": work.name, "namespace": namespace, "labels": names.labels(work.cluster, work.role)}
            reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": work.name}
            made[f"{logical}-role"] = {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "Role",
                "metadata": there,
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
            }
            made[f"{logical}-binding"] = {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": there,
                "roleRef": reference,
                "subjects": [{"kind": "ServiceAccount", "name": work.name, "namespace": work.namespace}],
            }
        return made


class ByDns:
    """SRV records of headless Services, one for each pod. It needs no right in Kubernetes.

    A StatefulSet's pod is called by its own name there; one of a Deployment has its address for a name.
    """

    kubernetes_api: bool = False
    HOST: ClassVar[str] = "__meta_dns_srv_record_target"

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[str]:
        """Pods whose Services are made by others."""
        if pulsar.operator.kind != "native":
            yield (
                f"is dns, which needs Services of this program's, and pulsar.operator is {pulsar.operator.kind}, which "
                "makes its own. Use kubernetes."
            )
        if getattr(pulsar.functions, "runtime", None) == "kubernetes":
            yield (
                "is dns, and pulsar.functions.runtime is kubernetes: Pulsar's worker makes function pods as it is "
                "told, and no name leads to all of them. Use kubernetes."
            )

    def job(self, target: Target) -> dict[str, Any]:
        """The pods behind a Service."""
        name = f"_{target.port_name}._tcp.{target.headless or _service_name(target)}.{target.namespace}.svc"
        host = {"source_labels": [self.HOST], "regex": r"([^.]+)\..*", "target_label": "pod"}
        namespace = {"target_label": "kubernetes_namespace", "replacement": target.namespace}
        # Where the name server's domain isn't said, its search list knows it.
        return {
            "dns_sd_configs": [{"names": [name], "type": "SRV"}],
            "relabel_configs": [*fixed_labels(target), host, namespace],
        }

    def manifests(self, work: Workload, found: Sequence[Target]) -> dict[str, Manifest]:
        """A headless Service for those pods that have none."""
        return {
            _service_name(each): {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {
                    "name": _service_name(each),
                    "namespace": each.namespace,
                    "labels": names.labels(work.cluster, work.role),
                    "annotations": {"pulumi.com/skipAwait": "true"},
                },
                "spec": {
                    "type": "ClusterIP",
                    "clusterIP": "None",
                    "publishNotReadyAddresses": True,
                    "selector": dict(term.split("=") for term in each.selector.split(",")),
                    "ports": [{"name": each.port_name, "port": each.port, "targetPort": each.port_name}],
                },
            }
            for each in found
            if not each.headless
        }


def _service_name(target: Target) -> str:
    return f"{target.cluster}-{target.component}-metrics"


DISCOVERIES: dict[DiscoveryName, Discovery] = {"kubernetes": ByKubernetes(), "dns": ByDns()}
"""The ways, by what the stack file calls them."""
