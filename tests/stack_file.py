"""Stack files for tests: the smallest one that deploys, with changes by dotted path."""

import copy
from collections.abc import Mapping
from typing import Any

from components import stack

LEFT_OUT = object()
"""The setting isn't there."""

_SMALLEST = {"cluster": {"provider": "existing"}, "pulsar": {"version": "4.0.13"}}


def raw(changes: Mapping[str, Any] | None = None, base: Mapping[str, Any] = _SMALLEST) -> dict[str, Any]:
    """A stack file's spec as YAML gives it: `raw({"pulsar.broker.replicas": 5})`."""
    spec = copy.deepcopy(dict(base))
    for path, value in (changes or {}).items():
        *parts, last = path.split(".")
        at = spec
        for part in parts:
            at = at.setdefault(part, {})
        if value is LEFT_OUT:
            del at[last]
        else:
            at[last] = copy.deepcopy(value)
    return spec


def spec(changes: Mapping[str, Any] | None = None) -> stack.StackSpec:
    """The same, read."""
    return stack.read(raw(changes), "test")
