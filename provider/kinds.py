"""The kinds of what runs inside Pulsar, and what of each can change."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from plugin.values import Path

from . import NAME


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of what Pulsar's functions worker runs."""

    noun: str
    """What people call it."""
    segment: str
    """Its part of the REST API's path."""
    part: str
    """The form's part with its configuration."""


KINDS: Mapping[str, Kind] = {
    f"{NAME}:functions:Function": Kind("function", "functions", "functionConfig"),
    f"{NAME}:functions:Source": Kind("source", "sources", "sourceConfig"),
    f"{NAME}:functions:Sink": Kind("sink", "sinks", "sinkConfig"),
}

IDENTITY = ("tenant", "namespace", "name")
"""What it is known by: another is another object."""

_FIXED = frozenset({"processingGuarantees", "retainOrdering", "retainKeyOrdering", "autoAck", "subName", "runtime"})
"""What Pulsar never changes of a thing that runs (`FunctionConfigUtils.validateUpdate` and its like)."""
_TOPICS = frozenset({"inputs", "inputSpecs", "topicsPattern", "topicToSerdeClassName", "topicToSchemaType"})
"""Where the topics that are read stand: they are fixed too, while their schemas are not."""


def replaces(path: Path, *, gone: bool, was: Any) -> bool:
    """Whether a change of this input takes a new object.

    Args:
        path: where it is.
        gone: whether it was left out.
        was: what it was before.
    """
    if path[0] in IDENTITY:
        return True
    if path[0] != "config" or len(path) < 2:
        return False
    if path[1] in _FIXED or (path[1] in _TOPICS and len(path) <= 3):
        return True
    # Pulsar keeps what an update leaves out. A map can be sent empty; nothing else can be taken back.
    return gone and len(path) == 2 and not isinstance(was, dict)
