"""Pulsar's admin REST API, wherever it is reached."""

import contextlib
import dataclasses
import html
import json
import re
import threading
import time
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from plugin.problems import PluginError

from .reaching import Place, Unreached

_PATIENCE = 60.0
"""Seconds for which a server that starts, or a lost connection, is asked again."""
_TIMEOUT = 120.0
"""Seconds after which a request is given up: a package is copied to BookKeeper before the answer."""
_HOPS = 5
"""How often one request is sent on: by each broker to the one that it believes has the topic."""
_CONNECTIONS = 16
"""The connections that are kept for the next request. Each leads through a tunnel of its own."""
_BROKERS = 8080
"""The brokers' HTTP port."""

Version = Literal["v2", "v3"]
"""Of the REST API: `v2` for tenants, namespaces and topics, `v3` for functions and connectors."""


class Refused(PluginError):
    """Pulsar answered with an error."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the provider is told."""

    admin_url: str | None
    """Where the REST API is. `None`: it is reached through Kubernetes."""
    place: Place
    """Where Pulsar is in Kubernetes."""
    role: str
    """The pods that serve functions: `broker`, or `functions` where the workers are apart."""
    port: int
    """Their HTTP port."""
    token: str | None
    """The token that the API asks for, if it does."""

    def for_brokers(self) -> "Settings":
        """The way to the brokers, who have tenants, namespaces and topics wherever functions are served."""
        return dataclasses.replace(self, role="broker", port=_BROKERS)


def settings(given: Mapping[str, Any]) -> Settings:
    """The provider's configuration, read."""
    return Settings(
        admin_url=given.get("adminUrl") or None,
        place=Place(
            given.get("kubeconfig") or None,
            given.get("context") or None,
            str(given.get("kubernetesNamespace") or "pulsar"),
            str(given.get("cluster") or "pulsar"),
        ),
        role=str(given.get("role") or "broker"),
        port=int(given.get("port") or _BROKERS),
        token=given.get("token") or None,
    )


@dataclasses.dataclass(frozen=True)
class File:
    """A part of a form that is a file."""

    name: str
    content: bytes


