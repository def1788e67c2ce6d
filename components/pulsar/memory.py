"""How much memory a process gets: one plan from heap and direct memory to the container's limit."""

from collections.abc import Iterator

from ..model import Bytes, Spec

LEAST_OVERHEAD = Bytes.parse("512Mi")
"""What a JVM needs beside heap and direct memory at the least: metaspace, code cache, threads, native libraries."""


_LEAST_HEAP, _LEAST_DIRECT = Bytes.parse("64Mi"), Bytes.parse("32Mi")


class MemorySpec(Spec):
    """The memory of one JVM, and of the container around it."""

    heap: Bytes
    """The JVM's heap: `-Xms` and `-Xmx`, which are kept equal so that a long-lived server never waits for growth."""
    direct: Bytes
    """Netty's and the caches' memory outside the heap: `-XX:MaxDirectMemorySize`."""
    overhead: Bytes | None = None
    """Metaspace, code cache, threads and native libraries. Default: the larger of 512Mi and 15 % of the heap."""
    limit: Bytes | None = None
    """The container's memory limit and request. Default: the sum of the three."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A JVM that can't start, and a container that is killed if its JVM uses what it may."""
        for name, size, least in (
            ("heap", self.heap, _LEAST_HEAP),
            ("direct", self.direct, _LEAST_DIRECT),
            ("overhead", self.overhead, _LEAST_DIRECT),
        ):
            if size is not None and size < least:
                yield name, f"{size} is less than any of Pulsar's processes starts with. Use at least {least}."
        needed = Bytes(self.heap + self.direct + self.planned_overhead)
        if self.limit is not None and needed > self.limit:
            yield (
                "limit",
                f"{self.limit} is less than heap {self.heap} + direct {self.direct} + overhead {self.planned_overhead} "
                f"= {needed}, so the kernel would kill the process. Raise limit to {needed}, or lower heap or direct.",
            )

    def follows(self) -> Iterator[tuple[str, object, str]]:
        """The plan."""
        yield "overhead", self.planned_overhead, "memory planner"
        yield "limit", self.planned_limit, "memory planner"
        yield "jvm_flags", self.jvm_flags, "memory planner"

    @property
    def planned_overhead(self) -> Bytes:
        """`overhead`, or the planner's rule."""
        if self.overhead is not None:
            return self.overhead
        share = -(-int(self.heap) * 15 // 100)
        return max(LEAST_OVERHEAD, Bytes.parse(f"{-(-share // (1 << 20))}Mi"))

    @property
    def planned_limit(self) -> Bytes:
        """`limit`, or the sum of heap, direct and overhead."""
        return self.limit or Bytes(self.heap + self.direct + self.planned_overhead)

    @property
    def jvm_flags(self) -> str:
        """The sizes as the JVM's flags. An out-of-memory process ends: half-dead servers are worse than restarts."""
        return (
            f"-Xms{self.heap.mebibytes}m -Xmx{self.heap.mebibytes}m "
            f"-XX:MaxDirectMemorySize={self.direct.mebibytes}m -XX:+ExitOnOutOfMemoryError"
        )
