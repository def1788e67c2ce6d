"""What lives inside Pulsar as Pulumi resources, of the provider in `provider/`."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from ..clusters.cluster import Cluster
from ..pulsar import broker
from ..pulsar.functions import NoFunctionsSpec
from . import placement

if TYPE_CHECKING:
    from ..stack import StackSpec

PACKAGE = "pulsar-admin"
"""The provider's own name (`Pulumi.yaml`)."""

Kind = Literal["Function", "Source", "Sink"]


class Admin(pulumi.ProviderResource):
    """A connection to Pulsar's admin REST API."""

    def __init__(
        self,
        name: str,
        *,
        namespace: str,
        cluster: str,
        role: str,
        port: int,
        kubeconfig: pulumi.Input[str] | None,
        context: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Through the Kubernetes API, to a pod that serves it.

        Args:
            name: its logical name.
            namespace: Pulsar's Kubernetes namespace.
            cluster: Pulsar's own name of the cluster.
            role: the pods that serve functions.
            port: their HTTP port.
            kubeconfig: the kubeconfig's path or content; `None` for what kubectl would use.
            context: a context of it other than its current one.
            opts: what it stands in.
        """
        told = {
            "kubernetesNamespace": namespace,
            "cluster": cluster,
            "role": role,
            "port": str(port),
            "kubeconfig": kubeconfig,
            "context": context,
        }
        super().__init__(PACKAGE, name, {key: value for key, value in told.items() if value is not None}, opts)


class Running(pulumi.CustomResource):
    """A function, source or sink that Pulsar's own worker runs."""

    def __init__(
        self,
        kind: Kind,
        name: str,
        *,
        config: Mapping[str, Any],
        package: str | None = None,
        url: str | None = None,
        text: str | None = None,
        file_name: str | None = None,
        content: bytes | None = None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Deployed, and running before anything goes on that depends on it.

        Args:
            kind: what it is.
            name: its logical name.
            config: Pulsar's own `FunctionConfig`, `SourceConfig` or `SinkConfig`, with tenant, namespace and name.
            package: the file with its code, by its path from the project's folder.
            url: where Pulsar finds its code by itself.
            text: its code.
            file_name: the name of the file that the text belongs in.
            content: the code's bytes: another content is an update.
            opts: its connection, and what it depends on.
        """
        rest = {key: value for key, value in config.items() if key not in ("tenant", "namespace", "name")}
        told = {
            **{key: config[key] for key in ("tenant", "namespace", "name")},
            "config": rest,
            "package": package,
            "url": url,
            "text": text,
            "fileName": file_name,
            "digest": hashlib.sha256(content).hexdigest() if content is not None else None,
        }
        inputs = {key: value for key, value in told.items() if value is not None}
        super().__init__(f"{PACKAGE}:functions:{kind}", name, inputs, opts)


class Inside(pulumi.CustomResource):
    """A tenant, a namespace or a topic."""

    def __init__(
        self,
        kind: Literal["Tenant", "Namespace", "Topic"],
        name: str,
        inputs: Mapping[str, Any],
        *,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Made or taken over, and as it shall be before anything goes on that depends on it.

        Args:
            kind: what it is.
            name: its logical name.
            inputs: what Pulsar is told, in the words of its REST API, and `keep`.
            opts: its connection, and what it depends on.
        """
        super().__init__(f"{PACKAGE}:tenants:{kind}", name, dict(inputs), opts)


def connection(spec: "StackSpec", cluster: Cluster) -> Admin | None:
    """The connection that the stack's tenants, functions and connectors share; `None` where none of them needs it.

    A stack without any doesn't start the provider.

    Args:
        spec: the stack file.
        cluster: where Pulsar is, for the way to its REST API.
    """
    native = bool(spec.tenants) and spec.operators.resources is None
    if not native and not placement.run_by(spec, "pulsar"):
        return None
    worker = spec.pulsar.functions
    apart = not isinstance(worker, NoFunctionsSpec)
    kubeconfig, context = cluster.way()
    return Admin(
        "pulsar-admin",
        namespace=spec.pulsar.namespace,
        cluster=spec.pulsar.name,
        role=worker.role if apart else "broker",
        port=worker.port if apart else broker.HTTP_PORT,
        kubeconfig=kubeconfig,
        context=context,
    )
