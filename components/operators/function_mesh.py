"""The Function Mesh operator, which runs functions and connectors as Kubernetes' own objects.

Source of the values: the chart's `values.yaml` (streamnative/function-mesh, `charts/function-mesh-operator`).
"""

import pathlib
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import pulumi
import pydantic

from ..clusters.existing import ExistingSpec
from ..kubernetes_objects import register
from ..model import Namespace, ObjectName, Spec
from ..pulsar.objects import namespace
from ..pulsar.replication import url
from ..tenancy.code import PROJECT
from ..tenancy.running import SecretSpec
from .charts import FUNCTION_MESH, Chart
from .operator import Operator, OperatorSpec

ServiceUrl = Annotated[str, url(("pulsar", "pulsar+ssl"), "pulsar+ssl://pulsar.example.com:6651")]
AdminUrl = Annotated[str, url(("http", "https"), "https://pulsar.example.com:8443")]


class TlsSpec(Spec):
    """How functions know that it is Pulsar whom they talk to."""

    certificates: SecretSpec
    """The authority's certificate, as a key of a Secret in the functions' namespace."""
    verify_host_name: bool = True
    """Whether the certificate must be for the name that they connect to."""


class AdjacentSpec(Spec):
    """Another Kubernetes cluster, which has the operator and the functions and reaches Pulsar by its address."""

    kubeconfig_path: str
    """Its kubeconfig file, relative to the project."""
    context: str | None = None
    """The context in the kubeconfig. Default: its current one."""
    namespace: Namespace = "pulsar-functions"
    """The namespace that is made there for the functions."""
    service_url: ServiceUrl
    """Where its pods reach Pulsar, by Pulsar's own protocol."""
    admin_url: AdminUrl
    """Where they reach Pulsar's admin REST API."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A cluster that nothing leads to."""
        # What is wrong with it is told by the cluster that it is connected as.
        if (
            "\n" not in self.kubeconfig_path
            and not (PROJECT / pathlib.Path(self.kubeconfig_path).expanduser()).is_file()
        ):
            yield (
                "kubeconfig_path",
                f"{self.kubeconfig_path[:80]!r} doesn't exist, so the cluster can't be reached. Give the path of its "
                "kubeconfig, relative to the project.",
            )
        yield from self.cluster.mistakes()

    @property
    def cluster(self) -> ExistingSpec:
        """It, as a cluster that exists already."""
        return ExistingSpec.model_construct(
            provider="existing", kubeconfig_path=self.kubeconfig_path, context=self.context, storage_class=None
        )


class FunctionMeshOperatorSpec(OperatorSpec):
    """The Function Mesh operator."""

    chart: ClassVar[Chart] = FUNCTION_MESH
    title: ClassVar[str] = "Function Mesh"

    namespace: Namespace = "function-mesh"
    """The namespace that is made for it. It holds nothing else."""
    webhook: bool = False
    """Whether its admission webhook checks resources as they come. Its certificates are cert-manager's, which the
    cluster must have. Without it, this program alone says what is wrong."""
    adjacent: AdjacentSpec | None = None
    """Another Kubernetes cluster, in which operator and functions run. Default: Pulsar's own."""
    tls: TlsSpec | None = None
    """How functions check Pulsar's certificate. Default: they connect without TLS."""
    auth_secret: ObjectName | None = None
    """A Secret in the functions' namespace with `clientAuthenticationPlugin` and `clientAuthenticationParameters`, as
    which they connect. Default: as nobody."""
    state_url: Annotated[str, pydantic.Field(pattern=r"^bk://[^\s]+:\d+$")] | None = None
    """BookKeeper's table service, for functions that keep state: `bk://bookies.example.com:4181`."""
    ready_seconds: Annotated[int, pydantic.Field(ge=1, le=3600)] = 300
    """How long `pulumi up` waits for a function, a connector or a pipeline."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """An address with TLS and nobody to trust, and a webhook that isn't ours to set."""
        yield from super().mistakes()
        if self.webhook and not self.install:
            yield (
                "webhook",
                f"is for installing {self.title}, and `install: false` says that somebody else did. Leave it out.",
            )
        if self.adjacent:
            schemes = {self.adjacent.service_url.split(":")[0], self.adjacent.admin_url.split(":")[0]}
            safe = schemes & {"pulsar+ssl", "https"}
            if safe and not self.tls:
                yield (
                    "tls",
                    f"is missing, and {' and '.join(sorted(safe))} is spoken with Pulsar. Name its certificates: "
                    "`tls: {certificates: {secret: NAME, key: KEY}}`.",
                )
            if self.tls and not safe:
                yield (
                    "tls",
                    "is set, and adjacent.service_url and adjacent.admin_url are without it. Write pulsar+ssl:// and "
                    "https://, or leave tls out.",
                )

    def chart_values(self) -> dict[str, Any]:
        """Whether there is a webhook, bounds of its pod, and its image."""
        return {
            "installation": {"namespace": self.namespace},
            "admissionWebhook": {"enabled": self.webhook},
            "controllerManager": {
                "resources": {"requests": {"cpu": "80m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
            },
            **({"operatorImage": self.image} if self.image else {}),
        }

    def create(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> "MeshOperator":
        """The operator as a component, in Pulsar's cluster or the adjacent one."""
        return MeshOperator(name, self, opts=opts)


class MeshOperator(Operator):
    """The Function Mesh operator, and where its functions go."""

    def __init__(
        self, name: str, spec: FunctionMeshOperatorSpec, *, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        self.elsewhere: pulumi.ProviderResource | None = None
        """What registers the functions, where that isn't what registers Pulsar."""
        if spec.adjacent:
            self.elsewhere = spec.adjacent.cluster.create(f"{name}-cluster", kubeconfig=None, demands=()).provider
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(providers=[self.elsewhere]))
        super().__init__(name, spec, opts=opts)
        if spec.adjacent:
            around = namespace(spec.adjacent.namespace, "restricted")
            made = register(f"{name}-functions-namespace", around, pulumi.ResourceOptions(parent=self))
            self.needed = (*self.needed, made)
