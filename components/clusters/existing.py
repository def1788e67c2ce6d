"""A Kubernetes cluster that exists already, wherever it runs."""

from collections.abc import Iterator
from typing import Literal

import pulumi
import pulumi_kubernetes as k8s

from ..model import Spec, StorageClass
from .cluster import Cluster


class ExistingSpec(Spec):
    """A cluster that exists already."""

    provider: Literal["existing"]
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

    def create(self, name: str, kubeconfig: pulumi.Output[str] | None = None) -> Cluster:
        """The cluster as a component."""
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
        self.storage_class = spec.storage_class
        self.load_balancer_annotations = {}
        self.provider = k8s.Provider(
            name,
            kubeconfig=spec.kubeconfig_path or kubeconfig,
            context=spec.context,
            # An `up` that was killed left objects that the state doesn't know of; the next one takes them over.
            upsert_existing_objects=True,
            # A new configuration is an update, and the pods' template says which roll: nothing is deleted first.
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
