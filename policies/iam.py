"""AWS's policy documents."""

import json
from collections.abc import Mapping
from typing import Any

from .values import mapping, mappings, texts


def statements(policy: Any) -> list[Mapping[str, Any]]:
    """The statements of a document; none where it can't be read, or isn't known yet."""
    try:
        told = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return []
    found = mapping(told).get("Statement")
    return [found] if isinstance(found, Mapping) else list(mappings(found))


def listed(value: Any) -> list[str]:
    """The texts of an element that may stand alone or in a list."""
    return [value] if isinstance(value, str) else list(texts(value))
