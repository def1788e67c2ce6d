"""A resource's properties as plain values, of which a preview doesn't know all."""

from collections.abc import Iterator, Mapping
from typing import Any


class Unknown:
    """What only an update will tell, such as the address of something that doesn't exist yet."""

    def __repr__(self) -> str:
        return "not known yet"


UNKNOWN = Unknown()
"""Stands where a value isn't known yet. No rule finds fault with it: the update asks again before it makes anything."""


def at(value: Any, path: str) -> Any:
    """What stands at `spec.template.spec`: `None` where nothing does, `UNKNOWN` where it or its parent isn't known."""
    for key in path.split("."):
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def differs(value: Any, *wanted: Any) -> bool:
    """Whether a value is known to be none of those."""
    return value is not UNKNOWN and not any(value is each or value == each for each in wanted)


class _AllUnknown(dict[str, Any]):
    """A mapping of which nothing is known."""

    def get(self, key: str, default: Any = None) -> Any:
        """Whatever stands there isn't known."""
        del key, default
        return UNKNOWN


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, where it is a mapping; otherwise an empty one. Of an unknown one, nothing is known."""
    if value is UNKNOWN:
        return _AllUnknown()
    return value if isinstance(value, Mapping) else {}


def unclear(value: Any) -> bool:
    """Whether a list isn't known, or not all of it."""
    return value is UNKNOWN or (isinstance(value, list | tuple) and any(each is UNKNOWN for each in value))


def lacks(value: Any, wanted: Any) -> bool:
    """Whether a list is known not to hold something."""
    return not unclear(value) and wanted not in items(value)


def items(value: Any) -> Iterator[Any]:
    """What is known of a list."""
    return (each for each in value if each is not UNKNOWN) if isinstance(value, list | tuple) else iter(())


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """The mappings in a list."""
    return (each for each in items(value) if isinstance(each, Mapping))


def texts(value: Any) -> Iterator[str]:
    """The texts in a list."""
    return (each for each in items(value) if isinstance(each, str))


def whole(value: Any) -> int | None:
    """A whole number, also where it is written as text; `None` where it is none, or isn't known."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else None
