"""What can go wrong, as exceptions whose message is a sentence for the person at the terminal."""

from typing import Any


class Told(Exception):
    """What the person at the terminal reads as it is, without a traceback."""

    @property
    def sentence(self) -> str:
        """What is shown."""
        return str(self)


class PluginError(Told):
    """An operation failed, and nothing was left behind."""


class Cancelled(PluginError):
    """The engine was told to stop."""


class NotReady(PluginError):
    """The object is there but isn't ready, so the state must keep it.

    `reasons` are sentences; `live` is the object as it is now.
    """

    def __init__(self, reasons: list[str], live: dict[str, Any]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
        self.live = live
