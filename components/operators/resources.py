"""The Pulsar resources operator, which keeps tenants, namespaces, topics and permissions as they are declared.

Source of the values: the chart's `values.yaml` and `values.schema.json` (streamnative/pulsar-resources-operator).
"""

from typing import Any, ClassVar

from ..durations import Duration
from ..model import Namespace
from .charts import PULSAR_RESOURCES, Chart
from .operator import OperatorSpec, image_parts


class ResourcesOperatorSpec(OperatorSpec):
    """The Pulsar resources operator, to which `tenants:` is handed."""

    chart: ClassVar[Chart] = PULSAR_RESOURCES
    title: ClassVar[str] = "the Pulsar resources operator"

    namespace: Namespace = "pulsar-resources-operator"
    """The namespace that is made for it. It holds nothing else."""
    put_back: bool = True
    """Whether it writes every resource to Pulsar again and again, so that what somebody changed by hand is put back
    (`features.alwaysUpdatePulsarResource`). Without, it writes only what changes in the stack file."""

    ready_within: Duration = Duration.parse("5m")
    """How long a tenant, a namespace or a topic may take until it is ready. Then what the operator says about it is the
    error of the `up`."""

    def chart_values(self) -> dict[str, Any]:
        """Whether drift is put back, bounds of its pod, and its image."""
        values: dict[str, Any] = {
            "features": {"alwaysUpdatePulsarResource": self.put_back},
            "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        }
        if self.image:
            registry, repository, tag = image_parts(self.image)
            values["image"] = {"manager": {"registry": registry, "repository": repository, "tag": tag}}
        return values
