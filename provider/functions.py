"""Functions, sources and sinks as the engine's resources."""

import dataclasses
import pathlib
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from plugin.problems import PluginError
from plugin.values import Path, Unknown

from . import kinds, running
from .admin import Admin, Version
from .handler import Seen, Task
from .kinds import IDENTITY, Kind

_WORDS = re.compile(r"[-=:.\w]+")


@dataclasses.dataclass(frozen=True)
class Running:
    """What Pulsar's functions worker runs, of one kind."""

    api: ClassVar[Version] = "v3"
    kind: Kind

    @property
    def noun(self) -> str:
        """`function`, `source` or `sink`."""
        return self.kind.noun

    def check(self, inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Names that Pulsar doesn't take, and a package that isn't there."""
        for each in IDENTITY:
            if not isinstance(inputs.get(each), Unknown) and not _WORDS.fullmatch(str(inputs.get(each) or "")):
                yield each, f"{inputs.get(each)!r} can't be the {each} of anything in Pulsar."
        package = inputs.get("package")
        if isinstance(package, str) and not pathlib.Path(package).is_file():
            yield "package", f"The package {package} doesn't exist. Build it, or correct its path."

    def same(self, path: Path, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Where the package lies doesn't matter while it is the same one."""
        moved = old.get("digest") == new.get("digest") and old.get("digest") is not None
        return moved and path[0] in ("package", "fileName")

    def replaces(self, path: Path, *, gone: bool, was: Any) -> bool:
        """As `kinds` says."""
        return kinds.replaces(path, gone=gone, was=was)

    def identity(self, inputs: dict[str, Any]) -> str:
        """`tenant/namespace/name`."""
        return running.identity_of(inputs)

    def create(self, admin: Admin, inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Deployed, and running."""
        return running.create(admin, self.kind, inputs, task.seconds, task.say)

    def update(self, admin: Admin, before: dict[str, Any], inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Changed, and running again."""
        return running.update(admin, self.kind, before, inputs, task.seconds, task.say)

    def read(self, admin: Admin, identity: str, inputs: dict[str, Any], known: dict[str, Any]) -> Seen | None:
        """Its configuration, as Pulsar's worker has it."""
        parts = identity.split("/")
        if len(parts) != len(IDENTITY):
            raise PluginError(f"{identity!r} is not the id of a {self.noun}. Write tenant/namespace/name.")
        live = running.read(admin, self.kind, identity)
        if live is None:
            return None
        return Seen(_seen(dict(zip(IDENTITY, parts, strict=True)), inputs, known, live), live)

    def delete(self, admin: Admin, identity: str, kept: dict[str, Any], task: Task) -> None:
        """Gone, and its instances with it."""
        del kept
        running.delete(admin, self.kind, identity, task.seconds or running.DEFAULT_SECONDS)


def _seen(
    identity: dict[str, str], inputs: dict[str, Any], known: dict[str, Any], live: dict[str, Any]
) -> dict[str, Any]:
    """The inputs that would make what is there.

    Pulsar writes a configuration down otherwise than it was sent. So what counts is what has changed since.
    """
    if not inputs:
        return {**identity, "config": {key: value for key, value in live.items() if key not in IDENTITY and value}}
    config = dict(inputs.get("config") or {})
    for key in {*known, *live} - set(IDENTITY):
        if known.get(key) != live.get(key):
            if key in live:
                config[key] = live[key]
            else:
                config.pop(key, None)
    return {**inputs, **identity, "config": config}
