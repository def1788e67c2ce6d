"""Volumes that hold messages and metadata outlive whatever used them."""

from collections.abc import Iterator

from ..kubernetes import STATEFUL_SET, role
from ..rule import Properties, Resource, ResourceRule, Setting, Settings
from ..values import UNKNOWN, at, differs, mapping
from .quorums import METADATA

_KEPT = "persistentVolumeClaimRetentionPolicy"
_WHEN = {"whenDeleted": "deleting it", "whenScaled": "making it smaller"}


def _outlive(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    for when, told in _WHEN.items():
        if differs(at(resource.properties, f"spec.{_KEPT}.{when}"), None, "Retain"):
            yield f"{told.capitalize()} deletes the volumes of {resource.told}, and all on them. Set {when} to Retain."


def _keep(token: str, properties: Properties) -> Iterator[tuple[tuple[str | int, ...], str]]:
    del token
    for when in _WHEN:
        if differs(at(properties, f"spec.{_KEPT}.{when}"), None, "Retain"):
            yield ("spec", _KEPT, when), "Retain"


OUTLIVE = ResourceRule(
    id="volumes-outlive-their-pods",
    says="Deleting a stateful set, or making it smaller, keeps its volumes.",
    source="Kubernetes, PersistentVolumeClaim retention; a bookie's volume may hold the last copy",
    types=frozenset({STATEFUL_SET}),
    check=_outlive,
    remedy=_keep,
)


def _retains(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if differs(resource.properties.get("reclaimPolicy"), "Retain"):
        yield (
            f"{resource.told} deletes a disk with its claim, so that deleting a namespace deletes all messages. "
            "Set reclaimPolicy to Retain."
        )


def _retain(token: str, properties: Properties) -> Iterator[tuple[tuple[str | int, ...], str]]:
    del token
    if differs(properties.get("reclaimPolicy"), "Retain"):
        yield ("reclaimPolicy",), "Retain"


STORAGE_CLASS = frozenset({"kubernetes:storage.k8s.io/v1:StorageClass"})
RETAINS = ResourceRule(
    id="disks-outlive-their-claims",
    says="A storage class keeps the disk when its claim is deleted.",
    source="Kubernetes, reclaim policy: dynamic volumes are deleted unless the class says otherwise",
    types=STORAGE_CLASS,
    check=_retains,
    remedy=_retain,
)


def _zone(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if differs(resource.properties.get("volumeBindingMode"), "WaitForFirstConsumer"):
        yield (
            f"{resource.told} makes disks before it is known where their pods run, so a pod may never find its disk's "
            "zone. Set volumeBindingMode to WaitForFirstConsumer."
        )


BOUND_LATE = ResourceRule(
    id="disks-are-made-where-pods-run",
    says="A storage class makes a disk in the zone of the pod that uses it.",
    source="Kubernetes, volume binding mode",
    types=STORAGE_CLASS,
    check=_zone,
)


def _grows(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if differs(resource.properties.get("allowVolumeExpansion"), True):
        yield f"{resource.told} makes disks that can't grow when they fill up. Set allowVolumeExpansion to true."


GROWS = ResourceRule(
    id="disks-can-grow",
    says="A full disk can be made larger where it is.",
    source="Kubernetes, volume expansion; a full bookie is read-only",
    level="advisory",
    types=STORAGE_CLASS,
    check=_grows,
)


def _on_volumes(resource: Resource, settings: Settings) -> Iterator[str]:
    claims = at(resource.properties, "spec.volumeClaimTemplates")
    if role(resource) in settings["roles"] and claims is not UNKNOWN and not claims:
        yield (
            f"{resource.told} keeps what must last in pods that don't. "
            "Give it volumeClaimTemplates, as persistent volumes outlive pods and nodes."
        )


ON_VOLUMES = ResourceRule(
    id="data-is-on-volumes",
    says="Bookies and metadata members keep their data on persistent volumes.",
    source="BookKeeper: a bookie that loses its journal must never come back under its name",
    types=frozenset({STATEFUL_SET}),
    settings={
        "roles": Setting(
            schema={"type": "array", "items": {"type": "string"}},
            default=["bookie", *METADATA],
            meaning="What pods with data are called (label app.kubernetes.io/name).",
        )
    },
    check=_on_volumes,
)


def _guarded(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if mapping(resource.properties.get("spec")).get("volumeClaimTemplates") and not resource.protected:
        yield (
            f"{resource.told} holds data, and the engine would delete it without a question. "
            "Protect it (`pulsar.keep_data: true`, or the option protect)."
        )


GUARDED = ResourceRule(
    id="what-holds-data-is-protected",
    says="The engine refuses to delete a stateful set that holds data.",
    source="Pulumi, protect",
    types=frozenset({STATEFUL_SET}),
    check=_guarded,
)
