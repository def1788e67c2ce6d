"""Lengths of time, as a stack file writes them."""

import re
from typing import Annotated, Any

import pydantic

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _seconds(value: Any) -> int:
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", value) if isinstance(value, str) else None
    if match is None:
        shown = (
            repr(value)
            if isinstance(value, str | int | float)
            else f"a {'mapping' if isinstance(value, dict) else 'list'}"
        )
        raise ValueError(
            f"{shown[:40]} is not a length of time. Write a whole number and its unit, s, m, h or d, such as 4h."
        )
    return int(match[1]) * _SECONDS[match[2]]


def _text(seconds: int) -> str:
    unit, factor = next((unit, each) for unit, each in reversed(_SECONDS.items()) if seconds % each == 0)
    return f"{seconds // factor}{unit}"


Duration = Annotated[
    int,
    pydantic.BeforeValidator(_seconds),
    pydantic.PlainSerializer(_text),
    pydantic.WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,9}[smhd]$", "examples": ["30m", "4h", "7d"]}),
]
"""A length of time in whole seconds, written with its unit: `30m`, `4h`."""
