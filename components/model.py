"""What every part of a stack file is made of: the frozen base class, and values with units."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Self

import pydantic
from pydantic_core import core_schema

_BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
_LARGEST = 1 << 60


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
        # `true` is no number and `"3"` no count: what YAML says is what is meant.
        strict=True,
        str_min_length=1,
        validate_default=True,
        hide_input_in_errors=True,
    )

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong with settings that are fine one by one: the setting's path below this part, and a sentence."""
        return iter(())

    def follows(self) -> Iterator[tuple[str, object, str]]:
        """What is decided by a rule: a setting that was left out, or a further name; its value; who decided."""
        return iter(())

    @pydantic.model_validator(mode="before")
    @classmethod
    def _lists_as_tuples(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}

    @pydantic.model_validator(mode="after")
    def _has_no_mistakes(self) -> Self:
        if found := tuple(self.mistakes()):
            raise Mistakes(found)
        return self


def unless_told(setting: str, variant: str) -> pydantic.BeforeValidator:
    """The variant that is meant where a part doesn't say which: what it tells them apart by, and that one's name."""

    def told(raw: Any) -> Any:
        return {setting: variant, **raw} if isinstance(raw, dict) and setting not in raw else raw

    return pydantic.BeforeValidator(told)


class Quantity(int):
    """A whole number that a stack file writes with its unit."""

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read it.

        Raises:
            ValueError: a sentence that says what is wrong with it and what would be right.
        """
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Let pydantic read it from text and write it back as text."""
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )


class Bytes(Quantity):
    """A number of bytes, written as Kubernetes writes it: a whole number and Ki, Mi, Gi or Ti."""

    _pattern: ClassVar[re.Pattern[str]] = re.compile(r"([0-9]+)(Ki|Mi|Gi|Ti)")

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read `4Gi`.

        Raises:
            ValueError: a sentence that says what is wrong with it and what would be right.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, dict | tuple | list | bool):
            raise ValueError(f"{_stands(value)}, where a size such as 4Gi belongs.")
        text = str(value)
        match = cls._pattern.fullmatch(text)
        if match is None:
            raise ValueError(cls._complaint(text))
        number = int(match[1]) * _BINARY[match[2]]
        if number <= 0:
            raise ValueError(f"{text} is nothing. A size is more than zero, such as 4Gi.")
        if number > _LARGEST:
            raise ValueError(f"{text} is more than Kubernetes can count. Use at most {cls(_LARGEST)}.")
        return cls(number)

    @classmethod
    def _complaint(cls, text: str) -> str:
        """What is wrong with a text that is no size, with the size that was probably meant."""
        number, unit = re.fullmatch(r"(-?\d*(?:\.\d+)?)\s*(.*)", text, re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess]
        letter, rest = unit[:1].upper(), unit[1:].lower()
        known = f"{letter}i" in _BINARY
        if number.startswith("-") and known:
            return f"{text} is less than nothing. A size is more than zero, such as 4Gi."
        if number.isdigit() and known and rest == "i" and len(number) < 16:
            return f"{text} is not spelled as Kubernetes spells a size. Write {number}{letter}i."
        if number.isdigit() and known and rest in ("", "b", "ib") and len(number) < 16:
            return (
                f"{text} is a decimal size. Write {number}{letter}i: "
                "sizes here are binary (Ki, Mi, Gi, Ti), as the JVM and Kubernetes count memory."
            )
        if "." in number and known and len(number) < 16:
            smaller = float(number) * _BINARY[f"{letter}i"] / _BINARY["Mi"]
            whole = f"Write {int(smaller)}Mi." if smaller >= 1 and smaller.is_integer() else "Use a smaller unit."
            return f"{text} is not a whole number of {letter}i. {whole}"
        if number.isdigit() and not unit:
            return f"{text} has no unit. Write a whole number and its unit, Ki, Mi, Gi or Ti, such as 4Gi."
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        return f"{shown!r} is not a size. Write a whole number and its unit, Ki, Mi, Gi or Ti, such as 4Gi."

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
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What an editor checks it with."""
        return {"type": "string", "pattern": f"^{cls._pattern.pattern}$", "examples": ["512Mi", "4Gi"]}


def _stands(value: Any) -> str:
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    return "is a mapping" if isinstance(value, dict) else "is a list"


def _cpu(value: Any) -> str:
    if isinstance(value, dict | tuple | list | bool):
        raise ValueError(f"{_stands(value)}, where a number of processors such as 2, 0.5 or 500m belongs.")
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,6}m|[0-9]{1,4}(\.[0-9]{1,3})?", text):
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise ValueError(
            f"{shown!r} is not a number of processors. Write cores or thousandths, such as 2, 0.5 or 500m."
        )
    if not float(text.rstrip("m")):
        raise ValueError(f"{text} is no processor at all. Write cores or thousandths, such as 2, 0.5 or 500m.")
    return text


AnyText = Annotated[str, pydantic.Field(min_length=0)]
"""Text that may be empty."""

Cpu = Annotated[
    str,
    pydantic.BeforeValidator(_cpu),
    pydantic.WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^([0-9]{1,6}m|[0-9]{1,4}(\.[0-9]{1,3})?)$"},
                {"type": "number", "exclusiveMinimum": 0},
            ],
            "examples": ["500m", "2"],
        }
    ),
]
"""Processors, in cores or thousandths (`500m`)."""


def _label(value: str) -> str:
    if not re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", value):
        raise ValueError(
            f"{value[:40]!r} can't name a Kubernetes object. Use lower-case letters, digits and hyphens, "
            "starting with a letter and ending with a letter or digit."
        )
    return value


Name = Annotated[
    str,
    pydantic.AfterValidator(_label),
    pydantic.Field(json_schema_extra={"pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"}),
]
"""A name that Kubernetes takes for every kind of object (RFC 1035 label)."""


def _free(value: str) -> str:
    if value == "default" or value.startswith("kube-"):
        raise ValueError(
            f"{value} is Kubernetes' own, and Pulsar's namespace is made and deleted with it. "
            "Choose another, such as pulsar."
        )
    return value


Namespace = Annotated[Name, pydantic.Field(max_length=63), pydantic.AfterValidator(_free)]
"""A Kubernetes namespace that is made for one thing."""


def _is_subdomain(value: str) -> bool:
    label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    return len(value) <= 253 and re.fullmatch(rf"{label}(\.{label})*", value) is not None


def _subdomain(value: str) -> str:
    if not _is_subdomain(value):
        raise ValueError(
            f"{value[:40]!r} can't be the name of a StorageClass: lower-case letters, digits, hyphens and dots. "
            "`kubectl get storageclass` lists those that exist."
        )
    return value


StorageClass = Annotated[str, pydantic.AfterValidator(_subdomain)]
"""The name of a StorageClass."""


def _object_name(value: str) -> str:
    if not _is_subdomain(value):
        raise ValueError(
            f"{value[:40]!r} can't be the name of a Kubernetes object: lower-case letters, digits, hyphens and dots."
        )
    return value


ObjectName = Annotated[str, pydantic.AfterValidator(_object_name)]
"""The name of an object that somebody else makes in Pulsar's namespace."""


def _image(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][-\w./:]*[\w](:[\w][-\w.]{0,127}|@sha256:[0-9a-f]{64})", value, re.ASCII):
        raise ValueError(
            f"{value[:80]!r} doesn't name one image. Write its repository and its tag or digest, "
            "such as docker.io/apachepulsar/pulsar-all:4.0.13; without a tag, each node may run another."
        )
    return value


Image = Annotated[str, pydantic.AfterValidator(_image)]
"""A container image, by its repository and its tag or digest."""
