"""Memory and processors: what a container asks for, and whether a JVM fits into it."""

import re
from collections.abc import Iterator, Sequence

from ..kubernetes import PODS, Variables, binary, containers, named, size, variables
from ..rule import Resource, ResourceRule, Setting, Settings, StackRule
from ..values import at

_FLAG = re.compile(r"-(Xmx|XX:MaxDirectMemorySize=)(\d+)([kmgKMG]?)(?=\s|$)")
_FACTOR = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_VARIABLES = ("BOOKIE_MEM", "PULSAR_MEM")
"""Where Pulsar's start scripts take the JVM's sizes from. A bookie's own wins over the other."""


def _stated(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    for _, container in containers(resource):
        told = named(resource, container)
        for path, lacks in (
            ("requests.cpu", "asks for no processors, so the scheduler puts too much on its node"),
            ("requests.memory", "asks for no memory, so the scheduler puts too much on its node"),
            ("limits.memory", "has no limit of memory, so a leak takes its node's other pods down"),
        ):
            if at(container, f"resources.{path}") is None:
                yield f"{told} {lacks}. Set resources.{path}."


STATED = ResourceRule(
    id="resources-are-stated",
    says="Every container says which processors and memory it needs, and how much memory it may use.",
    source="Kubernetes, resource management",
    types=PODS,
    check=_stated,
)


def _adds_up(resources: Sequence[Resource], settings: Settings) -> Iterator[tuple[Resource, str]]:
    for resource in resources:
        if resource.token not in PODS:
            continue
        for _, container in containers(resource):
            limit = size(at(container, "resources.limits.memory"))
            flags = _flags(variables(resource, container, resources))
            if limit is None or "Xmx" not in flags:
                continue
            heap, direct = flags["Xmx"], flags.get("XX:MaxDirectMemorySize=", flags["Xmx"])
            overhead = max(settings["least_overhead_mebibytes"] << 20, heap * settings["overhead_percent"] // 100)
            if heap + direct + overhead > limit:
                yield (
                    resource,
                    f"{named(resource, container)} may use a heap of {binary(heap)}, {binary(direct)} beside it and "
                    f"{binary(overhead)} for the JVM itself, and is killed above {binary(limit)}. Raise the limit to "
                    f"{binary(heap + direct + overhead)}, or lower -Xmx or -XX:MaxDirectMemorySize.",
                )


def _flags(found: Variables) -> dict[str, int]:
    text = next((found.known[name] for name in _VARIABLES if isinstance(found.get(name), str)), "")
    # The JVM lets direct memory grow as large as the heap where nothing limits it.
    return {name: int(number) * _FACTOR[unit.lower()] for name, number, unit in _FLAG.findall(text)}


ADDS_UP = StackRule(
    id="memory-adds-up",
    says="Heap, direct memory and the JVM's own needs fit into the container.",
    source="The JVM's memory outside its heap; the kernel kills what exceeds a container's limit",
    settings={
        "least_overhead_mebibytes": Setting(
            schema={"type": "integer", "minimum": 0},
            default=224,
            meaning="What a JVM needs beside heap and direct memory at the least, in MiB.",
        ),
        "overhead_percent": Setting(
            schema={"type": "integer", "minimum": 0},
            default=10,
            meaning="The same, in percent of the heap.",
        ),
    },
    check=_adds_up,
)
