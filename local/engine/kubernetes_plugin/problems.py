"""What can go wrong with Kubernetes, as exceptions whose message is a sentence for the person at the terminal."""

from plugin.problems import Cancelled, NotReady, PluginError

__all__ = ["Cancelled", "NoCluster", "NotReady", "PluginError", "UnknownKind"]


class NoCluster(PluginError):
    """Nobody said which cluster to talk to, or what was said can't be read."""


class UnknownKind(PluginError):
    """The cluster doesn't serve this kind of object."""
