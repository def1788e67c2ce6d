"""How many frames a browser draws of the demo page while messages come through a real Pulsar, at several rates.

The page, its script and what serves it are the demo's own, with another namespace in place of `public/demo`, so that a
demo which runs isn't disturbed. Debian's Chromium has no graphics card here: its frames are painted by the processor,
beside Pulsar's. So what counts is a rate's frames over those of the same page to which nothing comes.
"""

import asyncio
import contextlib
import dataclasses
import importlib.util
import itertools
import json
import math
import pathlib
import re
import statistics
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

import pulsar

from local import reach
from local.paths import PROJECT
from tests.e2e.browser import Browser, browser

DEMO = PROJECT / "examples" / "demo"
TICK = 0.01
"""Seconds between two handfuls of messages."""
WATCH = """
(() => {
  const frames = [], long = [];
  const watcher = new PerformanceObserver((found) => long.push(...found.getEntries().map(({ duration }) => duration)));
  watcher.observe({ entryTypes: ["longtask"] });
  window.watched = null;
  const frame = (at) => {
    frames.push(at);
    if (at - frames[0] < MILLISECONDS) return requestAnimationFrame(frame);
    watcher.disconnect();
    window.watched = { frames, long };
  };
  requestAnimationFrame(frame);
})()
"""


@dataclasses.dataclass(frozen=True)
class Drawn:
    """What was seen of one page for some seconds."""

    asked: int
    """Messages a second that were sent."""
    came: float
    """Messages a second that the page counted."""
    steps: tuple[float, ...]
    """Milliseconds from each frame to the next."""
    long: tuple[float, ...]
    """Milliseconds of each task that took more than 50."""
    busy: float
    """Seconds of processor time that the page's own thread took in a second, however busy the machine was."""

    @property
    def rate(self) -> float:
        """Frames a second."""
        return 1000 * len(self.steps) / sum(self.steps)

    @property
    def late(self) -> float:
        """The part of the frames that a screen of 60 frames a second would have shown once more instead."""
        return sum(step > 25 for step in self.steps) / len(self.steps)

    def __str__(self) -> str:
        slowest = sorted(self.steps)[math.ceil(0.99 * len(self.steps)) - 1]
        return (
            f"{self.came:5.0f} messages/s: {self.rate:4.1f} frames/s, {100 * self.late:4.1f} % late, 99 of 100 within "
            f"{slowest:.0f} ms, the longest {max(self.steps):.0f} ms, {len(self.long)} tasks over 50 ms, "
            f"{100 * self.busy:.0f} % of a processor in the page ({1000 * self.busy / self.rate:.1f} ms a frame)"
        )


def _demo_server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("frames_server", DEMO / "server.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@contextlib.contextmanager
def _page(space: str, endpoints: reach.Endpoints) -> Iterator[str]:
    """The demo's page for another namespace, at an address of this machine."""
    module = _demo_server()
    module.READABLE = re.compile(rf"/ws/v2/reader/persistent/{space}/[a-z]+(\?messageId=latest)?")  # pyright: ignore[reportAttributeAccessIssue]
    server = module.Server(DEMO, endpoints.http.replace("http", "ws", 1) + "/ws/v2")
    script, kind = server._files["/demo.js"]
    assert script.count(b"/public/demo/") == 1
    server._files["/demo.js"] = (script.replace(b"/public/demo/", f"/{space}/".encode()), kind)
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(server.handle, "127.0.0.1", 0, limit=module.LONGEST))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        listening.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Source:
    """Sends what the functions would have sent, as many a second as it is told."""

    def __init__(self, space: str, endpoints: reach.Endpoints) -> None:
        self._client = pulsar.Client(endpoints.pulsar, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
        self._producers = [
            self._client.create_producer(f"persistent://{space}/{name}", batching_max_publish_delay_ms=5)
            for name in ("sentiment", "weather")
        ]
        self.rate = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        due, number, last = 0.0, 0, time.monotonic()
        while not self._over.wait(TICK):
            now = time.monotonic()
            # What a busy machine had no time for is sent late, up to half a second of it.
            due, last = min(due + self.rate * (now - last), self.rate * 0.5), now
            while due >= 1:
                due -= 1
                number += 1
                # Three of ten are weather, as in the demo.
                weather = number % 10 < 3
                self._producers[weather].send_async(_weather(number) if weather else _sentiment(number), _done)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        for each in self._producers:
            each.flush()
        self._client.close()


def _done(result: object, message: object) -> None:
    del result, message


def _sentiment(number: int) -> bytes:
    score = 2 * math.sin(number / 211)
    return json.dumps({"text": f"text {number}", "mood": "good" if score > 0 else "bad", "score": score}).encode()


def _weather(number: int) -> bytes:
    city = ("Nairobi", "Reykjavik", "Singapore", "Winnipeg")[number // 10 % 4]
    value = 10 + len(city) + 5 * math.sin(number / 307)
    said = {"city": city, "celsius": value, "feelsLike": value - 2, "advice": "A coat."}
    return json.dumps(said).encode()


@contextlib.contextmanager
def measuring(endpoints: reach.Endpoints) -> Iterator[Callable[[int, float], Drawn]]:
    """Something that opens the page anew, sends so many messages a second, and watches for so many seconds."""
    space = f"public/frames-{uuid.uuid4().hex[:8]}"
    _admin(endpoints, "PUT", f"namespaces/{space}", b"{}")
    with contextlib.ExitStack() as stack:
        stack.callback(_admin, endpoints, "DELETE", f"namespaces/{space}")
        for name in ("sentiment", "weather"):
            stack.callback(_admin, endpoints, "DELETE", f"persistent/{space}/{name}?force=true")
        source = _Source(space, endpoints)
        stack.callback(source.close)
        address = stack.enter_context(_page(space, endpoints))
        page = stack.enter_context(
            browser(pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))))
        )
        page.look(1080, 900)
        page.do("Performance.enable", timeDomain="threadTicks")

        def measure(rate: int, seconds: float) -> Drawn:
            source.rate = 0
            page.open(address)
            page.until("document.getElementById('state').textContent !== 'connecting'", 30)
            source.rate = rate
            time.sleep(3)
            try:
                return _watched(page, rate, seconds)
            finally:
                source.rate = 0

        yield measure


def _watched(page: Browser, rate: int, seconds: float) -> Drawn:
    before, spent, began = _messages(page), _spent(page), time.monotonic()
    page.ask(WATCH.replace("MILLISECONDS", str(1000 * seconds)))
    time.sleep(seconds)
    seen = page.until("window.watched", 60)
    took = time.monotonic() - began
    busy, came = (_spent(page) - spent) / took, (_messages(page) - before) / took
    steps = tuple(after - before for before, after in itertools.pairwise(seen["frames"]))
    return Drawn(rate, came, steps, tuple(seen["long"]), busy)


def _spent(page: Browser) -> float:
    metrics = page.do("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def _messages(page: Browser) -> int:
    return int(page.ask("document.body.dataset.messages") or 0)


def _admin(endpoints: reach.Endpoints, method: str, path: str, content: bytes | None = None) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{endpoints.http}/admin/v2/{path}", content, headers, method=method)
    urllib.request.urlopen(request, timeout=30).close()


def share(busy: Sequence[Drawn], idle: Sequence[Drawn]) -> float:
    """Frames that were drawn while messages came, for each that was drawn while none did: the median of the rounds."""
    return statistics.median(ours.rate / base.rate for ours, base in zip(busy, idle, strict=True))
