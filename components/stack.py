"""The stack file as one typed value, or every mistake in it as a sentence."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import pulumi
import pydantic

from . import bases, mistakes, taken
from .apps.console import ConsoleSpec
from .apps.demo import DemoSpec
from .clusters import ClusterSpec
from .clusters.sizing import Demand
from .model import Name, Spec
from .monitoring import MonitoringSpec
from .operators import OperatorsSpec
from .operators.operator import OperatorSpec
from .pulsar.spec import PulsarSpec
from .tenancy import placement, tenants
from .tenancy.connectors import ConnectorSpec
from .tenancy.functions import FunctionSpec
from .tenancy.naming import TenantName
from .tenancy.pipelines import PipelineSpec
from .tenancy.tenants import TenantSpec

KEY = "spec"
"""The configuration key that holds all of it."""


SECRETS = ("kubeconfig", "object_store_access_key", "object_store_secret_key", "streamnative_licence")
"""The configuration keys beside it, which hold a secret each."""


class StackSpec(Spec):
    """One environment: a Kubernetes cluster and the Pulsar on it."""

    cluster: ClusterSpec
    """The Kubernetes cluster."""
    pulsar: PulsarSpec
    """Pulsar."""
    operators: OperatorsSpec = OperatorsSpec()
    """The operators that are installed beside Pulsar. Default: none."""
    console: ConsoleSpec | None = None
    """A console in the browser. Default: none."""
    demo: DemoSpec | None = None
    """A page with live charts of two streams. Default: none."""
    monitoring: MonitoringSpec | None = None
    """What reads the metrics of all this and holds its alerts. Default: nothing does."""
    tenants: Mapping[TenantName, TenantSpec] = {}
    """What lives inside Pulsar: tenants with their namespaces and topics. What is in Pulsar besides is left alone."""
    functions: Mapping[Name, FunctionSpec] = {}
    """Functions that run on Pulsar's topics, by their names."""
    connectors: Mapping[Name, ConnectorSpec] = {}
    """Connectors to other systems, by their names."""
    pipelines: Mapping[Name, PipelineSpec] = {}
    """Functions and connectors that are deployed as one, by the pipeline's name."""

    @pydantic.model_validator(mode="after")
    def _together(self) -> Self:
        return self.model_copy(update={"pulsar": self.pulsar.on(self.cluster)})

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What Pulsar asks for and the cluster can't give."""
        for path, sentence in self.cluster.misfits(self.pulsar, self.demands()):
            yield f"cluster.{path}", sentence
        for path, sentence in self.pulsar.misfits(self.cluster):
            yield f"pulsar.{path}", sentence
        for path, sentence in tenants.misfits(self.tenants, self.pulsar):
            yield f"tenants.{path}".rstrip("."), sentence
        if self.console:
            for path, sentence in self.console.misfits(self.pulsar):
                yield f"console.{path}", sentence
        if self.monitoring:
            for path, sentence in self.monitoring.misfits(self.pulsar):
                yield f"monitoring.{path}", sentence
        yield from placement.misfits(self)
        yield from taken.ports(self._node_ports())
        yield from taken.namespaces([*self._namespaces()])

    def _namespaces(self) -> Iterator[tuple[str, str, str]]:
        """Every setting with a namespace that is made, and what for."""
        yield "pulsar.namespace", self.pulsar.namespace, "Pulsar"
        if place := self.pulsar.functions.namespace(self.pulsar.namespace):
            yield "pulsar.functions.jobs_namespace", place, "functions' pods"
        operators = {f"operators.{name}": each for name, each in self.operators.chosen().items()}
        for path, each in {"pulsar.operator": self.pulsar.operator, **operators, "monitoring": self.monitoring}.items():
            if isinstance(each, OperatorSpec) and each.install:
                yield f"{path}.namespace", each.namespace, each.title
        if self.console:
            yield "console.namespace", self.console.place(self.pulsar), "the console"

    def _node_ports(self) -> Iterator[tuple[str, int | None]]:
        """Every setting with a port of the nodes."""
        if proxy := self.pulsar.proxy.service.node_ports:
            yield "pulsar.proxy.service.node_ports.pulsar", proxy.pulsar
            yield "pulsar.proxy.service.node_ports.http", proxy.http
        if self.demo:
            yield "demo.service.node_port", self.demo.service.node_port
        for path, port in (self.monitoring.node_ports if self.monitoring else {}).items():
            yield f"monitoring.{path}", port

    def demands(self) -> tuple[Demand, ...]:
        """What the pods ask of the nodes, but those of operators and of functions."""
        beside = [each for each in (self.console, self.demo, self.monitoring) if each]
        return (
            *self.pulsar.demands(),
            *(found for each in beside for found in each.demands(self.pulsar, self.cluster.offer)),
        )

    @property
    def images(self) -> frozenset[str]:
        """Every image that a pod of the stack is made from, but those of charts and of functions."""
        watching = self.monitoring.images if self.monitoring else frozenset()
        return self.pulsar.images(self.cluster.offer) | watching

    @property
    def secrets(self) -> dict[str, str]:
        """The configuration keys beside the spec that must hold a secret, each with the part of `pulsar` it is for."""
        parts = {"tiered_storage": self.pulsar.tiered_storage, "operator": self.pulsar.operator}
        return {key: name for name, part in parts.items() if part for key in part.secrets}


