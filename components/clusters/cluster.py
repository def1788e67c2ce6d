"""What every Kubernetes cluster offers, whoever runs it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_kubernetes as k8s

from ..model import Spec
from .sizing import Demand

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec


Cloud = Literal["aws", "gcp", "azure"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Offer:
    """What is known of a cluster before it exists, and so can be written into every manifest."""

    storage_class: str | None = None
    """Block storage in the pod's own zone, or `None` for the cluster's default class."""
    zones: tuple[str, ...] = ()
    """The zones that its nodes are in; none where that is not ours to know."""
    node_selectors: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """The labels of the nodes that a pool's pods run on, by the pool's name (`sizing.POOLS`)."""
    load_balancer_annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What a Service of type LoadBalancer that only private networks reach needs to be told."""
    public_load_balancer_annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The same for one that the internet reaches."""


class KubernetesSpec(Spec):
    """A Kubernetes cluster as a stack file describes it. Each kind fills in the rest."""

    provider: str
    """Who runs it."""

    @property
    def offer(self) -> Offer:
        """What the manifests may count on."""
        return Offer()

    @property
    def identities(self) -> frozenset[Cloud]:
        """The clouds in which its service accounts may have an identity."""
        return frozenset()

    def misfits(self, pulsar: "PulsarSpec", demands: Sequence[Demand]) -> Iterator[tuple[str, str]]:
        """What is asked for and this cluster can't give: the setting's path in the spec, and a sentence.

        Args:
            pulsar: Pulsar.
            demands: what will run on it, with what stands beside Pulsar.
        """
        del pulsar, demands
        return iter(())

    def create(self, name: str, *, kubeconfig: pulumi.Output[str] | None, demands: Sequence[Demand]) -> "Cluster":
        """The cluster as a component.

        Args:
            name: its logical name.
            kubeconfig: the secret `pulsar:kubeconfig`, for kinds of cluster that take one.
            demands: what will run on it, for kinds of cluster that size their own nodes.
        """
        raise NotImplementedError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a service account's pods are outside Kubernetes."""

    principal: pulumi.Output[str]
    """Whom a cloud's permissions are given to: an IAM role's name (aws), a service account's address (gcp), a managed
    identity's principal id (azure)."""
    annotations: Mapping[str, pulumi.Input[str]]
    """What the service account must carry."""


class Cluster(pulumi.ComponentResource):
    """A Kubernetes cluster to run Pulsar on."""

    provider: k8s.Provider
    """What the objects inside the cluster are registered with."""
    kubeconfig: pulumi.Output[str] | None
    """How to reach a cluster that was made here, always secret; `None` where somebody else made it."""
    subnets: Sequence[pulumi.Input[str]] = ()
    """The subnets that its nodes are in, by the cloud's ids, where they are known: a store may shut out all others."""

    def way(self) -> tuple[pulumi.Input[str] | None, str | None]:
        """The kubeconfig that leads to it, by content or path, and a context other than its current one."""
        return self.kubeconfig, None

    def identity(self, name: str, *, namespace: str, account: str) -> Identity:
        """An identity in the cluster's cloud for one service account, with no stored key.

        Args:
            name: the logical name of what is made for it.
            namespace: the service account's namespace.
            account: the service account.

        Raises:
            NotImplementedError: the cluster can't give one: `KubernetesSpec.identities` says so beforehand.
        """
        raise NotImplementedError(f"{type(self).__name__} gives no identity to {namespace}/{account} ({name}).")
