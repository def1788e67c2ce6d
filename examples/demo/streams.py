"""The demo's streams in Pulsar: the events on two topics, and the functions' output on two others."""

import json
import logging
import random
import threading
import time
import urllib.error
import urllib.request

import pulsar
from events import Stations, Texts
from functions import NAMESPACE, TENANT, Sentiment, Weather

log = logging.getLogger("streams")

SPACE = f"{TENANT}/{NAMESPACE}"
KEPT_MINUTES, KEPT_MEBIBYTES = 10, 64
"""How much of the demo's messages Pulsar keeps."""
POLICIES = {
    "retention_policies": {"retentionTimeInMinutes": KEPT_MINUTES, "retentionSizeInMB": KEPT_MEBIBYTES},
    "message_ttl_in_seconds": KEPT_MINUTES * 60,
    "subscription_expiration_time_minutes": KEPT_MINUTES,
}
READINGS = 0.3
"""The part of the messages that are weather readings."""
PATIENCE = 2.0
"""Seconds until an event that no broker takes is dropped: a live chart shows what is, and the gap where nothing was."""


def topic(name: str) -> str:
    """The full name of one of the demo's topics."""
    return f"persistent://{SPACE}/{name}"


def make_namespace(admin_url: str) -> None:
    """Make the demo's namespace, with its limits, as soon as Pulsar answers."""
    address = f"{admin_url}/admin/v2/namespaces/{SPACE}"
    while True:
        request = urllib.request.Request(
            address, json.dumps(POLICIES).encode(), {"Content-Type": "application/json"}, method="PUT"
        )
        try:
            with urllib.request.urlopen(request, timeout=10):
                log.info("made the namespace %s", SPACE)
                return
        except urllib.error.HTTPError as error:
            if error.code == 409:
                return
            log.info("the namespace %s: %s %s", SPACE, error.code, error.read()[:200])
        except OSError as error:
            log.info("Pulsar doesn't answer yet: %s", error)
        time.sleep(0.5)


class Streams:
    """A producer of events, and a thread for each function."""

    def __init__(self, service_url: str, rate: float) -> None:
        self._rate = rate
        self._client = pulsar.Client(
            service_url, operation_timeout_seconds=10, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
        )
        self.dropped = 0

    def start(self) -> None:
        """Begin, and go on until the process ends."""
        threading.Thread(target=self._forever, args=(self._events,), daemon=True).start()
        for name, source, function in (("sentiment", "texts", Sentiment()), ("weather", "readings", Weather())):
            threading.Thread(target=self._forever, args=(self._apply, name, source, function), daemon=True).start()

    def _forever(self, step, *given) -> None:
        while True:
            try:
                step(*given)
            except Exception:
                # Whatever it was, a demo that goes on by itself is of more use than one that stopped.
                log.exception("%s: once more in two seconds", step.__name__)
                time.sleep(2)

    def _producer(self, name: str):
        return self._client.create_producer(
            name,
            send_timeout_millis=int(PATIENCE * 1000),
            block_if_queue_full=False,
            batching_enabled=True,
            batching_max_publish_delay_ms=5,
        )

    def _sent(self, result, message_id) -> None:
        if result != pulsar.Result.Ok:
            self.dropped += 1

    def _send(self, producer, payload: str, key: str | None = None) -> None:
        producer.send_async(payload.encode(), self._sent, partition_key=key)

    def _events(self) -> None:
        chance = random.Random()  # noqa: S311 - a demo's weather
        texts, stations = Texts(chance), Stations(chance)
        on_texts, on_readings = self._producer(topic("texts")), self._producer(topic("readings"))
        due, share = time.monotonic(), 0.0
        while True:
            now = time.time()
            share += READINGS
            if share >= 1:
                share -= 1
                self._send(on_readings, json.dumps(stations.next(now), ensure_ascii=False))
            else:
                self._send(on_texts, texts.next(now))
            # After a pause it goes on from now: a burst of late events would be none that happened.
            due = max(due + 1 / self._rate, time.monotonic() - 0.2)
            time.sleep(max(0.0, due - time.monotonic()))

    def _apply(self, name: str, source: str, function: Sentiment | Weather) -> None:
        consumer = self._client.subscribe(topic(source), name, consumer_type=pulsar.ConsumerType.Shared)
        producers = {None: self._producer(topic(name))}
        try:
            while True:
                message = consumer.receive()
                for target, key, payload in function.apply(message.data().decode()):
                    if target not in producers:
                        producers[target] = self._producer(target)
                    self._send(producers[target], payload, key)
                consumer.acknowledge(message)
        finally:
            consumer.close()
            for each in producers.values():
                each.close()
