"""Tenants, namespaces and topics as the provider's resources, in the words and units of Pulsar's REST API.

Source: Pulsar's admin REST API, version 2 (`/admin/v2/tenants`, `/admin/v2/namespaces`, `/admin/v2/persistent`).
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ..pulsar.spec import PulsarSpec
from .policies import BacklogQuotaSpec, PoliciesSpec, RetentionSpec
from .tenants import NamespaceSpec, SchemaSpec, TenantSpec, TopicCreationSpec, TopicSpec

Kind = Literal["Tenant", "Namespace", "Topic"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declared:
    """One resource."""

    kind: Kind
    name: str
    """Its logical name: `shop`, `shop/orders`, `shop/orders/placed`."""
    inputs: Mapping[str, Any]
    within: str | None = None
    """The key of what it stands in."""

    @property
    def key(self) -> str:
        """What others name it by: `Namespace shop/orders`."""
        return f"{self.kind} {self.name}"


def declared(tenants: Mapping[str, TenantSpec], pulsar: PulsarSpec) -> Iterator[Declared]:
    """Every resource, each after the one that it stands in."""
    for name, tenant in sorted(tenants.items()):
        yield _tenant(name, tenant, pulsar)
        for space, namespace in sorted(tenant.namespaces.items()):
            here, keep = f"{name}/{space}", tenant.keep if namespace.keep is None else namespace.keep
            yield _namespace(here, name, namespace, keep=keep)
            for each, topic in sorted(namespace.topics.items()):
                yield _topic(f"{here}/{each}", here, topic, keep=keep if topic.keep is None else topic.keep)


def _tenant(name: str, tenant: TenantSpec, pulsar: PulsarSpec) -> Declared:
    inputs = {
        "name": name,
        "adminRoles": sorted(tenant.admin_roles),
        "allowedClusters": sorted({*tenant.clusters(pulsar.name), *_by_peers(name, tenant, pulsar)}),
        "keep": tenant.keep,
    }
    return Declared(kind="Tenant", name=name, inputs=inputs)


def _by_peers(name: str, tenant: TenantSpec, pulsar: PulsarSpec) -> Iterator[str]:
    """The clusters that namespaces of it are replicated to which the file names under the peers alone."""
    for peer, each in pulsar.peers.items():
        if not tenant.allowed_clusters and any(space.startswith(f"{name}/") for space in each.namespaces):
            yield peer


def _namespace(name: str, tenant: str, spec: NamespaceSpec, *, keep: bool) -> Declared:
    policies = _given(
        **_policies(spec),
        deduplication=spec.deduplication,
        maxProducersPerTopic=spec.max_producers,
        maxConsumersPerTopic=spec.max_consumers,
        offloadThreshold=_whole(spec.offload_threshold),
        subscriptionExpirationTime=_whole(spec.subscription_expiration, 60),
        autoTopicCreation=spec.topic_creation and _creation(spec.topic_creation),
    )
    inputs = {"name": name, **_given(bundles=spec.bundles), **_governed(spec, policies), "keep": keep}
    return Declared(kind="Namespace", name=name, inputs=inputs, within=f"Tenant {tenant}")


def _topic(name: str, namespace: str, spec: TopicSpec, *, keep: bool) -> Declared:
    policies = _given(
        **_policies(spec),
        deduplicationEnabled=spec.deduplication,
        maxProducers=spec.max_producers,
        maxConsumers=spec.max_consumers,
    )
    inputs = {
        "name": f"persistent://{name}",
        "partitions": spec.partitions,
        **_governed(spec, policies),
        **_given(schema=spec.schema_info and _schema(spec.schema_info)),
        "keep": keep,
    }
    return Declared(kind="Topic", name=name, inputs=inputs, within=f"Namespace {namespace}")


def _governed(spec: PoliciesSpec, policies: Mapping[str, Any]) -> dict[str, Any]:
    permissions = {role: sorted(set(actions)) for role, actions in sorted(spec.permissions.items())}
    return {"policies": dict(policies), "permissions": permissions}


def _policies(spec: PoliciesSpec) -> dict[str, Any]:
    """What namespaces and topics are told by the same names."""
    return {
        "retention": spec.retention and _retention(spec.retention),
        "backlogQuota": spec.backlog_quota and _quota(spec.backlog_quota),
        "messageTTL": _whole(spec.ttl),
        "replication": sorted(spec.replication_clusters) or None,
        "compactionThreshold": _whole(spec.compaction_threshold),
        "schemaCompatibilityStrategy": spec.schema_compatibility,
        "schemaValidationEnforced": spec.schema_validation,
        "maxConsumersPerSubscription": spec.max_consumers_per_subscription,
    }


def _retention(spec: RetentionSpec) -> dict[str, int]:
    # -1 is how both say that there is no limit.
    time, size = _whole(spec.time, 60), _whole(spec.size, 1 << 20)
    return {
        "retentionTimeInMinutes": -1 if time is None else time,
        "retentionSizeInMB": -1 if size is None else size,
    }


def _quota(spec: BacklogQuotaSpec) -> dict[str, Any]:
    if spec.size is not None:
        return {"destination_storage": {"limitSize": int(spec.size), "policy": spec.policy}}
    return {"message_age": {"limitTime": _whole(spec.time), "policy": spec.policy}}


def _creation(spec: TopicCreationSpec) -> dict[str, Any]:
    if not spec.allow:
        return {"allowAutoTopicCreation": False}
    if not spec.partitions:
        return {"allowAutoTopicCreation": True, "topicType": "non-partitioned"}
    return {"allowAutoTopicCreation": True, "topicType": "partitioned", "defaultNumPartitions": spec.partitions}


def _schema(spec: SchemaSpec) -> dict[str, Any]:
    return {"type": spec.type, "schema": spec.definition, "properties": dict(sorted(spec.properties.items()))}


def _whole(value: Any, unit: int = 1) -> int | None:
    return None if value is None else int(value) // unit


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
