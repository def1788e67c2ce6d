"""The operators that are installed beside Pulsar. One file and one line in `OperatorsSpec` add one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pulumi

from ..model import Spec
from .function_mesh import FunctionMeshOperatorSpec
from .operator import Operator, OperatorSpec
from .resources import ResourcesOperatorSpec

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec


class OperatorsSpec(Spec):
    """Operators beside Pulsar, in any combination."""

    function_mesh: FunctionMeshOperatorSpec | None = None
    """Function Mesh, which runs functions and connectors. Default: Pulsar's own worker runs them, where it is on."""
    resources: ResourcesOperatorSpec | None = None
    """The Pulsar resources operator, which `tenants:` is handed to. Default: the stack makes them by itself."""

    def chosen(self) -> dict[str, OperatorSpec]:
        """Those that the stack has, by their setting."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: each for name, each in found.items() if each is not None}

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A namespace that two would make."""
        makers: dict[str, str] = {}
        for name, each in self.chosen().items():
            if each.install and (other := makers.setdefault(each.namespace, name)) != name:
                yield (
                    f"{name}.namespace",
                    f"{each.namespace} is made for {other} as well, and goes with it. Give each its own.",
                )

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """A namespace that Pulsar, or the operator that runs it, would make too."""
        runs = pulsar.operator
        for name, each in self.chosen().items():
            if each.install and isinstance(runs, OperatorSpec) and runs.install and runs.namespace == each.namespace:
                yield (
                    f"{name}.namespace",
                    f"{each.namespace} is made for {runs.title} as well (pulsar.operator), and goes with it. Give each "
                    "its own.",
                )
            if each.install and each.namespace == pulsar.namespace:
                yield (
                    f"{name}.namespace",
                    f"{each.namespace} is Pulsar's own (pulsar.namespace), and the operator must still be there while "
                    "that one is emptied. Give it another.",
                )

    def create(self, opts: pulumi.ResourceOptions) -> dict[str, Operator]:
        """Every operator of the stack as a component, by its setting."""
        return {
            name: each.create(f"{name.replace('_', '-')}-operator", opts=opts) for name, each in self.chosen().items()
        }
