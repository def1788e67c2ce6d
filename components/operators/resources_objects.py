"""Tenants, namespaces, topics and permissions as the Pulsar resources operator's custom resources.

Source of the fields: the operator's custom resource definitions and its `docs/`.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ..pulsar.broker import addresses
from ..pulsar.replication import PeerSpec
from ..pulsar.spec import PulsarSpec
from ..pulsar.workload import Manifest
from ..tenancy.naming import object_name
from ..tenancy.policies import PoliciesSpec
from ..tenancy.tenants import NamespaceSpec, TenantSpec, TopicSpec
from .resources import ResourcesOperatorSpec

API_VERSION = "resource.streamnative.io/v1alpha1"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declared:
    """One custom resource."""

    name: str
    """Its logical name: what it is about, in Pulsar's words."""
    manifest: Manifest
    needs: tuple[str, ...] = ()
    """The logical names of those that must be ready before it, by their kind: `PulsarTenant shop`."""

    @property
    def key(self) -> str:
        """What others name it by."""
        return f"{self.manifest['kind']} {self.name}"


def declared(
    tenants: Mapping[str, TenantSpec], pulsar: PulsarSpec, operator: ResourcesOperatorSpec
) -> tuple[Declared, ...]:
    """Every custom resource, those that others need before them."""
    if not tenants:
        return ()
    return tuple(_Rendering(pulsar, operator).everything(tenants))


class _Rendering:
    """One Pulsar's resources, which all name its connection."""

    def __init__(self, pulsar: PulsarSpec, operator: ResourcesOperatorSpec) -> None:
        self._pulsar, self._operator = pulsar, operator
        self._connection = {"connectionRef": {"name": pulsar.name}}
        self._peers = {} if pulsar.configuration_metadata else dict(pulsar.peers)

    def everything(self, tenants: Mapping[str, TenantSpec]) -> Iterator[Declared]:
        """The connection, then other clusters, then tenant by tenant."""
        service, admin = addresses(self._pulsar.place)
        yield self._made(
            "PulsarConnection", self._pulsar.name, (self._pulsar.name,), _cluster(self._pulsar.name, admin, service)
        )
        named = {cluster for each in tenants.values() for cluster in each.clusters(self._pulsar.name)}
        for name in sorted(named & set(self._peers)):
            yield from self._other_cluster(name, self._peers[name])
        for name, tenant in sorted(tenants.items()):
            yield from self._tenant(name, tenant)

    def _other_cluster(self, name: str, peer: PeerSpec) -> Iterator[Declared]:
        """How messages get to another cluster: its connection, and the way there."""
        connection = f"to-{name}"
        yield self._made(
            "PulsarConnection", connection, (connection,), _cluster(name, peer.admin_url, peer.service_url)
        )
        spec = {**self._connection, "destinationConnectionRef": {"name": connection}, **_lifecycle(keep=True)}
        needs = (f"PulsarConnection {self._pulsar.name}", f"PulsarConnection {connection}")
        yield self._made("PulsarGeoReplication", name, (connection,), spec, needs)

    def _tenant(self, name: str, tenant: TenantSpec) -> Iterator[Declared]:
        places, others = self._places(tenant.clusters(self._pulsar.name))
        spec = {
            "name": name,
            **self._connection,
            **_lifecycle(keep=tenant.keep),
            **_given(adminRoles=sorted(tenant.admin_roles) or None, allowedClusters=places),
            **others,
        }
        needs = (f"PulsarConnection {self._pulsar.name}", *self._ways(others))
        yield self._made("PulsarTenant", name, (name,), spec, needs)
        for each, namespace in sorted(tenant.namespaces.items()):
            yield from self._namespace(name, each, namespace, keep=tenant.keep)

    def _namespace(self, tenant: str, name: str, namespace: NamespaceSpec, *, keep: bool) -> Iterator[Declared]:
        full_name, keep = f"{tenant}/{name}", keep if namespace.keep is None else namespace.keep
        creation = namespace.topic_creation
        places, others = self._places(namespace.replication_clusters)
        spec = {
            "name": full_name,
            **self._connection,
            **_lifecycle(keep=keep),
            **_policies(namespace),
            **_given(
                bundles=namespace.bundles,
                offloadThresholdSize=_text(namespace.offload_threshold),
                subscriptionExpirationTime=_text(namespace.subscription_expiration),
                maxProducersPerTopic=namespace.max_producers,
                maxConsumersPerTopic=namespace.max_consumers,
                topicAutoCreationConfig=creation
                and {
                    "allow": creation.allow,
                    "type": "partitioned" if creation.partitions else "non-partitioned",
                    **_given(partitions=creation.partitions or None),
                },
                replicationClusters=places,
            ),
            **others,
        }
        needs = (f"PulsarTenant {tenant}", *self._ways(others))
        yield self._made("PulsarNamespace", full_name, (tenant, name), spec, needs)
        yield from self._permissions("namespace", full_name, full_name, (tenant, name), namespace)
        for topic, each in sorted(namespace.topics.items()):
            yield from self._topic(tenant, name, topic, each, keep=keep)

    def _topic(self, tenant: str, namespace: str, name: str, topic: TopicSpec, *, keep: bool) -> Iterator[Declared]:
        short, keep = f"{tenant}/{namespace}/{name}", keep if topic.keep is None else topic.keep
        places, others = self._places(topic.replication_clusters)
        schema = topic.schema_info
        spec = {
            "name": f"persistent://{short}",
            **self._connection,
            **_lifecycle(keep=keep),
            "partitions": topic.partitions,
            **_policies(topic),
            **_given(
                maxProducers=topic.max_producers,
                maxConsumers=topic.max_consumers,
                schemaInfo=schema
                and {
                    "type": schema.type,
                    "schema": schema.definition,
                    **_given(properties=dict(sorted(schema.properties.items())) or None),
                },
                replicationClusters=places,
            ),
            **others,
        }
        parts = (tenant, namespace, name)
        needs = (f"PulsarNamespace {tenant}/{namespace}", *self._ways(others))
        yield self._made("PulsarTopic", short, parts, spec, needs)
        yield from self._permissions("topic", short, f"persistent://{short}", parts, topic)

    def _permissions(
        self, kind: str, name: str, full_name: str, parts: tuple[str, ...], policies: PoliciesSpec
    ) -> Iterator[Declared]:
        """What each role may do. A permission that leaves the stack file is taken away, whatever else is kept."""
        for role, actions in sorted(policies.permissions.items()):
            spec = {
                **self._connection,
                **_lifecycle(keep=False),
                "resourceType": kind,
                "resourceName": full_name,
                "roles": [role],
                "actions": sorted(actions),
            }
            needs = (f"Pulsar{kind.title()} {name}",)
            yield self._made("PulsarPermission", f"{name} {role}", (*parts, "for", role), spec, needs)

    def _places(self, clusters: tuple[str, ...]) -> tuple[list[str] | None, dict[str, Any]]:
        """Clusters of one instance by their names, and clusters apart by the ways to them."""
        ways = [{"name": object_name(f"to-{name}")} for name in sorted(clusters) if name in self._peers]
        if ways:
            # The operator takes one of the two, and adds this cluster to the ways by itself.
            return None, {"geoReplicationRefs": ways}
        return sorted(set(clusters)) or None, {}

    def _ways(self, others: Mapping[str, Any]) -> tuple[str, ...]:
        names = {each["name"] for each in others.get("geoReplicationRefs", ())}
        return tuple(
            f"PulsarGeoReplication {name}" for name in sorted(self._peers) if object_name(f"to-{name}") in names
        )

    def _made(
        self, kind: str, name: str, parts: tuple[str, ...], spec: Mapping[str, Any], needs: tuple[str, ...] = ()
    ) -> Declared:
        manifest = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {
                "name": object_name(*parts),
                "namespace": self._pulsar.namespace,
                "labels": {
                    "app.kubernetes.io/instance": self._pulsar.name,
                    "app.kubernetes.io/part-of": "pulsar",
                    "app.kubernetes.io/managed-by": "pulumi",
                },
                "annotations": {
                    # What somebody changed by hand is put back: the stack file alone says what these are.
                    "pulumi.com/patchForce": "true",
                    **self._awaited(kind),
                },
            },
            "spec": dict(spec),
        }
        return Declared(name=name, manifest=manifest, needs=needs)

    def _awaited(self, kind: str) -> dict[str, str]:
        """What is waited for. Nothing with a connection: the operator says nothing of one until something uses it."""
        if kind == "PulsarConnection":
            return {}
        return {
            "pulumi.com/waitFor": "condition=Ready",
            "pulumi.com/timeoutSeconds": str(int(self._operator.ready_within)),
        }


