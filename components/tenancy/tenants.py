"""The stack file's `tenants:`: who has which namespaces and topics, and with which policies."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import pydantic

from ..durations import Duration
from ..model import Bytes, Spec
from ..pulsar.spec import PulsarSpec
from .code import PROJECT
from .naming import NamespaceName, TenantName, TopicName
from .policies import PoliciesSpec

_WITH_DEFINITION = ("AVRO", "JSON", "PROTOBUF", "PROTOBUF_NATIVE")


class SchemaSpec(Spec):
    """The schema of a topic's messages."""

    type: Literal[
        "AVRO", "JSON", "PROTOBUF", "PROTOBUF_NATIVE", "STRING", "BYTES", "BOOLEAN",
        "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE",
    ]  # fmt: skip
    """What kind of schema."""
    file: str | None = None
    """The file that has its definition, relative to the project: JSON. Needed for AVRO, JSON and Protobuf."""
    properties: Mapping[str, str] = {}
    """Further properties of the schema."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A definition that is missing, in the way, or no JSON."""
        if self.type not in _WITH_DEFINITION:
            if self.file:
                yield "file", f"is for schemas with a definition, and {self.type} has none. Leave it out."
            return
        if self.file is None:
            yield "file", f"is missing: a schema of type {self.type} is defined in a file. Name one in the project."
            return
        try:
            json.loads(self.definition)
        except OSError:
            yield "file", f"{self.file[:120]!r} can't be read. Name a file by its path from the project's folder."
        except ValueError:
            yield "file", f"{self.file[:120]!r} is not JSON, in which Pulsar keeps a schema of type {self.type}."

    @property
    def definition(self) -> str:
        """What the file says."""
        return (PROJECT / self.file).read_text() if self.file else ""


class TopicSpec(PoliciesSpec):
    """A topic."""

    partitions: Annotated[int, pydantic.Field(ge=0, le=10_000)] = 0
    """How many partitions it has; 0 for a topic without. They may grow later, and never shrink."""
    schema_info: SchemaSpec | None = None
    """The schema of its messages. Default: the first producer's."""


class TopicCreationSpec(Spec):
    """What happens when a client names a topic that doesn't exist."""

    allow: bool
    """Whether it is made."""
    partitions: Annotated[int, pydantic.Field(ge=0, le=10_000)] = 0
    """How many partitions it gets; 0 for a topic without."""


class NamespaceSpec(PoliciesSpec):
    """A namespace, its policies and its topics. The policies count for every topic that doesn't say otherwise."""

    bundles: Annotated[int, pydantic.Field(ge=1, le=4096)] | None = None
    """Into how many parts it is divided among the brokers, from the start. Default: the brokers'."""
    offload_threshold: Bytes | None = None
    """Older ledgers of a topic move to the tiered storage once the topic takes more than this. Default: the stack's."""
    subscription_expiration: Duration | None = None
    """After how long a subscription that nobody uses is deleted, in whole minutes. Default: never."""
    topic_creation: TopicCreationSpec | None = None
    """What happens when a client names a topic that doesn't exist. Default: the brokers'."""
    topics: Mapping[TopicName, TopicSpec] = {}
    """Its topics, by their own names. Default: those that clients make."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Those of all policies, and a unit that is finer than Pulsar's."""
        yield from super().mistakes()
        if self.subscription_expiration is not None and self.subscription_expiration % 60:
            yield (
                "subscription_expiration",
                f"{self.subscription_expiration} is not in whole minutes, in which Pulsar counts it.",
            )
        yield from _left_behind(self.keep, "topics", self.topics)


class TenantSpec(Spec):
    """A tenant with its namespaces."""

    admin_roles: tuple[str, ...] = ()
    """The roles that may administer it beside the superusers."""
    allowed_clusters: tuple[str, ...] = ()
    """The clusters that its namespaces may be in. Default: this one, and those that they are replicated to."""
    keep: bool = True
    """Whether it stays in Pulsar, with all that is in it, when it leaves the stack file. What doesn't is deleted only
    where nothing would be lost; the resources operator deletes it with its messages."""
    namespaces: Mapping[NamespaceName, NamespaceSpec] = {}
    """Its namespaces, by their own names."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is kept in something that goes, and replication to where the tenant may not be."""
        yield from _left_behind(self.keep, "namespaces", self.namespaces)
        for name, namespace in self.namespaces.items():
            if namespace.keep is None:
                yield from _left_behind(self.keep, f"namespaces.{name}.topics", namespace.topics)
        for path, clusters in self.replicated():
            for cluster in clusters:
                if self.allowed_clusters and cluster not in self.allowed_clusters:
                    yield (
                        f"{path}.replication_clusters",
                        f"{cluster} is not among the tenant's allowed_clusters. Add it there, or take it out here.",
                    )

    def replicated(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What is replicated: its path in the tenant, and the clusters."""
        for name, namespace in self.namespaces.items():
            if namespace.replication_clusters:
                yield f"namespaces.{name}", namespace.replication_clusters
            for topic, each in namespace.topics.items():
                if each.replication_clusters:
                    yield f"namespaces.{name}.topics.{topic}", each.replication_clusters

    def clusters(self, own: str) -> tuple[str, ...]:
        """The clusters that its namespaces may be in."""
        if self.allowed_clusters:
            return self.allowed_clusters
        others = {cluster for _, clusters in self.replicated() for cluster in clusters}
        return tuple(sorted({own} | others))


def _left_behind(keep: bool | None, part: str, inside: Mapping[str, PoliciesSpec]) -> Iterator[tuple[str, str]]:
    """What is to be kept, in something that goes: Pulsar would refuse to delete what is not empty."""
    for name, each in inside.items():
        if keep is False and each.keep:
            yield (
                f"{part}.{name}.keep",
                "is true, and what it stands in goes with `keep: false`. Keep that as well, or neither.",
            )


def misfits(tenants: Mapping[TenantName, TenantSpec], pulsar: PulsarSpec) -> Iterator[tuple[str, str]]:
    """What this Pulsar can't do for its tenants: the setting's path below `tenants`, and a sentence.

    Args:
        tenants: the section.
        pulsar: the Pulsar.
    """
    known = {pulsar.name, *pulsar.peers}
    for name, tenant in tenants.items():
        # With metadata that several clusters share, others may know clusters that this file doesn't.
        places = [] if pulsar.configuration_metadata else [("allowed_clusters", tenant.allowed_clusters)]
        for path, clusters in [*places, *((f"{at}.replication_clusters", each) for at, each in tenant.replicated())]:
            unknown = sorted(set(clusters) - known) if not pulsar.configuration_metadata else []
            for cluster in unknown:
                yield (
                    f"{name}.{path}",
                    f"{cluster} is no cluster that this Pulsar knows: {', '.join(sorted(known))}. Name it under "
                    "pulsar.peers, with its addresses, or spell it as there.",
                )
            if clusters and pulsar.name not in clusters:
                yield (
                    f"{name}.{path}",
                    f"leaves out {pulsar.name}, this cluster, which would not keep the messages then. Add it.",
                )
        for path, namespace in tenant.namespaces.items():
            yield from _of_namespace(f"{name}.namespaces.{path}", f"{name}/{path}", namespace, pulsar)


def _of_namespace(path: str, full_name: str, namespace: NamespaceSpec, pulsar: PulsarSpec) -> Iterator[tuple[str, str]]:
    stored = pulsar.tiered_storage
    if namespace.offload_threshold is not None and stored is None:
        yield f"{path}.offload_threshold", "needs pulsar.tiered_storage, and there is none. Add it, or leave this out."
    if namespace.offload_threshold is not None and stored and full_name in (stored.namespaces or {}):
        yield (
            f"{path}.offload_threshold",
            "is said in pulsar.tiered_storage.namespaces as well. Say it in one of the two places.",
        )
    for peer, each in pulsar.peers.items():
        if full_name in each.namespaces:
            yield (
                f"{path}.replication_clusters",
                f"is where a namespace of this section says that it is replicated, and pulsar.peers.{peer}.namespaces "
                f"names {full_name}, which must exist before. Say it here alone: [{pulsar.name}, {peer}].",
            )