class Admin:
    """A connection to one version of the REST API, made when it is first used."""

    def __init__(self, chosen: Settings, version: Version = "v3") -> None:
        self.settings = chosen
        self.cancelled = threading.Event()
        self._version = version
        self._lock = threading.Lock()
        self._forward = contextlib.ExitStack()
        self._bases: dict[str | None, str] = {}
        self._pool: Any = None

    def get(self, path: str) -> Any:
        """What is there; `None` where nothing is.

        Raises:
            Refused: Pulsar says no.
        """
        try:
            return self.request("GET", path)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def request(self, method: str, path: str, form: Mapping[str, str | File] | None = None, *, body: Any = None) -> Any:
        """Ask, patiently while the server starts or the connection is lost.

        Args:
            method: HTTP's own.
            path: behind `/admin/v3/`, or the other version.
            form: the parts of a multipart form.
            body: what is sent as JSON instead; `None` for nothing.

        Returns:
            The answer's JSON; `None` where it has none.

        Raises:
            Refused: Pulsar says no.
            PluginError: it isn't reached.
        """
        import urllib3

        until, pause = time.monotonic() + _PATIENCE, 0.2
        while True:
            try:
                answer = self._sent(method, path, form, body)
                why = _reason(answer.status, answer.data)
                if answer.status < 300:
                    return _json(answer.data)
                # While the worker starts, and while the brokers hand its leadership on.
                if answer.status != 503 or time.monotonic() > until:
                    raise Refused(answer.status, why)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                if time.monotonic() > until:
                    raise PluginError(f"Pulsar's REST API can't be reached ({self._where()}): {error}") from None
            if self.cancelled.wait(pause):
                raise PluginError("The update was cancelled.")
            pause = min(pause * 1.5, 2.0)

    def log(self, path: str, worker: str, number: int) -> str:
        """The last words of an instance that is a process of a worker: the end of its log, where it can be had.

        Args:
            path: the function's path in the REST API.
            worker: the worker's id, which holds its host name.
            number: the instance's.
        """
        chosen, (*_, tenant, namespace, name) = self.settings, path.split("/")
        pod = re.search(rf"{re.escape(chosen.place.cluster)}-{re.escape(chosen.role)}-\d+", worker)
        if chosen.admin_url or not pod:
            return ""
        file = f"/pulsar/logs/functions/{tenant}/{namespace}/{name}/{name}-{number}.log"
        return last_words(chosen.place.run(pod[0], ["tail", "-c", "8000", file]))

    def close(self) -> None:
        """Let go of the way there."""
        self.cancelled.set()
        self._forward.close()

    def _sent(self, method: str, path: str, form: Mapping[str, str | File] | None, body: Any) -> Any:
        """What is answered by whoever it is for: a broker that doesn't have a topic names the one that has."""
        target, pod = f"/admin/{self._version}/{path}", None
        answer = self._once(method, target, form, body, pod)
        for _ in range(_HOPS):
            if answer.status not in (302, 307, 308):
                break
            there = urlsplit(answer.headers.get("location") or "")
            # The name is one inside Kubernetes, and begins with the pod's.
            pod = (there.hostname or "").partition(".")[0] or None
            target = there.path + (f"?{there.query}" if there.query else "")
            answer = self._once(method, target, form, body, pod)
        return answer

    def _once(self, method: str, target: str, form: Mapping[str, str | File] | None, body: Any, pod: str | None) -> Any:
        base, pool = self._connected(pod)
        headers = {"Authorization": f"Bearer {self.settings.token}"} if self.settings.token else {}
        fields = None
        if form is not None:
            # Jersey takes a part of JSON only with its content type.
            fields = [
                (
                    name,
                    (part.name, part.content, "application/octet-stream")
                    if isinstance(part, File)
                    else (
                        None,
                        part,
                        "application/json" if name.endswith("Config") or name == "metadata" else "text/plain",
                    ),
                )
                for name, part in form.items()
            ]
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        return pool.request(
            method,
            base + target,
            fields=fields,
            body=content,
            headers=headers,
            timeout=_TIMEOUT,
            retries=False,
            redirect=False,
        )

    def _connected(self, pod: str | None) -> tuple[str, Any]:
        """The way to a pod; without one, to any that is ready."""
        import urllib3

        with self._lock:
            self._pool = self._pool or urllib3.PoolManager(maxsize=_CONNECTIONS)
            if self.settings.admin_url:
                # Whatever is behind it sends on by itself: the proxy does, and a single broker has nowhere to.
                return self.settings.admin_url.rstrip("/"), self._pool
            if pod not in self._bases:
                forward = self.settings.place.forward(self.settings.role, self._port, pod)
                self._bases[pod] = f"http://127.0.0.1:{self._forward.enter_context(forward)}"
            return self._bases[pod], self._pool

    @property
    def _port(self) -> int:
        try:
            place = self.settings.place
            place.ready_pod(place.core_api(), self.settings.role)
        except Unreached as error:
            raise PluginError(f"Pulsar can't be reached through Kubernetes: {error}") from None
        return self.settings.port

    def _where(self) -> str:
        chosen = self.settings
        return chosen.admin_url or f"a {chosen.role} of namespace {chosen.place.namespace}, through Kubernetes"


def last_words(log: str) -> str:
    """What a log ends with: the last exception of Python or Java in it, or its last line."""
    lines = [line.rpartition("log.py: ")[2].strip() for line in log.splitlines() if line.strip()]
    told = [line for line in lines if re.match(r"([\w.]+\.)?\w*(Error|Exception)(: .*)?$", line)]
    with_words = [line for line in told if ": " in line]
    return (with_words or told or lines or [""])[-1]


def _json(body: bytes) -> Any:
    """An answer's value: some of what succeeds is answered by nothing, or by a word."""
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return None


def _reason(status: int, body: bytes) -> str:
    """What Pulsar says of it: as JSON, or in the page that its web server makes of an error."""
    try:
        return str(json.loads(body)["reason"])
    except (ValueError, KeyError, TypeError):
        text = body.decode(errors="replace")
    page = re.search(r"<title>(?:Error \d+ )?(.*?)</title>", text, re.DOTALL)
    return html.unescape(page[1]) if page else f"HTTP {status} {text[:300]}".strip()
