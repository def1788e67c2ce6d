"""A GitHub and a GitLab for tests: real HTTP servers on this machine, which answer as their references say."""

import contextlib
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

TOKEN = "a-token-that-nobody-may-see"


class Forge:
    """What it holds, and what it was asked."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.pulls: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.url = ""

    def by_somebody(self, body: str, kind: str = "User") -> None:
        """A comment that is there already."""
        number = len(self.comments) + 1
        self.comments.append({"id": number, "body": body, "user": {"type": kind}, "author": {"id": 1}})

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """As GitHub does, and as GitLab does."""
        self.asked.append(f"{method} {path}")
        if path.endswith("/user"):
            return 200, {"id": 7}
        if method == "GET" and path.endswith(("/comments", "/notes")):
            return 200, self._page(self.comments, query)
        if method == "GET" and path.endswith("/issues"):
            still_open = [each for each in self.issues if each["state"] not in ("closed", "close")]
            return 200, self._page(still_open, query)
        if method == "GET" and path.endswith("/pulls"):
            return 200, self._page(self.pulls, query)
        if method == "POST" and path.endswith(("/comments", "/notes")):
            made = {"id": len(self.comments) + 1, **body, "user": {"type": "Bot"}, "author": {"id": 7}}
            self.comments.append(made)
            return 201, made
        if method == "POST" and path.endswith("/issues"):
            number = len(self.issues) + 1
            made = {"number": number, "iid": number, "state": "open", **body, "user": {"type": "Bot"}}
            self.issues.append(made)
            return 201, made
        if found := re.search(r"/(?:comments|notes)/(\d+)$", path):
            self.comments[int(found[1]) - 1] |= body
            return 200, self.comments[int(found[1]) - 1]
        if found := re.search(r"/issues/(\d+)$", path):
            state = {"state": body["state_event"]} if "state_event" in body else {}
            self.issues[int(found[1]) - 1] |= {**body, **state}
            return 200, self.issues[int(found[1]) - 1]
        return 404, {"message": "Not Found"}

    @staticmethod
    def _page(items: list[Any], query: dict[str, str]) -> list[Any]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return items[(page - 1) * size : page * size]


@contextlib.contextmanager
def serving() -> Iterator[Forge]:
    """A forge that answers until the block ends."""
    forge = Forge()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            known = TOKEN in (self.headers.get("Authorization") or "", self.headers.get("PRIVATE-TOKEN") or "") or (
                self.headers.get("Authorization") == f"Bearer {TOKEN}"
            )
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query))
            code, told = forge.answer(self.command, parts.path, query, body) if known else (401, {"message": "no"})
            content = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 - the library's own names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    forge.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
