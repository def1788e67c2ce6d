"""A real browser, Debian's Chromium, driven by its own protocol."""

import base64
import contextlib
import json
import os
import pathlib
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import websocket

from local.cluster import debian
from local.progress import Progress

PROGRAM = {"chromium": "chromium"}
"""What it is installed as when it is missing."""
COMPLAINTS = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")


class Browser:
    """One page of a browser without a window."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=30, suppress_origin=True)
        self._number = 0
        self.complaints: list[str] = []
        self.bytes = 0
        """What the network brought, in bytes on the wire."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == self._number:
                assert "error" not in said, f"{method}: {said['error']}"
                return said["result"]
            self._notice(said)

    def _notice(self, said: dict[str, Any]) -> None:
        kind, given = said.get("method"), said.get("params", {})
        if kind == "Network.loadingFinished":
            self.bytes += int(given["encodedDataLength"])
        level = given.get("type") or given.get("entry", {}).get("level")
        if kind == "Runtime.exceptionThrown" or (kind in COMPLAINTS and level in ("error", "warning", "assert")):
            self.complaints.append(json.dumps(given)[:600])

    def open(self, address: str) -> None:
        """Load a page."""
        self.do("Page.navigate", url=address)
        self.until("document.readyState === 'complete'", 20)

    def ask(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page; a promise's once it is there."""
        said = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def until(self, expression: str, seconds: float) -> Any:
        """Ask until the answer is a true one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.ask(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"{expression} was not true within {seconds} s; the page said {self.complaints}")

    def look(self, width: int, height: int, scheme: str = "light", sharpness: float = 1) -> None:
        """Be a window of this size, for someone who likes it light or dark."""
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=sharpness,
            mobile=width < 600,
        )
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self) -> bytes:
        """What it shows, as PNG."""
        return base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"])


@contextlib.contextmanager
def browser(folder: pathlib.Path) -> Iterator[Browser]:
    """A browser with a profile of its own in this folder."""
    debian.ensure(PROGRAM, Progress())
    words = ["chromium", "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--disable-gpu"]
    words += ["--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-dev-shm-usage"]
    # Its own sandbox can't be had as root, and it opens the stack's own page alone.
    words += ["--no-sandbox"] if os.geteuid() == 0 else []
    process = subprocess.Popen([*words, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _port(folder / "DevToolsActivePort", process)
        yield Browser(_page(port))
    finally:
        process.terminate()
        process.wait(20)


def _port(file: pathlib.Path, process: subprocess.Popen[bytes]) -> int:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, f"chromium ended with {process.returncode}"
        if file.exists() and len(lines := file.read_text().splitlines()) == 2:
            return int(lines[0])
        time.sleep(0.1)
    raise AssertionError("chromium didn't open its port within 60 s")


def _page(port: int) -> str:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=20) as answer:
        return next(each["webSocketDebuggerUrl"] for each in json.load(answer) if each["type"] == "page")
