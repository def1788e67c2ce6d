"""What tenants, namespaces and topics have in common as the engine's resources: they are known by their name alone."""

from typing import Any, ClassVar

from plugin.values import Path

from .admin import Version


class Named:
    """A resource whose `name` is what it is."""

    api: ClassVar[Version] = "v2"

    def same(self, path: Path, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Nothing that differs is the same."""
        del path, old, new
        return False

    def replaces(self, path: Path, *, gone: bool, was: Any) -> bool:
        """Another name is another one. Everything else changes in place."""
        del gone, was
        return path[0] == "name"

    def identity(self, inputs: dict[str, Any]) -> str:
        """Its name, whole."""
        return str(inputs["name"])


def stays(noun: str, name: str) -> str:
    """What is told of something that leaves the stack and not Pulsar."""
    return f"The {noun} {name} stays in Pulsar with all that is in it (keep: true). This stack tends it no more."
