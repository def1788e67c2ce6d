"""The Function Mesh operator, which runs functions and connectors as Kubernetes' own objects."""

from typing import ClassVar

from ..model import Namespace
from .charts import FUNCTION_MESH, Chart
from .operator import OperatorSpec


class FunctionMeshOperatorSpec(OperatorSpec):
    """The Function Mesh operator."""

    chart: ClassVar[Chart] = FUNCTION_MESH
    title: ClassVar[str] = "Function Mesh"

    namespace: Namespace = "function-mesh"
    """The namespace that is made for it. It holds nothing else."""
