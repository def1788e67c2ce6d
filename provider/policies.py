"""The policies of namespaces and topics: how each is set, seen, and given back to the brokers.

Source: Pulsar 4.0's admin REST API, version 2, as 4.0.8 answered it.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from plugin.values import without_nulls

Scope = Literal["namespace", "topic"]
"""What a policy is of."""
BACKLOG_QUOTA = "backlogQuota"
"""The one policy that is several: a quota by size and one by age, each by its own name."""


@dataclasses.dataclass(frozen=True)
class Policy:
    """One policy."""

    name: str
    """As the REST API's path calls it, and as the resource's input."""
    field: tuple[str, ...] = ()
    """Where it stands in what the REST API says of a namespace as a whole."""
    sets: Literal["POST", "PUT"] = "POST"
    """The method that sets it."""
    by_query: bool = False
    """Whether the value stands behind the path, and not in the body."""
    unset: Any = None
    """What is read where nobody has set it, if that is not nothing."""
    resets: str | None = None
    """The path of what is deleted to unset it. Default: its own. Empty: `unset` is set."""
    shared: bool = False
    """Whether other parts of a stack set it too: then it is nobody's drift unless it is declared."""


NAMESPACE = (
    Policy("retention", ("retention_policies",)),
    Policy(BACKLOG_QUOTA, ("backlog_quota_map",)),
    Policy("messageTTL", ("message_ttl_in_seconds",)),
    Policy("deduplication", ("deduplicationEnabled",)),
    Policy("compactionThreshold", ("compaction_threshold",), sets="PUT"),
    Policy("schemaCompatibilityStrategy", ("schema_compatibility_strategy",), sets="PUT", unset="UNDEFINED", resets=""),
    Policy("schemaValidationEnforced", ("schema_validation_enforced",), unset=False, resets=""),
    Policy("maxProducersPerTopic", ("max_producers_per_topic",)),
    Policy("maxConsumersPerTopic", ("max_consumers_per_topic",)),
    Policy("maxConsumersPerSubscription", ("max_consumers_per_subscription",)),
    Policy("subscriptionExpirationTime", ("subscription_expiration_time_minutes",)),
    # The tiered storage's own Job sets it as well. -1 would be a threshold of its own: never.
    Policy(
        "offloadThreshold",
        ("offload_policies", "managedLedgerOffloadThresholdInBytes"),
        sets="PUT",
        unset=-1,
        resets="removeOffloadPolicies",
        shared=True,
    ),
    # So does the one that makes other clusters known.
    Policy("replication", ("replication_clusters",), resets="", shared=True),
    Policy("autoTopicCreation", ("autoTopicCreationOverride",)),
)
TOPIC = (
    Policy("retention"),
    Policy(BACKLOG_QUOTA),
    Policy("messageTTL", by_query=True),
    Policy("deduplicationEnabled"),
    Policy("compactionThreshold"),
    Policy("schemaCompatibilityStrategy", sets="PUT"),
    Policy("schemaValidationEnforced", unset=False, resets=""),
    Policy("maxProducers"),
    Policy("maxConsumers"),
    Policy("maxConsumersPerSubscription"),
    Policy("replication"),
)
POLICIES: Mapping[Scope, tuple[Policy, ...]] = {"namespace": NAMESPACE, "topic": TOPIC}


def value(policy: Policy, told: Any) -> Any:
    """What the REST API tells, as it is declared: `None` where nobody has set it, lists in order."""
    if told is None or told == policy.unset:
        return None
    if policy.name == BACKLOG_QUOTA:
        # A quota by size tells of a time as well, and the other way round.
        return {kind: _quota(kind, each) for kind, each in sorted(told.items())} or None
    if isinstance(told, list):
        return sorted(told)
    return without_nulls(told)


def _quota(kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    limit = "limitTime" if kind == "message_age" else "limitSize"
    return {limit: told.get(limit), "policy": told.get("policy")}
