"""The operators that are installed beside Pulsar. One file and one line in `OperatorsSpec` add one."""

import pulumi

from ..model import Spec
from .function_mesh import FunctionMeshOperatorSpec
from .operator import Operator, OperatorSpec
from .resources import ResourcesOperatorSpec


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

    def create(self, opts: pulumi.ResourceOptions) -> dict[str, Operator]:
        """Every operator of the stack as a component, by its setting."""
        return {
            name: each.create(f"{name.replace('_', '-')}-operator", opts=opts) for name, each in self.chosen().items()
        }
