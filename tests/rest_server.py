"""A server in this process that answers as Pulsar's REST API was seen to."""

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple


class Reply(NamedTuple):
    """What is answered."""

    status: int
    told: Any = None
    """What is sent as JSON; bytes as they are."""
    headers: Mapping[str, str] = {}


@contextlib.contextmanager
def served(answer: Callable[[str, str, bytes], Reply]) -> Iterator[int]:
    """Its port on this machine's loopback.

    Args:
        answer: from the method, the path with its query, and the body.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Each answer in one packet: of two, the second would wait for the first one's acknowledgement.
        wbufsize = -1

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            reply = answer(self.command, self.path, body)
            self.send_response(reply.status)
            text = reply.told if isinstance(reply.told, bytes) else json.dumps(reply.told).encode()
            text = b"" if reply.told is None else text
            for key, value in reply.headers.items():
                self.send_header(key, value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST = do_DELETE = _do  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
