"""Answers as Pulsar Manager 0.4.0 does, as its controllers for users, logins and environments are written.

It answers 200 to nearly everything, and says in `error` what it didn't do. Its superuser can be made twice, after which
nobody of that name can log in (its issue 563); where `once` is set it refuses the second, as earlier releases did.
"""

import contextlib
import dataclasses
import http.cookies
import http.server
import json
import re
import threading
import uuid
from collections.abc import Iterator
from typing import Any

Answer = tuple[int, Any, dict[str, str]]


@dataclasses.dataclass
class PulsarManager:
    """What it knows, and how it behaves."""

    users: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    environments: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    starting: int = 0
    """How many requests it answers with 503 first, as a gateway before it does while it starts."""
    brokers_starting: int = 0
    """How often the brokers don't answer it first."""
    once: bool = False
    """Whether a second superuser is refused."""
    asked: list[str] = dataclasses.field(default_factory=list)
    """The requests, as method and path."""
    tokens: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    """By session: the token that it was given, and whose it is."""
    address: str = ""

    def answer(self, method: str, path: str, headers: Any, content: Any) -> Answer:
        """What one request gets."""
        self.asked.append(f"{method} {path}")
        if self.starting:
            self.starting -= 1
            return 503, {}, {}
        if (method, path) == ("GET", "csrf-token"):
            return 200, str(uuid.uuid4()), {}
        cookies = {name: each.value for name, each in http.cookies.SimpleCookie(headers.get("Cookie", "")).items()}
        if method != "GET" and not cookies.get("XSRF-TOKEN") == headers.get("X-XSRF-TOKEN") != "":
            return 403, {"error": "Forbidden"}, {}
        if (method, path) == ("PUT", "users/superuser"):
            return 200, self._superuser(content), {}
        if (method, path) == ("POST", "login"):
            return self._login(content)
        token, name = self.tokens.get(cookies.get("JSESSIONID", ""), ("", ""))
        if not token or headers.get("token") != token or headers.get("username") != name:
            return 401, {"message": "Please login."}, {}
        return 200, self._environments(method, path, content), {}

    def _superuser(self, user: dict[str, Any]) -> dict[str, str]:
        if self.once and self.users:
            return {"error": "Super user role is exist, this interface is no longer available"}
        if not re.fullmatch("[A-Za-z0-9_]+", user["name"]):
            return {"error": "User name illegal"}
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", user["email"]):
            return {"error": "Email address illegal"}
        if len(user["password"]) < 6:
            return {"error": "The password can not be less than 6 digits."}
        self.users.append(user)
        return {"message": "Add super user success, please login"}

    def _login(self, given: dict[str, str]) -> Answer:
        found = [user for user in self.users if user["name"] == given["username"]]
        if len(found) > 1:
            return 500, {"message": "Expected one result (or null) to be returned by selectOne(), but found: 2"}, {}
        if not found:
            return 200, {"error": "The user is not exist"}, {}
        if found[0]["password"] != given["password"]:
            return 200, {"error": "The user name or password not incorrect"}, {}
        session, token = str(uuid.uuid4()), str(uuid.uuid4())
        self.tokens[session] = (token, given["username"])
        told = {"token": token, "username": given["username"], "role": "super"}
        return 200, {"login": "success"}, {**told, "Set-Cookie": f"JSESSIONID={session}; Path=/; HttpOnly"}

    def _environments(self, method: str, path: str, given: dict[str, Any]) -> dict[str, Any]:
        if (method, path) == ("GET", "environments"):
            return {"total": len(self.environments), "data": list(self.environments.values())}
        assert path == "environments/environment", path
        if method == "PUT" and given["broker"] in [each["broker"] for each in self.environments.values()]:
            return {"error": "Broker is exist"}
        if (method == "PUT") == (given["name"] in self.environments):
            return {"error": "Environment is exist" if method == "PUT" else "Environment no exist"}
        if self.brokers_starting:
            self.brokers_starting -= 1
            return {"error": "This environment is error. Please check it"}
        self.environments[given["name"]] = given
        return {"message": "Add environment success" if method == "PUT" else "Update environment success"}


@contextlib.contextmanager
def served(manager: PulsarManager) -> Iterator[PulsarManager]:
    """Let it answer on a port of this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            content = json.loads(self.rfile.read(size)) if size else None
            path = self.path.removeprefix("/pulsar-manager/")
            status, body, headers = manager.answer(self.command, path, self.headers, content)
            sent = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_PUT = do_POST = handle_one  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        manager.address = f"http://127.0.0.1:{server.server_port}"
        yield manager
        server.shutdown()
