"""The image and the JVM that all of Pulsar's processes share."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

Jvm = Literal["standard", "compact"]

COMPACT = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss512k"
"""A serial collector and the quick compiler alone: starts sooner and stays small, at a price under load."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Runtime:
    """What runs a process."""

    image: str
    environment: Mapping[str, str]
    """Variables that the image's start scripts read."""


def runtime(image: str, jvm: Jvm) -> Runtime:
    """The runtime of a choice of JVM. `standard` leaves the collector to the image, which fits it to its Java."""
    if jvm == "standard":
        return Runtime(image=image, environment={})
    flags = {f"{owner}_GC": COMPACT for owner in ("PULSAR", "BOOKIE")}
    quiet = {f"{owner}_GC_LOG": "-Xlog:disable -Xlog:all=error:stderr" for owner in ("PULSAR", "BOOKIE")}
    return Runtime(image=image, environment=flags | quiet)


def script(*lines: str) -> tuple[str, ...]:
    """A container's command: the lines, the last of which replaces the shell so that it gets the signals."""
    return ("bash", "-c", "\n".join(("set -e", *lines)))
