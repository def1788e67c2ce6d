"""What may be away at the same time."""

from collections.abc import Iterator, Sequence
from typing import Any

from ..kubernetes import STATEFUL_SET, may_select, pod, pod_labels
from ..rule import Resource, ResourceRule, Settings, StackRule
from ..values import UNKNOWN, at, mapping, mappings, unclear, whole

BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"


def _budgets(resources: Sequence[Resource], settings: Settings) -> Iterator[tuple[Resource, str]]:
    del settings
    for resource in resources:
        if resource.token != STATEFUL_SET:
            continue
        own = [each for each in resources if each.token == BUDGET and _covers(each, resource)]
        if not own:
            yield (
                resource,
                f"{resource.told} has no PodDisruptionBudget, so emptying nodes may take all its pods at once. "
                "Add one with its pods' labels and maxUnavailable: 1.",
            )
        replicas = whole(at(resource.properties, "spec.replicas"))
        for budget in own:
            if replicas and replicas > 1 and (away := _away(budget, replicas)) is not None and away > 1:
                yield (
                    budget,
                    f"{budget.told} lets {away} of {replicas} pods of {resource.told} go at once, and as many copies "
                    "with them. Set maxUnavailable to 1.",
                )


def _covers(budget: Resource, resource: Resource) -> bool:
    selector = at(budget.properties, "spec.selector.matchLabels")
    return budget.may_be_beside(resource) and may_select(selector, pod_labels(resource))


def _away(budget: Resource, replicas: int) -> int | None:
    """How many of the pods a budget lets go, where it is known."""
    spec = mapping(budget.properties.get("spec"))
    if (away := spec.get("maxUnavailable")) is not None:
        return _number(away, replicas)
    kept = _number(spec.get("minAvailable"), replicas)
    return None if kept is None else replicas - kept


def _number(value: Any, replicas: int) -> int | None:
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdecimal():
        return -(-int(value[:-1]) * replicas // 100)
    return whole(value)


BUDGETS = StackRule(
    id="one-pod-away-at-a-time",
    says="Every stateful set has a disruption budget that lets one pod go at a time.",
    source="Kubernetes, disruptions; BookKeeper's quorums",
    check=_budgets,
)


def _drains(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    spec = mapping(resource.properties.get("spec"))
    if spec.get("maxUnavailable") in (0, "0", "0%") or spec.get("minAvailable") == "100%":
        yield (
            f"{resource.told} lets no pod go, so no node can be emptied and no cluster be upgraded. "
            "Set maxUnavailable to 1."
        )


DRAINS = ResourceRule(
    id="nodes-can-be-emptied",
    says="No disruption budget keeps a node from being emptied.",
    source="Kubernetes, disruptions",
    types=frozenset({BUDGET}),
    check=_drains,
)


def _apart(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    replicas = whole(at(resource.properties, "spec.replicas"))
    if not replicas or replicas < 2:
        return
    terms = at(pod(resource), "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution")
    labels = pod_labels(resource)
    if not unclear(terms) and not any(_keeps_apart(term, labels) for term in mappings(terms)):
        yield (
            f"{resource.told} may have all its pods on one node, and loses all copies with it. "
            "Set `pulsar.spread: required`, or a required podAntiAffinity over kubernetes.io/hostname."
        )


def _keeps_apart(term: Any, labels: Any) -> bool:
    apart = term.get("topologyKey") in (UNKNOWN, "kubernetes.io/hostname", "topology.kubernetes.io/zone")
    return apart and may_select(at(term, "labelSelector.matchLabels"), labels)


APART = ResourceRule(
    id="copies-are-on-different-nodes",
    says="No two pods of a stateful set share a node.",
    source="BookKeeper: copies survive the loss of a node only where they are on several",
    types=frozenset({STATEFUL_SET}),
    check=_apart,
)
