"""The component that hands functions, connectors and pipelines to Function Mesh."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi

from ..kubernetes_objects import register
from ..pulsar.broker import addresses
from ..pulsar.workload import Manifest
from ..tenancy import placement
from .function_mesh import FunctionMeshOperatorSpec, MeshOperator
from .function_mesh_objects import Place, code_config, pipeline, pulsar_config, resource

if TYPE_CHECKING:
    from ..stack import StackSpec
    from .operator import Operator


def place(stack: "StackSpec", mesh: FunctionMeshOperatorSpec) -> Place:
    """Where the stack's functions run."""
    pulsar, elsewhere = stack.pulsar, mesh.adjacent
    service_url, admin_url = addresses(pulsar.place)
    return Place(
        cluster=pulsar.name,
        namespace=elsewhere.namespace if elsewhere else pulsar.namespace,
        service_url=elsewhere.service_url if elsewhere else service_url,
        admin_url=elsewhere.admin_url if elsewhere else admin_url,
        image=pulsar.effective_image,
        version=pulsar.version,
        mesh=mesh,
    )


def configuration(stack: "StackSpec") -> dict[str, Manifest]:
    """What must be there before the resources: where Pulsar is, and code that comes from here. By logical name."""
    mesh, mine = stack.operators.function_mesh, placement.run_by(stack, "function-mesh")
    if mesh is None or not mine:
        return {}
    here = place(stack, mesh)
    found = {here.config_name: pulsar_config(here)}
    for (_, name), spec in mine.items():
        if manifest := code_config(here, name, spec):
            found[manifest["metadata"]["name"]] = manifest
    return found


def resources(stack: "StackSpec") -> dict[str, Manifest]:
    """The custom resources, by logical name: pipelines, and what is in none."""
    mesh, mine = stack.operators.function_mesh, placement.run_by(stack, "function-mesh")
    if mesh is None:
        return {}
    here = place(stack, mesh)
    found = {
        f"{name}-{placement.kind(spec)}": resource(here, name, spec)
        for (section, name), spec in mine.items()
        if placement.pipeline_of(stack, section, name) is None
    }
    for name, members in stack.pipelines.items():
        inside = [("functions", each) for each in members.functions]
        inside += [("connectors", each) for each in members.connectors]
        if specs := [(each, mine[section, each]) for section, each in inside if (section, each) in mine]:
            found[f"{name}-pipeline"] = pipeline(here, name, specs)
    return found


class MeshFunctions(pulumi.ComponentResource):
    """Functions, connectors and pipelines, each ready when the operator says so."""

    def __init__(
        self,
        name: str,
        stack: "StackSpec",
        *,
        operator: MeshOperator,
        needed: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register them.

        Args:
            name: the component's logical name.
            stack: the stack file.
            operator: the operator, which must be there first and go last.
            needed: what else must be there first: Pulsar.
            opts: the provider of Pulsar's cluster.
        """
        # All of it before anything is made.
        before, after = configuration(stack), resources(stack)
        if operator.elsewhere:
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(providers=[operator.elsewhere]))
        super().__init__("pulsar:operators:MeshFunctions", name, {}, opts)
        first = pulumi.ResourceOptions(parent=self, depends_on=[*needed, *operator.needed])
        made = [register(logical, manifest, first) for logical, manifest in before.items()]
        then = pulumi.ResourceOptions(parent=self, depends_on=[*needed, *operator.needed, *made])
        for logical, manifest in after.items():
            register(logical, manifest, then)
        self.register_outputs({})


def deploy(
    stack: "StackSpec",
    operators: Mapping[str, "Operator"],
    *,
    needed: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions | None = None,
) -> MeshFunctions | None:
    """What Function Mesh runs of a stack, as a component; nothing where it runs nothing."""
    operator = operators.get("function_mesh")
    if not isinstance(operator, MeshOperator) or not placement.run_by(stack, "function-mesh"):
        return None
    return MeshFunctions("functions", stack, operator=operator, needed=needed, opts=opts)
