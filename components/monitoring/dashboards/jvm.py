"""The processes in a JVM: brokers, bookies, proxies and what else is one."""

from typing import TYPE_CHECKING

from . import expressions as ask
from .panel import Dashboard, Panel, Section, Variable

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def jvm(pulsar: "PulsarSpec") -> Dashboard:
    """Memory, garbage collection, processors and files of each process."""
    del pulsar
    return Dashboard(
        slug="jvm",
        title="JVM",
        description="Memory, garbage collection, processors and open files of each process in a JVM.",
        variables=(
            Variable(
                name="component",
                label="Component",
                query='label_values(jvm_memory_bytes_used{cluster="$cluster"}, component)',
            ),
        ),
        sections=(_memory(), _work()),
    )


def _memory() -> Section:
    return Section(
        title="Memory",
        lines=(
            (
                Panel(
                    title="Heap",
                    description="The used share. Up and down is well; a low that rises for days is a leak.",
                    unit="percentunit",
                    queries=(ask.HEAP,),
                    highest=1,
                ),
                Panel(
                    title="Direct memory",
                    description="The used share. Without any left, the process refuses messages or stops.",
                    unit="percentunit",
                    queries=(ask.DIRECT,),
                    limit=0.9,
                    highest=1,
                ),
            ),
            (
                Panel(
                    title="Heap in bytes",
                    description="What lives, and what waits for the next collection.",
                    unit="bytes",
                    queries=(ask.HEAP_BYTES,),
                ),
                Panel(
                    title="Resident memory",
                    description="What the kernel counts: heap, direct memory, code and stacks. At the pod's limit the "
                    "process is killed.",
                    unit="bytes",
                    queries=(ask.RESIDENT,),
                ),
            ),
        ),
    )


def _work() -> Section:
    return Section(
        title="Work",
        lines=(
            (
                Panel(
                    title="Time in garbage collection",
                    description="The share of all time. From a tenth on, clients feel it.",
                    unit="percentunit",
                    queries=(ask.COLLECTING,),
                    limit=0.1,
                ),
                Panel(
                    title="Garbage collections",
                    description="How many a second, of all kinds.",
                    unit="ops",
                    queries=(ask.COLLECTIONS,),
                ),
                Panel(
                    title="Processors",
                    description="How many are busy with it. At the pod's limit it is slowed down.",
                    unit="none",
                    queries=(ask.PROCESSORS,),
                ),
            ),
            (
                Panel(
                    title="Threads",
                    description="A number that only grows is a leak.",
                    unit="short",
                    queries=(ask.THREADS,),
                ),
                Panel(
                    title="Open files",
                    description="The used share of what it may open: connections, ledgers, logs.",
                    unit="percentunit",
                    queries=(ask.FILES,),
                    limit=0.8,
                    highest=1,
                ),
                Panel(
                    title="Since the last start",
                    description="A line that falls to 0 is a restart.",
                    unit="s",
                    queries=(ask.AGE,),
                ),
            ),
        ),
    )
