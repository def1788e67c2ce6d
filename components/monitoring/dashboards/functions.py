"""Functions and connectors that Pulsar's own worker runs, and the worker."""

from typing import TYPE_CHECKING

from ...pulsar.functions import WorkerSpec
from . import expressions as ask
from .panel import Dashboard, Panel, Section
from .variables import NAMESPACE

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def functions(pulsar: "PulsarSpec") -> Dashboard | None:
    """What functions and connectors do with their messages.

    Function Mesh's are among them, but make no page by themselves.
    """
    if not isinstance(pulsar.functions, WorkerSpec):
        return None
    return Dashboard(
        slug="functions",
        title="Functions and connectors",
        description="What functions and connectors do with their messages, and the worker that runs them.",
        variables=(NAMESPACE,),
        sections=(_functions(), _connectors(), _worker()),
    )


def _functions() -> Section:
    return Section(
        title="Functions",
        lines=(
            (
                Panel(
                    title="Received by functions",
                    description="Messages of their inputs.",
                    unit="mps",
                    queries=(ask.FUNCTION_RECEIVED,),
                ),
                Panel(
                    title="Processed",
                    description="Messages that a function returned from without an exception.",
                    unit="mps",
                    queries=(ask.FUNCTION_PROCESSED,),
                ),
                Panel(
                    title="Exceptions of functions",
                    description="Of its own code (user), and around it (system): schemas, state, the output. The "
                    "message comes again, or is lost, as the function was told.",
                    unit="ops",
                    queries=ask.FUNCTION_EXCEPTIONS,
                ),
            ),
            (
                Panel(
                    title="Time for a message",
                    description="In the function's own code, on average.",
                    unit="ms",
                    queries=(ask.FUNCTION_TIME,),
                ),
                Panel(
                    title="Since the last message",
                    description="Of the instance that was called last. Growing while its input has a backlog: it "
                    "hangs, or doesn't run.",
                    unit="s",
                    queries=(ask.FUNCTION_IDLE,),
                ),
            ),
        ),
    )


def _connectors() -> Section:
    return Section(
        title="Connectors",
        lines=(
            (
                Panel(
                    title="Brought in by sources",
                    description="Messages that a source has written to its topic.",
                    unit="mps",
                    queries=(ask.SOURCE_WRITTEN,),
                ),
                Panel(
                    title="Taken out by sinks",
                    description="Messages that a sink has written to its system.",
                    unit="mps",
                    queries=(ask.SINK_WRITTEN,),
                ),
                Panel(
                    title="Exceptions of connectors",
                    description="At the other system (source, sink), and within Pulsar (system).",
                    unit="ops",
                    queries=ask.CONNECTOR_EXCEPTIONS,
                ),
            ),
        ),
    )


def _worker() -> Section:
    return Section(
        title="The worker",
        lines=(
            (
                Panel(
                    title="Leaders of the workers",
                    description="The one that decides which worker runs what. One is well; without one nothing new "
                    "is started.",
                    unit="none",
                    queries=(ask.WORKER_LEADERS,),
                    kind="stat",
                ),
                Panel(
                    title="Instances that are missing",
                    description="That should run, as the leader counts, and don't. 0 is well.",
                    unit="none",
                    queries=(ask.INSTANCES_MISSING,),
                    kind="stat",
                    limit=1,
                ),
            ),
            (
                Panel(
                    title="Instances",
                    description="That a worker runs. Far apart: the workers' load is uneven.",
                    unit="none",
                    queries=(ask.WORKER_INSTANCES,),
                ),
                Panel(
                    title="Time to start an instance",
                    description="On average. Nothing is shown while none is started.",
                    unit="ms",
                    queries=(ask.INSTANCE_START,),
                ),
            ),
        ),
    )
