"""How an operator comes into the cluster: its namespace, and its Helm chart at a pinned release."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

import pulumi
import pulumi_kubernetes as k8s
import pydantic

from ..kubernetes_objects import register
from ..model import Image, Namespace, Spec
from ..pulsar.objects import namespace
from ..pulsar.workload import Manifest
from .charts import Chart


def _repository(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s\"'\\<>@]+", value):
        raise ValueError(
            f"{value[:80]!r} is not the address of a chart repository. Write https:// and its path, without a user or "
            "a password."
        )
    return value


def _version(value: str) -> str:
    if not re.fullmatch(r"v?\d+\.\d+\.\d+([-+.\w]*)", value, re.ASCII):
        raise ValueError(
            f"{value[:40]!r} is not one release of a chart. Write its number whole, such as 1.2.3: with a range, "
            "each `up` might install another."
        )
    return value


class OperatorSpec(Spec):
    """An operator. Each one fills in its chart, and the values that the chart is given."""

    chart: ClassVar[Chart]
    """The chart, at the release that this program was written for."""
    title: ClassVar[str]
    """What sentences call it."""

    install: bool = True
    """Whether it is installed with the stack. With `false`, somebody else has brought the operator and its custom
    resource definitions, and it must watch Pulsar's namespace."""
    namespace: Namespace
    """The namespace that is made for it. It holds nothing else."""
    version: Annotated[str, pydantic.AfterValidator(_version)] | None = None
    """The release of its chart. Default: the one that this program was written for."""
    repository: Annotated[str, pydantic.AfterValidator(_repository)] | None = None
    """Where the chart comes from, such as a mirror. Default: the project's own chart repository."""
    image: Image | None = None
    """The operator's own image, by its tag, such as one in a registry of yours. Default: the chart's."""
    values: Mapping[str, Any] = {}
    """Further values of the chart, as its `values.yaml` names them. They win over what this program sets."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is said about an installation that is not to be, and an image that a chart can't name."""
        if not self.install:
            for setting in ("version", "repository", "image", "values"):
                if getattr(self, setting):
                    yield (
                        setting,
                        f"is for installing {self.title}, and `install: false` says that somebody else did. "
                        "Leave it out, or let it be installed.",
                    )
        if self.image and "@" in self.image:
            yield "image", "has a digest, and the operators' charts write a tag behind the name. Name it by its tag."

    def chart_values(self) -> dict[str, Any]:
        """What this program tells the chart."""
        return {}

    def release_values(self) -> dict[str, Any]:
        """All that the chart is told, the stack file's own values over this program's."""
        return _over(self.chart_values(), self.values)

    def namespace_manifest(self) -> Manifest:
        """The operator's namespace. Its pods come from a chart, which decides how they are secured: `baseline`."""
        return namespace(self.namespace, "baseline", **{"app.kubernetes.io/managed-by": "pulumi"})

    def secret_manifests(self, secrets: Mapping[str, pulumi.Input[str]]) -> Mapping[str, Manifest]:
        """The Secrets that it finds in its namespace, by logical name, from the secrets beside the spec."""
        del secrets
        return {}

    def create(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> "Operator":
        """The operator as a component, in the cluster that `opts` names a provider of."""
        return Operator(name, self, opts=opts)


class Operator(pulumi.ComponentResource):
    """An operator in its namespace, or the one that somebody else has brought."""

    needed: tuple[pulumi.Resource, ...]
    """What custom resources must depend on: they are made after the operator and its definitions, and are gone before
    it goes. Without an operator, nobody takes their finalizers away."""

    def __init__(
        self,
        name: str,
        spec: OperatorSpec,
        *,
        secrets: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pulsar:operators:Operator", name, {"install": spec.install}, opts)
        self.needed = tuple(self._installed(name, spec, secrets or {})) if spec.install else ()
        self.register_outputs({})

    def _installed(
        self, name: str, spec: OperatorSpec, secrets: Mapping[str, pulumi.Input[str]]
    ) -> Iterator[pulumi.Resource]:
        around = register(f"{name}-namespace", spec.namespace_manifest(), pulumi.ResourceOptions(parent=self))
        yield around
        within = pulumi.ResourceOptions(parent=self, depends_on=[around])
        found = [register(each, manifest, within) for each, manifest in spec.secret_manifests(secrets).items()]
        yield from found
        yield k8s.helm.v3.Release(
            name,
            # A name that is not made up: a release that was made by an interrupted `up` is found again.
            name=spec.chart.name,
            chart=spec.chart.name,
            version=spec.version or spec.chart.version,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=spec.repository or spec.chart.repository),
            namespace=spec.namespace,
            create_namespace=False,
            values=spec.release_values(),
            # Helm makes what is in a chart's crds/ and never deletes it: data hangs on the definitions.
            skip_crds=False,
            atomic=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[around, *found]),
        )


def image_parts(image: str) -> tuple[str, str, str]:
    """An image as charts take it: its registry, its repository, its tag."""
    name, _, tag = image.rpartition(":")
    registry, _, repository = name.partition("/")
    if "." in registry or ":" in registry or registry == "localhost":
        return registry, repository, tag
    return "docker.io", name, tag


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both as one, mapping by mapping; what is above wins."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged
