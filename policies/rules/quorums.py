"""Copies, acknowledgements and members, against the bookies and zones that there are."""

import dataclasses
from collections.abc import Iterator, Sequence

from ..kubernetes import PODS, STATEFUL_SET, pod, pod_labels, role, settings
from ..operators import pod_sets
from ..rule import Resource, Setting, Settings, StackRule
from ..values import at, lacks, mappings, texts, unclear, whole

Found = Iterator[tuple[Resource, str]]

_BOOKKEEPER = "BookKeeper, ensemble, write quorum and acknowledgement quorum"
_MAJORITY = "Raft and ZAB: more than half of the members must agree"
ENSEMBLES = ("etcd", "zookeeper", "configuration-etcd", "configuration-zookeeper")
"""Stores whose members all keep the same, and agree by majority; also where clusters share them (`configuration-`)."""
METADATA = (*ENSEMBLES, "oxia", "configuration-oxia")
"""All stores. Oxia's servers share the work, and may be of any number."""


@dataclasses.dataclass(frozen=True)
class Quorums:
    """What one Pulsar's brokers ask of its bookies."""

    brokers: Resource
    bookies: Resource | None
    replicas: int | None
    ensemble: int | None
    write: int | None
    ack: int | None


def quorums(resources: Sequence[Resource]) -> Iterator[Quorums]:
    """Of each Pulsar in the stack."""
    for brokers in _of_role(resources, "broker"):
        found = settings(brokers, resources)
        bookies = next((each for each in _of_role(resources, "bookie") if _together(each, brokers)), None)
        ensemble, write, ack = (
            whole(found.conf(f"managedLedgerDefault{each}")) for each in ("EnsembleSize", "WriteQuorum", "AckQuorum")
        )
        replicas = whole(at(bookies.properties, "spec.replicas")) if bookies else None
        yield Quorums(brokers, bookies, replicas, ensemble, write, ack)


def _of_role(resources: Sequence[Resource], *roles: str) -> list[Resource]:
    return [each for each in pod_sets(resources) if each.token in PODS and role(each) in roles]


def _together(one: Resource, other: Resource) -> bool:
    instance = "app.kubernetes.io/instance"
    return one.may_be_beside(other) and pod_labels(one).get(instance) == pod_labels(other).get(instance)


def _fit(resources: Sequence[Resource], settings: Settings) -> Found:
    del settings
    for each in quorums(resources):
        told = each.brokers.told
        if each.replicas is not None and each.ensemble is not None and each.ensemble > each.replicas:
            yield (
                each.brokers,
                f"{told} spreads each ledger over {each.ensemble} bookies, and there are {each.replicas}: no topic can "
                "be written to. Add bookies, or make the ensemble smaller.",
            )
        if each.write is not None and each.ensemble is not None and each.write > each.ensemble:
            yield (
                each.brokers,
                f"{told} wants {each.write} copies on {each.ensemble} bookies. Make write_quorum at most the ensemble.",
            )
        if each.ack is not None and each.write is not None and each.ack > each.write:
            yield (
                each.brokers,
                f"{told} waits for {each.ack} acknowledgements of {each.write} copies. "
                "Make ack_quorum at most write_quorum.",
            )


FIT = StackRule(
    id="quorums-fit-the-bookies",
    says="There are bookies enough for the ensemble, and copies enough for the quorums.",
    source=_BOOKKEEPER,
    check=_fit,
)


def _twice(resources: Sequence[Resource], settings: Settings) -> Found:
    least = settings["least"]
    for each in quorums(resources):
        if each.ack is not None and each.ack < least:
            yield (
                each.brokers,
                f"{each.brokers.told} acknowledges a message once {each.ack} of its copies is on disk, and loses it "
                f"with that disk. Make bookkeeper.ack_quorum at least {least}.",
            )


TWICE = StackRule(
    id="acknowledged-means-copied",
    says="A message is acknowledged only when it is on several disks.",
    source=_BOOKKEEPER,
    settings={
        "least": Setting(
            schema={"type": "integer", "minimum": 1}, default=2, meaning="Copies on disk before an acknowledgement."
        )
    },
    check=_twice,
)


def _spare(resources: Sequence[Resource], settings: Settings) -> Found:
    del settings
    for each in quorums(resources):
        if each.bookies and each.replicas is not None and each.replicas == each.ensemble:
            yield (
                each.bookies,
                f"{each.bookies.told} has {each.replicas} pods for ensembles of {each.ensemble}, so that writes to new "
                "ledgers pause while one restarts. Add a bookie, or make the ensemble smaller.",
            )


SPARE = StackRule(
    id="one-bookie-to-spare",
    says="One bookie may be away without a pause in writes.",
    source=_BOOKKEEPER,
    level="advisory",
    check=_spare,
)


def _majority(resources: Sequence[Resource], settings: Settings) -> Found:
    least = settings["least"]
    for each in _of_role(resources, *METADATA):
        replicas = whole(at(each.properties, "spec.replicas"))
        if each.token != STATEFUL_SET or replicas is None:
            continue
        if replicas < least:
            members = "1 member" if replicas == 1 else f"{replicas} members"
            yield (
                each,
                f"{each.told} has {members}, and all of Pulsar stops when one is lost. "
                f"Use at least {least} (metadata.replicas).",
            )
        elif replicas % 2 == 0 and role(each) in ENSEMBLES:
            yield (
                each,
                f"{each.told} has {replicas} members, which survive no more failures than {replicas - 1}. "
                f"Use {replicas - 1} or {replicas + 1} (metadata.replicas).",
            )


MAJORITY = StackRule(
    id="metadata-survives-a-member",
    says="The metadata store is an odd number of members, and goes on without one of them.",
    source=_MAJORITY,
    settings={
        "least": Setting(schema={"type": "integer", "minimum": 1}, default=3, meaning="The fewest members."),
    },
    check=_majority,
)


def zones(resources: Sequence[Resource]) -> int | None:
    """How many zones the stack's own nodes are in; `None` where the cluster isn't the stack's, or isn't known yet."""
    found: set[str] = set()
    for each in resources:
        for path in _ZONES.get(each.token, ()):
            value = at(each.properties, path)
            if unclear(value):
                return None
            found |= {value} if isinstance(value, str) else set(texts(value))
    return len(found) or None


_ZONES = {
    "aws:ec2/subnet:Subnet": ("availabilityZone",),
    "gcp:container/cluster:Cluster": ("nodeLocations",),
    "gcp:container/nodePool:NodePool": ("nodeLocations",),
    "azure-native:containerservice:AgentPool": ("availabilityZones",),
}


def _zones(resources: Sequence[Resource], settings: Settings) -> Found:
    there = settings["zones"] or zones(resources)
    if there is None:
        return
    for each in quorums(resources):
        wanted = min(each.write or 1, 3)
        if there < wanted:
            yield (
                each.brokers,
                f"{each.brokers.told} keeps {each.write} copies of a message in {there} zones, and may lose all of "
                f"them with one. Put nodes into at least {wanted} zones.",
            )
    for each in _of_role(resources, *METADATA):
        members = whole(at(each.properties, "spec.replicas"))
        if members is not None and members >= 3 > there:
            yield (
                each,
                f"{each.told} has {members} members in {there} zones, and may lose the majority with one. "
                "Put nodes into three zones.",
            )


ZONES = StackRule(
    id="a-zone-may-be-lost",
    says="Losing a zone loses neither all copies of a message nor the majority of the metadata's members.",
    source=f"{_BOOKKEEPER}; {_MAJORITY}",
    settings={
        "zones": Setting(
            schema={"type": "integer", "minimum": 0},
            default=0,
            meaning="In how many zones the nodes are, where the stack doesn't make them. 0: not known.",
        )
    },
    check=_zones,
)


def _spread(resources: Sequence[Resource], settings: Settings) -> Found:
    del settings
    for each in _of_role(resources, "bookie", *METADATA):
        replicas, spec = whole(at(each.properties, "spec.replicas")), pod(each)
        constraints = spec.get("topologySpreadConstraints")
        if unclear(constraints) or replicas is None or replicas < 2:
            continue
        if lacks(
            [constraint.get("topologyKey") for constraint in mappings(constraints)], "topology.kubernetes.io/zone"
        ):
            yield (
                each,
                f"{each.told} may have all its pods in one zone. "
                "Give it a topologySpreadConstraint over topology.kubernetes.io/zone.",
            )


SPREAD = StackRule(
    id="copies-are-in-different-zones",
    says="Bookies and metadata members are spread over the zones.",
    source="Kubernetes, topology spread constraints",
    check=_spread,
)
