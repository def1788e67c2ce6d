"""Makes Pulsar Manager's superuser, and registers a Pulsar there: a program for any Python 3, without anything else.

It changes nothing where both are there. It asks again where Pulsar Manager, or the Pulsar behind it, doesn't answer
yet, up to `LIMIT` seconds (300 unless said); it ends with 1 and a sentence where asking again would help nobody.

`MANAGER` is Pulsar Manager's address. `USERNAME` and `PASSWORD` are the superuser's, and are never printed.
`ENVIRONMENT`, `BROKER` and `BOOKIE` are what the Pulsar is called there, and its addresses.

Source: Pulsar Manager 0.4.0, README and the controllers of users, logins and environments. It answers 200 to nearly
everything, and says in `error` what it didn't do.
"""

import http.client
import http.cookies
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any

EMAIL = "superuser@example.org"
"""It takes no user without one, and sends nothing there."""
LATER = (401, 403, 408, 429)
"""Statuses that a new session may not meet: those of one that is over, and of a server that has too much to do."""


class NotYet(Exception):
    """It may go well in a moment."""


class Refused(Exception):
    """It never will, until somebody changes something."""


class Session:
    """What a browser would be, from its first page on."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}
        self.headers = {"Content-Type": "application/json"}
        # No proxy of the environment stands between two pods.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        token = self.ask("GET", "csrf-token")[0].strip()
        # It compares the header with the cookie, and keeps neither.
        self.cookies["XSRF-TOKEN"] = self.headers["X-XSRF-TOKEN"] = token

    def ask(self, method: str, path: str, content: object = None) -> tuple[str, Message]:
        """A page and its headers."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        request = urllib.request.Request(
            f"{self.address}/pulsar-manager/{path}",
            method=method,
            headers={**self.headers, **({"Cookie": cookies} if cookies else {})},
            data=None if content is None else json.dumps(content).encode(),
        )
        try:
            with self.opener.open(request, timeout=10) as response:
                for cookie in response.headers.get_all("Set-Cookie", []):
                    for name, morsel in http.cookies.SimpleCookie(cookie).items():
                        self.cookies[name] = morsel.value
                return response.read().decode(), response.headers
        except urllib.error.HTTPError as error:
            told = f"{method} {path}: Pulsar Manager answers {error.code}"
            raise (NotYet if error.code in LATER or error.code >= 500 else Refused)(told) from None
        except (OSError, http.client.HTTPException) as error:
            raise NotYet(f"{method} {path}: {getattr(error, 'reason', error)}") from None

    def told(self, method: str, path: str, content: object = None) -> tuple[dict[str, Any], Message]:
        """An answer, and its headers."""
        text, headers = self.ask(method, path, content)
        try:
            answer = json.loads(text)
        except ValueError:
            raise NotYet(f"{method} {path}: the answer is no JSON") from None
        if not isinstance(answer, dict):
            raise NotYet(f"{method} {path}: the answer is no object")
        return answer, headers


def log_in(session: Session, username: str, password: str) -> bool:
    """Whether there is such a user; from then on the session is that user's."""
    answer, headers = session.told("POST", "login", {"username": username, "password": password})
    if answer.get("login") == "success" and headers.get("token"):
        session.headers.update({"token": headers["token"], "username": username})
        return True
    error = str(answer.get("error", answer))
    if "not exist" in error:
        return False
    if "password" in error:
        raise Refused(
            "a user of this name is there and has another password. Put that password into the Secret, or "
            "delete the user in Pulsar Manager."
        )
    raise Refused(f"Pulsar Manager lets nobody in: {error}")


def make_superuser(session: Session, username: str, password: str) -> None:
    """One user. Never ask for one that is there: a second of the same name would lock both out."""
    if log_in(session, username, password):
        print("The superuser is there.")
        return
    user = {"name": username, "password": password, "description": "Made by the deployment.", "email": EMAIL}
    answer, _ = session.told("PUT", "users/superuser", user)
    if "error" in answer:
        raise Refused(
            f"Pulsar Manager makes no such superuser: {answer['error']}. A name has letters, digits and "
            "underscores alone; a password has at least six characters."
        )
    if not log_in(session, username, password):
        raise NotYet("the superuser was made and can't log in yet")
    print("Made the superuser.")


def register(session: Session, wanted: Mapping[str, str]) -> None:
    """The Pulsar as one of its environments."""
    there, _ = session.told("GET", "environments")
    known = {each["name"]: each.get("broker") for each in there.get("data", [])}
    if known.get(wanted["name"]) == wanted["broker"]:
        print(f"The environment {wanted['name']} is there.")
        return
    if other := next((name for name, broker in known.items() if broker == wanted["broker"]), None):
        print(f"The environment {other} has this address already; it is left as it is.")
        return
    method = "POST" if wanted["name"] in known else "PUT"
    answer, _ = session.told(method, "environments/environment", wanted)
    if "error" in answer:
        # It asks the brokers before it writes anything down, and they may still be starting.
        raise NotYet(f"the environment {wanted['name']} at {wanted['broker']}: {answer['error']}")
    print(f"{'Changed' if method == 'POST' else 'Registered'} the environment {wanted['name']}.")


def main(given: Mapping[str, str]) -> int:
    """Try until it is done, or until the limit. The exit status."""
    until = time.monotonic() + float(given.get("LIMIT", "300"))
    wanted = {"name": given["ENVIRONMENT"], "broker": given["BROKER"], "bookie": given["BOOKIE"]}
    last = ""
    while True:
        try:
            session = Session(given["MANAGER"])
            make_superuser(session, given["USERNAME"], given["PASSWORD"])
            register(session, wanted)
            return 0
        except Refused as error:
            print(f"Given up: {error}")
            return 1
        except NotYet as error:
            if str(error) != last:
                print(f"Not yet: {error}")
            last = str(error)
        if time.monotonic() > until:
            print("Given up: it took too long.")
            return 1
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(os.environ))
