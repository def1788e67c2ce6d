"""What differs between two sets of inputs, and how the engine is told of it."""

import dataclasses
import enum
from collections.abc import Iterator
from typing import Any

from .protocol import provider_pb2
from .values import Path, Unknown, property_path


class Change(enum.Enum):
    """How a field differs."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclasses.dataclass(frozen=True)
class Difference:
    """One field that differs."""

    path: Path
    change: Change
    replaces: bool = False


def differences(old: Any, new: Any, path: Path = ()) -> Iterator[Difference]:
    """The fields in which `new` differs from `old`. A value that isn't known yet differs from every other."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _of_item(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from _of_item(before, after, (*path, index))
    elif isinstance(new, Unknown) or old != new or isinstance(old, bool) != isinstance(new, bool):
        yield Difference(path, Change.UPDATE)


def _of_item(old: Any, new: Any, path: Path) -> Iterator[Difference]:
    if old is None and new is None:
        return
    if old is None:
        yield Difference(path, Change.ADD)
    elif new is None:
        yield Difference(path, Change.DELETE)
    else:
        yield from differences(old, new, path)


_CHANGES = {
    (Change.ADD, False): provider_pb2.PropertyDiff.ADD,
    (Change.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (Change.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (Change.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (Change.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (Change.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def diff_response(found: list[Difference], *, delete_first: bool) -> Any:
    """What the engine is answered.

    Args:
        found: what differs.
        delete_first: whether what is replaced has to be gone before its successor is made, having the same name.
    """
    replaces = [property_path(each.path) for each in found if each.replaces]
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and delete_first,
        diffs=list(dict.fromkeys(str(each.path[0]) for each in found)),
        detailedDiff={
            property_path(each.path): provider_pb2.PropertyDiff(
                kind=_CHANGES[each.change, each.replaces], inputDiff=True
            )
            for each in found
        },
        hasDetailedDiff=True,
    )
