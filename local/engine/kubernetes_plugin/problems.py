"""What can go wrong, as exceptions whose message is a sentence for the person at the terminal."""

from typing import Any


class PluginError(Exception):
    """An operation failed, and nothing was left behind."""


class NoCluster(PluginError):
    """Nobody said which cluster to talk to, or what was said can't be read."""


class UnknownKind(PluginError):
    """The cluster doesn't serve this kind of object."""


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
