"""The policies of namespaces and topics. Whatever is left out is as the brokers have it.

Source: Pulsar's admin REST API (`/admin/v2/namespaces`, `/admin/v2/persistent`), whose units are minutes for retention
and mebibytes for what is retained.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic

from ..durations import Duration
from ..model import Bytes, Spec

Action = Literal["produce", "consume", "functions", "sources", "sinks", "packages"]
Compatibility = Literal[
    "UNDEFINED",
    "ALWAYS_INCOMPATIBLE",
    "ALWAYS_COMPATIBLE",
    "BACKWARD",
    "FORWARD",
    "FULL",
    "BACKWARD_TRANSITIVE",
    "FORWARD_TRANSITIVE",
    "FULL_TRANSITIVE",
]
Actions = Annotated[tuple[Action, ...], pydantic.Field(strict=False)]
"""A list in a mapping, which YAML has as a list."""
Count = Annotated[int, pydantic.Field(ge=0, le=1_000_000)]


class RetentionSpec(Spec):
    """How long messages stay after every subscription has acknowledged them: until the time or the size is over."""

    time: Duration | None = None
    """How long, in whole minutes. Default: no matter how long."""
    size: Bytes | None = None
    """How much of each topic, in whole Mi. Default: no matter how much."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Units that are finer than Pulsar's."""
        if self.time is not None and (self.time % 60 or not self.time):
            yield "time", f"{self.time} is not in whole minutes, in which Pulsar counts it. Write it in m, h or d."
        if self.size is not None and self.size % (1 << 20):
            yield "size", f"{self.size} is not in whole Mi, in which Pulsar counts it. Write it in Mi, Gi or Ti."


class BacklogQuotaSpec(Spec):
    """How much may wait for a subscription, by size or by age, and what happens then."""

    size: Bytes | None = None
    """How much of a topic may be unacknowledged. Default: it is not the size that counts."""
    time: Duration | None = None
    """How old the oldest unacknowledged message may be. Default: it is not the age that counts."""
    policy: Literal["producer_request_hold", "producer_exception", "consumer_backlog_eviction"]
    """What happens then: producers wait, producers get an error, or the oldest messages are skipped."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Neither or both of the two."""
        if (self.size is None) == (self.time is None):
            yield "size", "says the quota, or `time` does: exactly one of them. Write one."


class PoliciesSpec(Spec):
    """What both namespaces and topics may say."""

    retention: RetentionSpec | None = None
    """How long messages stay after they were acknowledged. Default: the brokers', which is not at all."""
    ttl: Duration | None = None
    """After how long an unacknowledged message counts as acknowledged. Default: the brokers', which is never."""
    backlog_quota: BacklogQuotaSpec | None = None
    """How much may wait for a subscription. Default: the brokers'."""
    deduplication: bool | None = None
    """Whether a message that a producer sends again is kept once. Default: the brokers'."""
    replication_clusters: tuple[str, ...] = ()
    """The clusters that have its messages, this one included. Default: this one alone."""
    compaction_threshold: Bytes | None = None
    """A topic is compacted once it has more than this. Default: by command alone."""
    schema_compatibility: Compatibility | None = None
    """How a new schema must fit those before. Default: the brokers', FULL."""
    schema_validation: bool | None = None
    """Whether producers without a schema are turned away from a topic that has one. Default: the brokers'."""
    max_producers: Count | None = None
    """How many producers a topic takes; 0 for any number. Default: the brokers'."""
    max_consumers: Count | None = None
    """How many consumers a topic takes; 0 for any number. Default: the brokers'."""
    max_consumers_per_subscription: Count | None = None
    """How many consumers a subscription takes; 0 for any number. Default: the brokers'."""
    permissions: Mapping[str, Actions] = {}
    """What each role may do: produce, consume, functions, sources, sinks, packages. Default: nothing for anybody but
    superusers and the tenant's admin roles, where the brokers authorize at all."""
    keep: bool | None = None
    """Whether it stays in Pulsar, messages included, when it leaves the stack file. Default: as the part around it."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A quota that retention undermines, as the brokers refuse it, and permissions without an action."""
        quota, kept = self.backlog_quota, self.retention
        for unit in ("size", "time"):
            limit, span = getattr(quota, unit, None), getattr(kept, unit, None)
            if limit is not None and span is not None and limit >= span:
                yield (
                    f"backlog_quota.{unit}",
                    f"{limit} is not less than retention.{unit}, {span}, and Pulsar refuses that: what waits must fit "
                    "into what is retained. Raise retention, or lower the quota.",
                )
        for role, actions in self.permissions.items():
            if not actions:
                yield f"permissions.{role}", "lists nothing that the role may do. List it, or leave the role out."
        if len(set(self.replication_clusters)) != len(self.replication_clusters):
            yield "replication_clusters", "names a cluster twice. Name each once."
