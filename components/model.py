"""What every part of a stack file is made of: the frozen base class, and values with units."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Self

import pydantic
from pydantic_core import core_schema

_BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}


class Mistakes(ValueError):
    """Everything that one part of a stack file gets wrong, each with the setting it is about."""

    def __init__(self, found: tuple[tuple[str, str], ...]) -> None:
        super().__init__(" ".join(sentence for _, sentence in found))
        self.found = found


class Spec(pydantic.BaseModel):
    """Part of a stack file: checked in full, never changed afterwards."""

    model_config = pydantic.ConfigDict(
        extra="forbid",
        frozen=True,
        validate_default=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong with settings that are fine one by one: the setting's path below this part, and a sentence."""
        return iter(())

    @pydantic.model_validator(mode="after")
    def _has_no_mistakes(self) -> Self:
        if found := tuple(self.mistakes()):
            raise Mistakes(found)
        return self


class Bytes(int):
    """A number of bytes, written as Kubernetes writes it: a whole number and Ki, Mi, Gi or Ti."""

    _pattern: ClassVar[re.Pattern[str]] = re.compile(r"(\d+)(Ki|Mi|Gi|Ti)")

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read `4Gi`.

        Raises:
            ValueError: a sentence that says what is wrong with it and what would be right.
        """
        if isinstance(value, cls):
            return value
        text = str(value)
        match = cls._pattern.fullmatch(text)
        if match is None:
            decimal = re.fullmatch(r"(\d+)\s*([KkMGT])B?", text)
            if decimal:
                raise ValueError(
                    f"{text} is a decimal size. Write {decimal[1]}{decimal[2].upper()}i: "
                    "sizes here are binary (Ki, Mi, Gi, Ti), as the JVM and Kubernetes count memory."
                )
            raise ValueError(f"{text} is not a size. Write a whole number and its unit: Ki, Mi, Gi or Ti, such as 4Gi.")
        number = int(match[1]) * _BINARY[match[2]]
        if number <= 0:
            raise ValueError(f"{text} is nothing. A size is more than zero, such as 4Gi.")
        return cls(number)

    def __str__(self) -> str:
        """The largest unit that keeps it whole: `1536Mi`, `2Gi`."""
        for unit, factor in reversed(_BINARY.items()):
            if self % factor == 0:
                return f"{self // factor}{unit}"
        return str(int(self))

    @property
    def mebibytes(self) -> int:
        """Whole mebibytes, rounded down."""
        return int(self) // _BINARY["Mi"]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: pydantic.GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Let pydantic read it from text and write it back as text."""
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What an editor checks it with."""
        return {"type": "string", "pattern": f"^{cls._pattern.pattern}$", "examples": ["512Mi", "4Gi"]}


def _cpu(value: Any) -> str:
    text = str(value)
    if not re.fullmatch(r"\d+m|\d+(\.\d{1,3})?", text) or not float(text.rstrip("m")):
        raise ValueError(f"{text} is not a number of processors. Write cores or thousandths, such as 2, 0.5 or 500m.")
    return text


Cpu = Annotated[
    str,
    pydantic.BeforeValidator(_cpu),
    pydantic.WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}], "examples": ["500m", "2"]}),
]
"""Processors, in cores or thousandths (`500m`)."""


def _label(value: Any) -> str:
    text = str(value)
    if not re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", text):
        raise ValueError(
            f"{text!r} can't name a Kubernetes object. Use lower-case letters, digits and hyphens, "
            "starting with a letter and ending with a letter or digit."
        )
    return text


Name = Annotated[
    str,
    pydantic.BeforeValidator(_label),
    pydantic.WithJsonSchema({"type": "string", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"}),
]
"""A name that Kubernetes takes for every kind of object (RFC 1035 label)."""