def _cluster(name: str, admin: str, service: str) -> dict[str, Any]:
    """How a cluster is reached, by the fields that the schemes of its addresses belong to."""
    admin_field = "adminServiceSecureURL" if admin.startswith("https:") else "adminServiceURL"
    service_field = "brokerServiceSecureURL" if service.startswith("pulsar+ssl:") else "brokerServiceURL"
    return {"clusterName": name, admin_field: admin, service_field: service}


def _policies(policies: PoliciesSpec) -> dict[str, Any]:
    """What namespaces and topics are told by the same fields."""
    kept, quota = policies.retention, policies.backlog_quota
    return _given(
        # -1 is how both fields say that there is no limit; with one of them alone the other would be 0.
        retentionTime=kept and (_text(kept.time) or "-1"),
        retentionSize=kept and (_text(kept.size) or "-1"),
        messageTTL=_text(policies.ttl),
        backlogQuotaLimitSize=quota and _text(quota.size),
        backlogQuotaLimitTime=quota and _text(quota.time),
        backlogQuotaType=quota and ("destination_storage" if quota.size is not None else "message_age"),
        backlogQuotaRetentionPolicy=quota and quota.policy,
        deduplication=policies.deduplication,
        compactionThreshold=None if policies.compaction_threshold is None else int(policies.compaction_threshold),
        schemaCompatibilityStrategy=policies.schema_compatibility,
        schemaValidationEnforced=policies.schema_validation,
        maxConsumersPerSubscription=policies.max_consumers_per_subscription,
    )


def _lifecycle(*, keep: bool) -> dict[str, str]:
    return {"lifecyclePolicy": "KeepAfterDeletion" if keep else "CleanUpAfterDeletion"}


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
