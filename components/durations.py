"""Lengths of time, as a stack file writes them."""

import re
from typing import Any, Self

import pydantic
from pydantic_core import core_schema

from .model import Quantity

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Duration(Quantity):
    """A length of time in whole seconds, written with its unit: `30m`, `4h`."""

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read `4h`.

        Raises:
            ValueError: a sentence that says what is wrong with it and what would be right.
        """
        if isinstance(value, cls):
            return value
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
        return cls(int(match[1]) * _SECONDS[match[2]])

    def __str__(self) -> str:
        """The largest unit that keeps it whole: `90m`, `4h`."""
        unit, factor = next((unit, each) for unit, each in reversed(_SECONDS.items()) if self % each == 0)
        return f"{self // factor}{unit}"

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What an editor checks it with."""
        return {"type": "string", "pattern": "^[0-9]{1,9}[smhd]$", "examples": ["30m", "4h", "7d"]}
