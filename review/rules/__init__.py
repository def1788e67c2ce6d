"""Every rule of the review, the most particular first: what a change of a setting means, and where that is written."""

from . import beside, clusters, pods, pulsar, storage, tenancy
from .rule import Rule

RULES: tuple[Rule, ...] = (
    *pods.RULES,
    *storage.RULES,
    *pulsar.RULES,
    *clusters.RULES,
    *beside.RULES,
    *tenancy.RULES,
    *pods.REST,
)


def rule_for(path: str) -> Rule | None:
    """The rule for a setting: the first that covers it."""
    return next((rule for rule in RULES if rule.covers(path)), None)
