"""What a type of resource does when the engine asks."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Protocol

from plugin.values import Path

from .admin import Admin, Version

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Task:
    """One request of the engine's."""

    seconds: float
    """How long it may take (`customTimeouts`); 0 where nothing is said."""
    say: Say
    """Shows a line of progress, which the next one takes the place of."""
    tell: Say
    """Leaves a line that stays."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a look at Pulsar found."""

    inputs: dict[str, Any]
    """The inputs that would make it."""
    live: dict[str, Any]
    """As Pulsar has it. The state keeps it: what differs from it later is drift."""


class Handler(Protocol):
    """A type of resource. `inputs` are the resource's own, `live` is what Pulsar makes of them."""

    api: ClassVar[Version]
    """The version of the REST API that it is of."""

    @property
    def noun(self) -> str:
        """What people call it."""
        ...

    def check(self, inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """What is wrong with the inputs: the input's name, and a sentence."""
        ...

    def same(self, path: Path, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Whether a difference there makes none in Pulsar."""
        ...

    def replaces(self, path: Path, *, gone: bool, was: Any) -> bool:
        """Whether a change of this input takes a new object.

        Args:
            path: where it is.
            gone: whether it was left out.
            was: what it was before.
        """
        ...

    def identity(self, inputs: dict[str, Any]) -> str:
        """Its id."""
        ...

    def create(self, admin: Admin, inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Make it, or take it over, and wait until it is so.

        Raises:
            NotReady: it is there, and not as it shall be.
            PluginError: it isn't there.
        """
        ...

    def update(self, admin: Admin, before: dict[str, Any], inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Change it and wait until it is so.

        Raises:
            NotReady: it was changed, and is not as it shall be.
            PluginError: it was not changed.
        """
        ...

    def read(self, admin: Admin, identity: str, inputs: dict[str, Any], known: dict[str, Any]) -> Seen | None:
        """Look at it.

        Args:
            admin: the connection.
            identity: its id.
            inputs: those in the state; none for one that is imported.
            known: as Pulsar had it when the state was written.

        Returns:
            What is there; `None` where nothing is.
        """
        ...

    def delete(self, admin: Admin, identity: str, kept: dict[str, Any], task: Task) -> None:
        """Take it away. One that is gone already is fine.

        Args:
            admin: the connection.
            identity: its id.
            kept: its inputs and what Pulsar made of them, as the state has them.
            task: the request.
        """
        ...
