"""What the specs of Pulsar's processes have in common."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic

from ..model import Cpu, Spec
from .memory import MemorySpec

SECRET_KEY = re.compile(
    r"password|passphrase|secret|token(?!izer)|credential|private_?key|access_?key|authentication_?parameters", re.IGNORECASE
)
"""Names of settings that hold a secret. Paths to a mounted secret (`file://…`, `/…`) are no secret."""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("it is not text, a number, true or false, which is all that a conf file can hold.")


ConfValue = Annotated[str, pydantic.BeforeValidator(_text)]


class ProcessSpec(Spec):
    """What every Pulsar process can be told."""

    replicas: Annotated[int, pydantic.Field(ge=1)]
    """Pods."""
    cpu: Cpu
    """Processors that a pod asks for. There is no limit: throttled brokers look like slow networks."""
    memory: MemorySpec
    """The JVM's and the container's memory."""
    config: Mapping[str, ConfValue] = {}
    """More keys of the process's own conf file, spelled as Pulsar spells them."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A secret among the configuration keys."""
        for key, value in self.config.items():
            if SECRET_KEY.search(key) and not re.match(r"(file:/|/)", value):
                yield (
                    f"config.{key}",
                    "looks like a secret, and a stack file's spec holds none: it would stand in the state and in every "
                    "preview. Mount an existing Kubernetes Secret and give its path here (file:///…).",
                )
