"""The demo's pod: serves the page, hands its WebSocket on to Pulsar's, and keeps the streams going."""

import asyncio
import contextlib
import logging
import os
import pathlib
import re
import threading
import time
import urllib.parse

log = logging.getLogger("server")

PAGES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/demo.js": ("demo.js", "text/javascript; charset=utf-8"),
    "/demo.css": ("demo.css", "text/css; charset=utf-8"),
}
HEADERS = {
    # Nothing from elsewhere, ever: neither loaded nor connected to.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
READABLE = re.compile(r"/ws/v2/reader/persistent/public/demo/[a-z]+(\?messageId=latest)?")
"""What the page may ask of Pulsar: to read the demo's topics, and nothing else that the WebSocket can do."""
HANDED_ON = {"upgrade", "connection", "sec-websocket-key", "sec-websocket-version"}
LONGEST = 16 * 1024
"""Bytes of a request's head."""


class Server:
    """Static files, and a relay for WebSocket, on one port."""

    def __init__(self, folder: pathlib.Path, websocket: str) -> None:
        self._files = {path: ((folder / name).read_bytes(), kind) for path, (name, kind) in PAGES.items()}
        self._websocket = urllib.parse.urlsplit(websocket)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request, or a WebSocket until either side ends it."""
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            line, *rest = head.decode("latin-1").rstrip().split("\r\n")
            method, target, _ = line.split(" ", 2)
            fields = {key.strip().lower(): value.strip() for key, _, value in (each.partition(":") for each in rest)}
            if fields.get("upgrade", "").lower() == "websocket":
                await self._relay(target, fields, reader, writer)
            else:
                writer.write(self.answer(method, target))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, OSError):
            # A peer that leaves, or talks no HTTP, is no news.
            pass
        finally:
            writer.close()

    def answer(self, method: str, target: str) -> bytes:
        """The response to a plain request."""
        path = target.partition("?")[0]
        if method not in ("GET", "HEAD"):
            return response(405, b"Only GET.\n")
        if path == "/healthz":
            return response(200, b"ok\n")
        if path == "/clock":
            return response(200, str(int(time.time() * 1000)).encode())
        if path not in self._files:
            return response(404, b"There is nothing here.\n")
        content, kind = self._files[path]
        return response(200, content if method == "GET" else b"", kind)

    async def _relay(self, target, fields, reader, writer) -> None:
        if not READABLE.fullmatch(target):
            writer.write(response(403, b"Only the demo's topics, and only to read.\n"))
            return
        if urllib.parse.urlsplit(fields.get("origin", "")).netloc not in ("", fields.get("host")):
            writer.write(response(403, b"Only for the demo's own page.\n"))
            return
        host, port = self._websocket.hostname, self._websocket.port
        try:
            from_pulsar, to_pulsar = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
        except (TimeoutError, OSError):
            writer.write(response(502, b"Pulsar's WebSocket doesn't answer.\n"))
            return
        try:
            path = target.removeprefix("/ws/v2")
            asked = [f"GET {self._websocket.path}{path} HTTP/1.1", f"Host: {host}:{port}"]
            asked += [f"{key}: {value}" for key, value in fields.items() if key in HANDED_ON]
            to_pulsar.write(("\r\n".join(asked) + "\r\n\r\n").encode("latin-1"))
            ways = (pipe(reader, to_pulsar), pipe(from_pulsar, writer))
            _, left = await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)
            for each in left:
                each.cancel()
        finally:
            to_pulsar.close()


async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Hand on whatever comes until it ends."""
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()


def response(status: int, content: bytes, kind: str = "text/plain; charset=utf-8") -> bytes:
    """A whole HTTP response. The connection ends with it."""
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close", **HEADERS}
    lines = [f"HTTP/1.1 {status} -", *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def stream() -> None:
    """Make what the demo needs in Pulsar, and keep its streams going."""
    from streams import Streams, make_namespace

    make_namespace(os.environ["DEMO_ADMIN_URL"])
    Streams(os.environ["DEMO_SERVICE_URL"], float(os.environ["DEMO_RATE"])).start()


async def main() -> None:
    """Serve until the pod ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    folder = pathlib.Path(__file__).resolve().parent
    server = Server(folder, os.environ["DEMO_WEBSOCKET_URL"])
    threading.Thread(target=stream, daemon=True).start()
    listening = await asyncio.start_server(server.handle, None, int(os.environ["DEMO_PORT"]), limit=LONGEST)
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
