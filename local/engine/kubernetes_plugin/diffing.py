"""Which differences between two sets of inputs the API server refuses to apply to the object that exists."""

import dataclasses
import re
from collections.abc import Iterable

from plugin.differences import Difference
from plugin.values import Path

from .immutable import dotted, within
from .rest import ApiError


def mark_refused(found: Iterable[Difference], refusal: ApiError) -> list[Difference]:
    """Mark the differences that the API server refuses to apply to the object that exists.

    Raises:
        ApiError: `refusal` itself, when it is about something other than immutability.
    """
    prefixes = [cause.get("field", "") for cause in refusal.causes if _says_immutable(cause.get("message", ""))]
    if not prefixes and _says_immutable(str(refusal)):
        prefixes = [""]
    if not prefixes:
        raise refusal
    marked = [
        dataclasses.replace(each, replaces=each.replaces or any(_touches(each.path, prefix) for prefix in prefixes))
        for each in found
    ]
    if any(each.replaces for each in marked):
        return marked
    return [dataclasses.replace(each, replaces=each.path[:1] != ("metadata",)) for each in marked]


def _says_immutable(message: str) -> bool:
    return bool(re.search(r"immutable|may not (be )?change|cannot be changed|(pod )?updates (to|may not)", message))


def _touches(path: Path, field: str) -> bool:
    """Whether a difference is inside the field that was refused, or around it."""
    ours, theirs = dotted(path), re.sub(r"\[(\w[^\]]*)\]", r".\1", field)
    return not theirs or within(_plain(ours), theirs) or within(theirs, _plain(ours))


def _plain(path: str) -> str:
    return re.sub(r"\[(\w[^\]]*)\]", r".\1", path)
