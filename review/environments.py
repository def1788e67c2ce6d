"""Every environment that has a stack file, in one table."""

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from components import stack as stack_file
from components.mistakes import NotADeployment
from evaluation import stack_files

HEAD = ("stack", "cluster", "Pulsar", "metadata", "tiered storage", "last known state")
_NONE = "-"


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


def row(name: str, states: Mapping[str, Known] | None, now: datetime.datetime) -> tuple[str, ...]:
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
        return (name, f"its file has {count}: make explain STACK={name}", "", "", "", state)
    pulsar = spec.pulsar
    return (
        name,
        spec.cluster.provider,
        pulsar.version,
        f"{pulsar.metadata.store}",
        pulsar.tiered_storage.kind if pulsar.tiered_storage else _NONE,
        state,
    )


def _state(state: Known | None, now: datetime.datetime) -> str:
    return "never deployed from here" if state is None else state.told(now)


def rendered(rows: Sequence[Sequence[str]]) -> str:
    """The rows as aligned columns below their heads."""
    lines = [HEAD, *rows]
    whole = [line for line in lines if line[2]]
    widths = [max(len(line[column]) for line in whole) for column in range(len(HEAD))]
    return "".join(
        (
            "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)) if line[2] else _short(line)
        ).rstrip()
        + "\n"
        for line in lines
    )


def _short(line: Sequence[str]) -> str:
    return "  ".join(cell for cell in line if cell)


def _ago(time: datetime.timedelta) -> str:
    minutes = max(0, int(time.total_seconds() // 60))
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' * (count > 1)}"
    return "less than a minute"
