"""The Kubernetes API over HTTP: requests, watches, and errors that keep what the API server said."""

import json
import ssl
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3

from plugin.problems import Told

from .kubeconfig import Connection

_CONNECTIONS = 64
_TRIES = urllib3.Retry(
    total=5,
    connect=1,
    read=3,
    status=4,
    backoff_factor=0.2,
    status_forcelist=(429, 502, 503, 504),
    # A server-side apply that is sent twice does the same as one that is sent once.
    allowed_methods=None,
    respect_retry_after_header=True,
    raise_on_status=False,
)


class Unreachable(Told):
    """No cluster answers, or nobody said which one to ask."""


class ApiError(Told):
    """The API server refused a request."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(str(answer.get("message") or answer.get("reason") or f"HTTP {status}"))
        self.status = status
        self.reason = str(answer.get("reason") or "")
        self.is_about_the_object = status in (400, 422) or "failed to create typed patch object" in str(self)
        """Whether the object itself is wrong, so that no other time or user helps."""
        self.causes: list[dict[str, str]] = (answer.get("details") or {}).get("causes") or []

    @property
    def sentence(self) -> str:
        """With the status, by which it can be looked up."""
        return f"{self} (HTTP {self.status} {self.reason})"


class Client:
    """Requests to one cluster, as one user."""

    def __init__(self, connection: Connection) -> None:
        self.server = connection.server
        self.namespace = connection.namespace
        self.cancelled = threading.Event()
        self._headers = connection.headers
        options: dict[str, Any] = {"maxsize": _CONNECTIONS, "retries": _TRIES}
        if connection.server.startswith("https:"):
            options["ssl_context"] = _tls(connection)
            if connection.tls_server_name:
                options |= {
                    "server_hostname": connection.tls_server_name,
                    "assert_hostname": connection.tls_server_name,
                }
        if connection.proxy:
            self._pool: urllib3.PoolManager = urllib3.ProxyManager(connection.proxy, **options)
        else:
            self._pool = urllib3.PoolManager(**options)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        timeout_seconds: float = 60,
    ) -> dict[str, Any]:
        """Send one request and read its JSON.

        Raises:
            ApiError: when the API server refuses.
            Unreachable: when nothing answers.
        """
        response = self._send(method, path, query, body, content_type, timeout_seconds)
        return _json(response.data)

    def text(self, path: str, query: Mapping[str, str]) -> str:
        """Read what isn't JSON, such as a container's log."""
        return self._send("GET", path, query, None, "", 30).data.decode(errors="replace")

    def watch(self, path: str, query: Mapping[str, str], seconds: int) -> Iterator[dict[str, Any]]:
        """Follow a collection until the API server ends it, which it does after `seconds`."""
        query = {**query, "watch": "true", "timeoutSeconds": str(seconds), "allowWatchBookmarks": "true"}
        response = self._send("GET", path, query, None, "", seconds + 30, stream=True)
        rest = b""
        try:
            for chunk in response.stream(amt=None):
                if self.cancelled.is_set():
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (json.loads(line) for line in lines if line)
        finally:
            response.close()

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        content_type: str,
        timeout_seconds: float,
        *,
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "application/json, */*", **self._headers()}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            response = self._pool.request(
                method,
                f"{self.server}{path}?{urllib.parse.urlencode(query)}" if query else self.server + path,
                body=None if body is None else json.dumps(body).encode(),
                headers=headers,
                timeout=urllib3.Timeout(connect=10, read=timeout_seconds),
                preload_content=not stream,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"The cluster at {self.server} doesn't answer: {_innermost(error)}.") from error
        if response.status >= 400:
            answer = response.data if not stream else response.read()
            raise ApiError(response.status, _json(answer))
        return response


def _json(data: bytes) -> dict[str, Any]:
    try:
        read = json.loads(data)
    except ValueError:
        return {"message": data.decode(errors="replace").strip()[:500]}
    return read if isinstance(read, dict) else {"items": read}


def _innermost(error: BaseException) -> str:
    """What the operating system or TLS said, without the layers that passed it on."""
    inner = getattr(error, "reason", None) or error.__cause__
    if isinstance(inner, BaseException) and inner is not error:
        return _innermost(inner)
    return getattr(error, "strerror", None) or str(error)


def _tls(connection: Connection) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=connection.authorities)
    # Kubernetes' own certificate authorities leave out extensions that this asks for.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if connection.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if connection.certificate and connection.key:
        # The standard library reads a client's certificate from a file only.
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(connection.certificate + b"\n" + connection.key)
            file.flush()
            context.load_cert_chain(file.name)
    return context
