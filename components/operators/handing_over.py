"""The component that hands Pulsar to its operator."""

from collections.abc import Mapping

import pulumi

from ..kubernetes_objects import register
from ..pulsar.lifecycle.guards import hooks, parts_hooks
from .operator import Operator, OperatorSpec
from .pulsar_operator import Handed, Handing


class HandedOver(pulumi.ComponentResource):
    """The operator, then its custom resources one after the other: made in this order, and gone in the other one."""

    def __init__(
        self,
        name: str,
        handed: Handing,
        *,
        keep_data: bool,
        account_annotations: Mapping[str, pulumi.Input[str]],
        secrets: Mapping[str, pulumi.Input[str]],
        needed: pulumi.ResourceOptions,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Register all of it.

        Args:
            name: the component's logical name.
            handed: what the operator is told.
            keep_data: whether deleting what data hangs on is refused.
            account_annotations: what the brokers' account carries, where a cloud knows pods by it.
            secrets: the secrets beside the stack file's spec.
            needed: what must be there before the resources: the namespace, Secrets.
            opts: what it stands in.
        """
        super().__init__("pulsar:operators:HandedOver", name, {}, opts)
        within = pulumi.ResourceOptions(parent=self)
        operator = Operator(_called(handed.operator), handed.operator, secrets=secrets, opts=within)
        before = pulumi.ResourceOptions.merge(needed, within)
        made = [register(each, _annotated(it, account_annotations), before) for each, it in handed.beside.items()]
        for each in handed.resources:
            options = pulumi.ResourceOptions(
                depends_on=[*operator.needed, *made],
                protect=keep_data and each.holds_data,
                hooks=_hooks(each),
            )
            made = [*made, register(each.name, each.manifest, pulumi.ResourceOptions.merge(before, options))]
        self.register_outputs({})


def _called(operator: OperatorSpec) -> str:
    chart = operator.chart.name
    return chart if chart.endswith("-operator") else f"{chart}-operator"


def _hooks(handed: Handed) -> pulumi.ResourceHookBinding | None:
    if handed.guard:
        return hooks(handed.name, handed.guard)
    return parts_hooks(f"{handed.name}-replicas", handed.part_guards) if handed.part_guards else None


def _annotated(account: Mapping[str, object], annotations: Mapping[str, pulumi.Input[str]]) -> dict[str, object]:
    if not annotations:
        return dict(account)
    return {**account, "metadata": {**account["metadata"], "annotations": dict(annotations)}}  # pyright: ignore