def read(raw: Any, stack: str) -> StackSpec:
    """The value of a stack file's spec, with what it extends.

    Raises:
        mistakes.NotADeployment: with every mistake in it.
    """
    merged = bases.merge(raw)
    if merged.wrong:
        wrong = [(each.where, each.sentence) for each in merged.wrong]
        files = {(each.where, each.sentence): each.file for each in merged.wrong if each.file}
        raise mistakes.NotADeployment(stack, wrong, files)
    # What the stack file replaces is gone from the value, and would still stand in the base.
    hidden = {
        found: each.file for each in merged.layers if each.file for found in mistakes.secrets(StackSpec, each.spec)
    }
    problems = mistakes.in_raw(merged.spec)
    spec, found = mistakes.validate(StackSpec, merged.spec) if isinstance(merged.spec, dict) else (None, [])
    if problems or found or hidden or spec is None:
        every = mistakes.sorted_sentences([*problems, *found, *hidden])
        files = {each: file for each in every if (file := merged.file(each[0]))}
        raise mistakes.NotADeployment(stack, every, files | hidden)
    return spec


def load(config: pulumi.Config) -> StackSpec:
    """Read the stack file's `pulsar:spec`.

    Raises:
        pulumi.RunError: with every mistake in it, before anything is registered.
    """
    try:
        if pulumi.runtime.config.is_config_secret(f"{config.name}:{KEY}"):
            raise mistakes.NotADeployment(pulumi.get_stack(), [mistakes.SECRET_IN_SPEC])
        spec = read(_value(config), pulumi.get_stack())
        if missing := [key for key in spec.secrets if config.get_secret(key) is None]:
            raise mistakes.NotADeployment(pulumi.get_stack(), [_missing(key, spec.secrets[key]) for key in missing])
        replaced = spec.pulsar.tiered_storage.replaced_secrets if spec.pulsar.tiered_storage else {}
        if twice := [(key, by) for key, by in replaced.items() if config.get_secret(key) is not None]:
            raise mistakes.NotADeployment(pulumi.get_stack(), [_twice(key, by) for key, by in twice])
        return spec
    except mistakes.NotADeployment as error:
        raise pulumi.RunError(str(error)) from None


def _missing(key: str, part: str) -> mistakes.Found:
    return (
        ("pulsar", part),
        f"needs the secret pulsar:{key}, which is not set. Set it with `pulumi config set --secret pulsar:{key}`.",
    )


def _twice(key: str, instead: str) -> mistakes.Found:
    return (
        ("pulsar", "tiered_storage"),
        f"uses {instead}, and the secret pulsar:{key} is set as well. Take one of them out: "
        f"`pulumi config rm pulsar:{key}`.",
    )


def secrets(config: pulumi.Config) -> dict[str, pulumi.Output[str]]:
    """The secrets that are set beside the spec."""
    found = {key: config.get_secret(key) for key in SECRETS}
    return {key: value for key, value in found.items() if value is not None}


def _value(config: pulumi.Config) -> Any:
    try:
        return config.get_object(KEY)
    except pulumi.ConfigTypeError:
        # The SDK's own words repeat the text, which may be anything.
        return config.get(KEY)
