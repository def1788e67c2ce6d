"""The component that hands Pulsar to its operator."""

from collections.abc import Mapping

import pulumi

from ..kubernetes_objects import register
from ..pulsar.lifecycle.guards import parts_hooks
from .pulsar_operator import Handed


class HandedOver(pulumi.ComponentResource):
    """The operator, then its custom resource: made in this order, and gone in the other one."""

    def __init__(
        self,
        name: str,
        handed: Handed,
        *,
        keep_data: bool,
        account_annotations: Mapping[str, pulumi.Input[str]],
        needed: pulumi.ResourceOptions,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Register both.

        Args:
            name: the component's logical name.
            handed: the resource.
            keep_data: whether deleting it is refused.
            account_annotations: what the brokers' account carries, where a cloud knows pods by it.
            needed: what must be there before the resource: the namespace, Secrets.
            opts: what it stands in.
        """
        super().__init__("pulsar:operators:HandedOver", name, {}, opts)
        within = pulumi.ResourceOptions(parent=self)
        operator = handed.operator.create(f"{handed.operator.chart.name}-operator", opts=within)
        before = pulumi.ResourceOptions.merge(needed, within)
        made = [register(each, _annotated(it, account_annotations), before) for each, it in handed.beside.items()]
        register(
            name,
            handed.manifest,
            pulumi.ResourceOptions.merge(
                before,
                pulumi.ResourceOptions(
                    depends_on=[*operator.needed, *made],
                    protect=keep_data,
                    hooks=parts_hooks("pulsar-replicas", handed.guards),
                ),
            ),
        )
        self.register_outputs({})


def _annotated(account: Mapping[str, object], annotations: Mapping[str, pulumi.Input[str]]) -> dict[str, object]:
    if not annotations:
        return dict(account)
    return {**account, "metadata": {**account["metadata"], "annotations": dict(annotations)}}  # pyright: ignore
