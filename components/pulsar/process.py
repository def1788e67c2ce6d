"""What the specs of Pulsar's processes have in common."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic

from .. import secrecy
from ..model import AnyText, Cpu, Spec
from .memory import MemorySpec


def _key(key: str) -> str:
    if not re.fullmatch(r"[\w.-]+", key, re.ASCII):
        raise ValueError(
            f"{key[:40]!r} can't be a key of a conf file. "
            "Use letters, digits, dots, hyphens and underscores, as Pulsar does."
        )
    return key


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    stands = "a mapping" if isinstance(value, dict) else "a list"
    raise ValueError(
        f"is {stands}, and a conf file holds text, numbers, true and false. "
        "Write it as one text, as Pulsar's own file has it."
    )


ConfValue = Annotated[
    AnyText,
    pydantic.BeforeValidator(_text),
    pydantic.WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
]
"""The value of a key in a conf file, written as text, a number, true or false."""

ConfKey = Annotated[str, pydantic.AfterValidator(_key)]
"""A key of a conf file."""


class ProcessSpec(Spec):
    """What every Pulsar process can be told."""

    replicas: Annotated[int, pydantic.Field(ge=1)]
    """Pods."""
    cpu: Cpu
    """Processors that a pod asks for. There is no limit: throttled brokers look like slow networks."""
    memory: MemorySpec
    """The JVM's and the container's memory."""
    config: Mapping[ConfKey, ConfValue] = {}
    """More keys of the process's own conf file, spelled as Pulsar spells them."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A secret among the configuration keys."""
        return secrets_among(self.config)


def secrets_among(config: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The keys of a `config` that hold a secret, each with a sentence."""
    for key, value in config.items():
        if secrecy.named(key) and not secrecy.is_path(value):
            yield (
                f"config.{key}",
                "looks like a secret, and a stack file's spec holds none: it would stand in the state and in every "
                "preview. Mount an existing Kubernetes Secret and give its path here (file:///…).",
            )
