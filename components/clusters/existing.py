"""A Kubernetes cluster that exists already, wherever it runs."""

from collections.abc import Iterator, Sequence
from typing import Literal

import pulumi

from ..model import StorageClass
from .cluster import Cluster, KubernetesSpec, Offer
from .connection import connection
from .sizing import Demand


class ExistingSpec(KubernetesSpec):
    """A cluster that exists already."""

    provider: Literal["existing"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Somebody else made it."""
    kubeconfig_path: str | None = None
    """A kubeconfig file, relative to the project. Default: the secret `pulsar:kubeconfig` where it is set, else what
    `kubectl` would use."""
    context: str | None = None
    """The context in the kubeconfig. Default: its current one."""
    storage_class: StorageClass | None = None
    """The StorageClass of Pulsar's volumes. Default: the cluster's default class."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A kubeconfig's text instead of its path."""
        if self.kubeconfig_path and ("\n" in self.kubeconfig_path or "clusters:" in self.kubeconfig_path):
            yield (
                "kubeconfig_path",
                "is a kubeconfig's content, and it holds secrets. Set it with "
                "`pulumi config set --secret pulsar:kubeconfig < FILE` instead, or give the file's path here.",
            )

    @property
    def offer(self) -> Offer:
        """The class that the stack file names."""
        return Offer(storage_class=self.storage_class)

    def create(self, name: str, *, kubeconfig: pulumi.Output[str] | None, demands: Sequence[Demand]) -> Cluster:
        """The cluster as a component. Its nodes are somebody else's to size."""
        del demands
        return Existing(name, self, kubeconfig=kubeconfig)


class Existing(Cluster):
    """A cluster that exists already: nothing is made but the connection to it."""

    def __init__(
        self,
        name: str,
        spec: ExistingSpec,
        *,
        kubeconfig: pulumi.Output[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pulsar:clusters:Existing", name, {}, opts)
        self.kubeconfig = None
        self._way = (spec.kubeconfig_path or kubeconfig, spec.context)
        self.provider = connection(
            name, spec.kubeconfig_path or kubeconfig, context=spec.context, opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({})

    def way(self) -> tuple[pulumi.Input[str] | None, str | None]:
        """As the stack file says."""
        return self._way
