"""No rule of a bucket deletes, or puts out of reach, what Pulsar believes to be there."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..rule import Resource, ResourceRule, Settings
from ..values import UNKNOWN, at, differs, items, mapping, mappings
from .buckets import GCS, S3

LIFECYCLE = frozenset(
    {
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
    }
)
AZURE = "azure-native:storage:ManagementPolicy"
_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE", "ARCHIVE")
"""Classes from which an object is read hours later, if it is asked for. Glacier Instant Retrieval is none of them."""


def _kept(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if resource.token in S3 | LIFECYCLE:
        rules = resource.properties.get("rules" if resource.token in LIFECYCLE else "lifecycleRules")
        for rule in mappings(rules):
            if rule.get("status") != "Disabled" and rule.get("enabled") is not False:
                yield from _s3(resource, rule)
    elif resource.token == GCS:
        for rule in mappings(resource.properties.get("lifecycleRules")):
            yield from _gcs(resource, rule)
    else:
        for rule in mappings(at(resource.properties, "policy.rules")):
            if rule.get("enabled") is not False:
                yield from _azure(resource, rule)


def _s3(resource: Resource, rule: Mapping[str, Any]) -> Iterator[str]:
    for expiration in _one_or_more(rule.get("expiration")):
        if any(differs(expiration.get(each), None, 0, "") for each in ("days", "date")):
            yield _deletes(resource, rule.get("id"))
    for transition in _one_or_more(rule.get("transitions")):
        if transition.get("storageClass") in _ARCHIVES:
            yield _archives(resource, transition["storageClass"])


def _gcs(resource: Resource, rule: Mapping[str, Any]) -> Iterator[str]:
    action, condition = at(rule, "action.type"), mapping(rule.get("condition"))
    # Versions that Pulsar deleted itself may go.
    noncurrent = ("numNewerVersions", "daysSinceNoncurrentTime", "noncurrentTimeBefore")
    deleted_before = condition.get("withState") in ("ARCHIVED", UNKNOWN) or any(
        differs(condition.get(each), None, 0, "") or condition.get(each) is UNKNOWN for each in noncurrent
    )
    if action == "Delete" and rule.get("condition") is not UNKNOWN and not deleted_before:
        yield _deletes(resource, None)


def _azure(resource: Resource, rule: Mapping[str, Any]) -> Iterator[str]:
    base = mapping(at(rule, "definition.actions.baseBlob"))
    if differs(base.get("delete"), None, {}):
        yield _deletes(resource, rule.get("name"))
    if differs(base.get("tierToArchive"), None, {}):
        yield _archives(resource, "Archive")


def _deletes(resource: Resource, rule: Any) -> str:
    which = f" (rule {rule})" if isinstance(rule, str) else ""
    return (
        f"{resource.told}{which} deletes objects after a while. Pulsar deletes what its retention lets go, and can't "
        "read what is gone before. Leave the expiration out, and set the retention of the Pulsar namespace instead."
    )


def _archives(resource: Resource, where: str) -> str:
    return (
        f"{resource.told} moves objects to {where}, from where they can't be read at once, so that consumers get "
        "errors. Choose a class that is read directly."
    )


def _one_or_more(value: Any) -> Iterator[Mapping[str, Any]]:
    return mappings(list(items(value)) if isinstance(value, list | tuple) else [value])


KEPT = ResourceRule(
    id="buckets-never-expire-objects",
    says="Only Pulsar deletes older messages: no rule of their bucket does, or moves them out of reach.",
    source="Pulsar, tiered storage: a ledger whose object is gone can't be read",
    types=frozenset({*S3, *LIFECYCLE, GCS, AZURE}),
    check=_kept,
)
