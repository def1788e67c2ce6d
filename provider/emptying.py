"""What would be lost with a topic, looked at before it is deleted: Pulsar itself deletes one that has subscriptions."""

from typing import Any
from urllib.parse import quote

from plugin.problems import PluginError

from . import applying
from .admin import Admin, Refused
from .handler import Task

_OWN = "__"
"""What the names of Pulsar's own subscriptions begin with (`__compaction`), and those of its own topics."""
_MANY = 5
_WAY_OUT = (
    "Take the subscriptions away and let the messages expire, delete it with pulsar-admin, or put it back with `keep: "
    "true`, which leaves it in Pulsar."
)


def empty(admin: Admin, namespace: str, task: Task) -> None:
    """Delete the topics of a namespace, all or none of them.

    Raises:
        PluginError: something in it would be lost.
    """
    topics = _topics(admin, namespace)
    task.say(f"looking at {len(topics)} topics")
    used = [f"{name} has {held}" for name, parts in topics.items() if (held := _held(admin, name, parts))]
    if used:
        more = f", and {len(used) - _MANY} more" if len(used) > _MANY else ""
        raise PluginError(
            f"The namespace {namespace} is not deleted, because of its topics: {'; '.join(used[:_MANY])}{more}. "
            f"{_WAY_OUT}"
        )
    for number, (name, parts) in enumerate(topics.items(), start=1):
        task.say(f"deleting topic {number} of {len(topics)}")
        _delete(admin, name, parts)


def delete(admin: Admin, name: str) -> None:
    """Delete a topic in which nothing would be lost. One that is gone already is fine.

    Args:
        admin: the connection.
        name: `tenant/namespace/topic`.

    Raises:
        PluginError: something would be.
    """
    partitions = partitions_of(admin, name)
    if partitions is None:
        return
    if held := _held(admin, name, partitions):
        raise PluginError(f"The topic {name} is not deleted: it has {held}. {_WAY_OUT}")
    _delete(admin, name, partitions)


def partitions_of(admin: Admin, name: str) -> int | None:
    """How many partitions a topic has, 0 for one without; `None` where there is no such topic."""
    found = admin.get(f"{applying.path_of('topic', name)}/partitions")
    return None if found is None else int(found.get("partitions") or 0)


def _topics(admin: Admin, namespace: str) -> dict[str, int]:
    """The topics of a namespace but Pulsar's own, with their partitions."""
    space = "/".join(quote(each, safe="") for each in namespace.split("/"))
    divided = [_short(each) for each in admin.get(f"persistent/{space}/partitioned") or ()]
    single = [_short(each) for each in admin.get(f"persistent/{space}") or () if each.startswith("persistent://")]
    found = {name: partitions_of(admin, name) or 0 for name in sorted(divided)}
    for name in sorted(single):
        whole, _, number = name.rpartition("-partition-")
        if not (number.isdigit() and whole in found):
            found[name] = 0
    return {name: parts for name, parts in found.items() if not name.rpartition("/")[2].startswith(_OWN)}


def _short(name: str) -> str:
    return name.partition("://")[2]


def _held(admin: Admin, name: str, partitions: int) -> str:
    """What would be lost with it, in words; empty where nothing would."""
    stats: Any = admin.get(f"{applying.path_of('topic', name)}/{'partitioned-stats' if partitions else 'stats'}") or {}
    readers = sorted(each for each in stats.get("subscriptions") or {} if not each.startswith(_OWN))
    stored = int(stats.get("storageSize") or 0) + int(stats.get("offloadedStorageSize") or 0)
    held = []
    if readers:
        more = f" and {len(readers) - _MANY} more" if len(readers) > _MANY else ""
        held.append(f"the subscriptions {', '.join(readers[:_MANY])}{more}")
    if stored:
        held.append(f"{stored} bytes of messages")
    return " and ".join(held)


def _delete(admin: Admin, name: str, partitions: int) -> None:
    path = applying.path_of("topic", name) + ("/partitions" if partitions else "")
    try:
        admin.request("DELETE", path)
    except Refused as error:
        if error.status != 404:
            raise PluginError(f"Pulsar refused to delete the topic {name}: {error.reason}. {_WAY_OUT}") from None
