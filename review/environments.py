"""Every environment that has a stack file, in one table."""

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from components import stack as stack_file
from components.mistakes import NotADeployment
from evaluation import stack_files

from .table import NONE, table

HEAD = ("stack", "cluster", "Pulsar", "metadata", "tiered storage", "last known state")
Row = tuple[str, ...] | str
"""An environment's cells, or a sentence in their place where its file can't be read."""


@dataclasses.dataclass(frozen=True)
class Known:
    """What the engine's state says of a stack."""

    resources: int | None
    updated: datetime.datetime | None
    """When it was changed last. Default: never."""
    busy: bool
    """Whether an `up` or `destroy` is under way, or was interrupted."""

    def told(self, now: datetime.datetime) -> str:
        """In words."""
        if self.busy:
            return "a change is under way"
        if not self.resources:
            return "nothing is up"
        since = f", changed {_ago(now - self.updated)} ago" if self.updated else ""
        return f"up, {self.resources} resources{since}"


def known(listed: str) -> dict[str, Known]:
    """What `pulumi stack ls --json` tells, by the stack's name."""
    return {str(each["name"]).rpartition("/")[2]: _known(each) for each in json.loads(listed)}


def _known(listed: Mapping[str, Any]) -> Known:
    updated = listed.get("lastUpdate")
    return Known(
        resources=listed.get("resourceCount"),
        updated=datetime.datetime.fromisoformat(updated) if updated else None,
        busy=bool(listed.get("updateInProgress")),
    )


def row(name: str, states: Mapping[str, Known] | None, now: datetime.datetime) -> Row:
    """One environment, as the table has it.

    Args:
        name: the stack.
        states: what the engine knows; `None` where it can't be asked.
        now: the time.
    """
    state = "not known here" if states is None else _state(states.get(name), now)
    try:
        spec = stack_file.read(stack_files.read(name)[stack_files.SPEC], name)
    except NotADeployment as error:
        count = f"{len(error.found)} mistakes" if error.found else "mistakes"
        return f"{name}  its file has {count}: make explain STACK={name}  {state}"
    pulsar = spec.pulsar
    return (
        name,
        spec.cluster.provider,
        pulsar.version if pulsar.operator.kind == "native" else f"{pulsar.version} by {pulsar.operator.kind}",
        pulsar.metadata.store,
        pulsar.tiered_storage.kind if pulsar.tiered_storage else NONE,
        state,
    )


def _state(state: Known | None, now: datetime.datetime) -> str:
    return "never deployed from here" if state is None else state.told(now)


def rendered(rows: Sequence[Row]) -> str:
    """The rows as aligned columns below their heads, and each sentence in its own row's place."""
    head, *lines = table([HEAD, *(row for row in rows if not isinstance(row, str))]).splitlines()
    whole = iter(lines)
    return "".join(f"{line}\n" for line in (head, *(row if isinstance(row, str) else next(whole) for row in rows)))


def _ago(time: datetime.timedelta) -> str:
    minutes = max(0, int(time.total_seconds() // 60))
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' * (count > 1)}"
    return "less than a minute"
