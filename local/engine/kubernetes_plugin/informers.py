"""What the cluster says about its objects as it changes: one watch for each collection, shared by all who wait."""

import threading
import time
from typing import Any

from .rest import ApiError, Client

_WATCH_SECONDS = 240
_GONE_SECONDS = 2.0


class Informer:
    """A collection of objects, kept up to date by a watch."""

    def __init__(self, client: Client, path: str, changed: threading.Condition) -> None:
        self._client = client
        self._path = path
        self._changed = changed
        self.objects: dict[str, dict[str, Any]] = {}
        """By `namespace/name`."""
        self.version = 0
        """The newest resource version that was seen."""
        self.refused: ApiError | None = None
        """Why the collection can't be watched."""
        self.trouble: Exception | None = None
        """What last broke the watch off; it is taken up again."""
        self._since = time.monotonic()
        self._thread = threading.Thread(target=self._follow, name=f"watch {path}", daemon=True)
        self._thread.start()

    @property
    def is_outdated(self) -> bool:
        """Whether the collection was not there when it was looked for, which may have changed since."""
        gone = self.refused is not None and self.refused.status == 404
        return gone and time.monotonic() - self._since > _GONE_SECONDS

    def _follow(self) -> None:
        pause = 0.1
        while not self._client.cancelled.is_set():
            try:
                self._list_and_watch()
                pause = 0.1
            except ApiError as error:
                if error.status in (401, 403, 404, 405):
                    with self._changed:
                        self.refused = error
                        self._changed.notify_all()
                    return
            except Exception as error:
                # A watch that breaks off half-way in a line or a chunk raises whatever the transport makes of it.
                self.trouble = error
            # Only after a failure: the API server is away, and nothing but time tells when it is back.
            if self._client.cancelled.wait(pause):
                return
            pause = min(pause * 2, 5)

    def _list_and_watch(self) -> None:
        listed = self._client.request("GET", self._path)
        with self._changed:
            # In a list only the list itself says what its items are.
            what = {"apiVersion": listed["apiVersion"], "kind": listed["kind"].removesuffix("List")}
            self.objects = {_key(item): what | item for item in listed.get("items") or []}
            self.version = int(listed["metadata"]["resourceVersion"])
            self._changed.notify_all()
        while not self._client.cancelled.is_set():
            query = {"resourceVersion": str(self.version)}
            for event in self._client.watch(self._path, query, _WATCH_SECONDS):
                if event["type"] == "ERROR":
                    return
                self._take(event["type"], event["object"])

    def _take(self, kind: str, item: dict[str, Any]) -> None:
        with self._changed:
            self.version = max(self.version, int(item["metadata"]["resourceVersion"]))
            if kind == "DELETED":
                self.objects.pop(_key(item), None)
            elif kind != "BOOKMARK":
                self.objects[_key(item)] = item
            self._changed.notify_all()


def _key(item: dict[str, Any]) -> str:
    about = item["metadata"]
    return f"{about.get('namespace', '')}/{about['name']}"


class Informers:
    """The collections that somebody waits for."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.changed = threading.Condition()
        """Notified with each change of any object, and when the engine is told to stop."""
        self._informers: dict[str, Informer] = {}

    def of(self, path: str) -> Informer:
        """The collection at a path of the API. The first who asks starts its watch."""
        with self.changed:
            if path not in self._informers or self._informers[path].is_outdated:
                self._informers[path] = Informer(self.client, path, self.changed)
            return self._informers[path]

    def cancel(self) -> None:
        """End every wait."""
        self.client.cancelled.set()
        with self.changed:
            self.changed.notify_all()
