"""A Pulsar that is busy: with what dashboards show, in a namespace of its own that is gone afterwards."""

import base64
import contextlib
import json
import secrets
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

import pulsar
import websocket

from local.reach import Endpoints

NAMESPACE = "public/load"
PATIENCE_SECONDS = 60


class Load:
    """Messages over Pulsar's protocol and WebSocket: consumed, refused, delayed, left to wait, and read again."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._stopping = threading.Event()
        self._topic = f"persistent://{NAMESPACE}/load-{secrets.token_hex(4)}"
        self._failed: list[BaseException] = []
        self._threads = [threading.Thread(target=self._guarded, args=(each,)) for each in (self._client, self._browser)]

    def __enter__(self) -> "Load":
        self._admin("PUT", f"namespaces/{NAMESPACE}", b"{}")
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for each in self._threads:
            each.join(PATIENCE_SECONDS)
        for each in self._admin("GET", f"persistent/{NAMESPACE}"):
            self._admin("DELETE", f"{each.replace('://', '/')}?force=true")
        self._admin("DELETE", f"namespaces/{NAMESPACE}")
        assert not self._failed, self._failed

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self._failed.append(error)

    def _admin(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._endpoints.http}/admin/v2/{path}",
            body,
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read() or b"null")

    def _client(self) -> None:
        quiet = pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
        connected = pulsar.Client(self._endpoints.pulsar, operation_timeout_seconds=PATIENCE_SECONDS, logger=quiet)
        with contextlib.closing(connected):
            shared = {"consumer_type": pulsar.ConsumerType.Shared, "negative_ack_redelivery_delay_ms": 1000}
            connected.subscribe(self._topic, "nobody").close()
            consumer = connected.subscribe(self._topic, "busy", **shared)
            producer = connected.create_producer(self._topic, batching_enabled=False)
            for number in range(1_000_000):
                if self._stopping.wait(0.02):
                    return
                producer.send(secrets.token_bytes(1024))
                message = consumer.receive(PATIENCE_SECONDS * 1000)
                if number % 10:
                    consumer.acknowledge(message)
                else:
                    consumer.negative_acknowledge(message)
                if number == 50:
                    # A broker shows what it moved from the first bundle on.
                    self._admin("PUT", f"namespaces/{NAMESPACE}/unload")
                if number % 200 == 99:
                    self._read_from_bookies(connected)

    def _read_from_bookies(self, connected: pulsar.Client) -> None:
        """Read what a broker has no longer in its memory: it forgets a topic's entries when it lets go of it."""
        self._admin("PUT", f"{self._topic.replace('://', '/')}/unload")
        reader = connected.create_reader(self._topic, pulsar.MessageId.earliest)
        for _ in range(50):
            reader.read_next(PATIENCE_SECONDS * 1000)
        reader.close()

    def _browser(self) -> None:
        base, path = self._endpoints.websocket, f"persistent/{NAMESPACE}/browser"
        while not self._stopping.wait(1):
            opened = websocket.create_connection(f"{base}/producer/{path}", timeout=PATIENCE_SECONDS)
            with contextlib.closing(opened):
                opened.send(json.dumps({"payload": base64.b64encode(b"from a browser").decode()}))
                assert json.loads(opened.recv())["result"] == "ok"
