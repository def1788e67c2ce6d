"""What was made, one file each, in a folder that a test may look into and change behind the engine's back."""

import hashlib
import json
import pathlib
from typing import Any

from plugin.problems import PluginError


class Store:
    """The resources that exist in the cloud that is none.

    Without a folder nothing is remembered, and a refresh finds all as it was.
    """

    def __init__(self, folder: str | None) -> None:
        self._folder = pathlib.Path(folder) if folder else None

    @property
    def remembers(self) -> bool:
        """Whether there is a folder."""
        return self._folder is not None

    def find(self, token: str, identity: str) -> dict[str, Any] | None:
        """The properties of a resource; `None` where there is none."""
        path = self._path(token, identity)
        return json.loads(path.read_text())["properties"] if path and path.exists() else None

    def add(self, token: str, identity: str, urn: str, properties: dict[str, Any]) -> None:
        """Keep a new resource.

        Raises:
            PluginError: when there is one of that identity.
        """
        path = self._path(token, identity)
        if path and path.exists():
            other = json.loads(path.read_text())["urn"]
            raise PluginError(f"{token} {identity} exists already: it was made for {other}.")
        self.put(token, identity, urn, properties)

    def put(self, token: str, identity: str, urn: str, properties: dict[str, Any]) -> None:
        """Keep a resource as it is now."""
        path = self._path(token, identity)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = {"type": token, "id": identity, "urn": urn, "properties": properties}
            path.write_text(json.dumps(kept, indent=1, sort_keys=True))

    def remove(self, token: str, identity: str) -> None:
        """Forget a resource. One that is gone already is fine."""
        path = self._path(token, identity)
        if path:
            path.unlink(missing_ok=True)

    def _path(self, token: str, identity: str) -> pathlib.Path | None:
        if not self._folder:
            return None
        digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
        return _folder(self._folder, token) / f"{digest}.json"


def _folder(folder: pathlib.Path, token: str) -> pathlib.Path:
    return folder / token.replace(":", "-").replace("/", "-")


def files(folder: pathlib.Path, token: str) -> list[pathlib.Path]:
    """The files of all resources of a type."""
    return sorted(_folder(folder, token).glob("*.json"))
