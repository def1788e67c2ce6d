"""Produce and consume as a client would: Pulsar's protocol and WebSocket, persistent and non-persistent."""

import base64
import json
import time
import urllib.error
import urllib.request
import uuid

from . import smoke_offload
from .problem import Problem
from .progress import Progress
from .reach import Endpoints

MESSAGES = 20
"""Messages sent over each topic."""
PATIENCE_SECONDS = 30
"""How long each step may take before it counts as failed."""


def smoke(endpoints: Endpoints, progress: Progress, *, tiered_storage: bool) -> None:
    """Send messages and get each of them back, then remove what was made.

    Args:
        endpoints: where Pulsar is reached.
        progress: where the steps are told.
        tiered_storage: whether messages must also come back from the tiered storage.

    Raises:
        Problem: what didn't work, and where to look.
    """
    _answers(endpoints)
    for persistence in ("persistent", "non-persistent"):
        topic = f"{persistence}://public/default/smoke-{uuid.uuid4().hex[:12]}"
        with progress.step(f"smoke: {MESSAGES} messages through the proxy over a {persistence} topic"):
            _over_pulsar(endpoints, topic)
        _delete(endpoints, topic)
    topic = f"persistent://public/default/smoke-{uuid.uuid4().hex[:12]}"
    with progress.step(f"smoke: {MESSAGES} messages over WebSocket"):
        _over_websocket(endpoints, topic)
    _delete(endpoints, topic)
    if tiered_storage:
        topic = f"persistent://public/default/smoke-{uuid.uuid4().hex[:12]}"
        with progress.step(f"smoke: {MESSAGES} messages to the tiered storage and back"):
            smoke_offload.there_and_back(endpoints, topic, _payloads())
        _delete(endpoints, topic)


def _answers(endpoints: Endpoints) -> None:
    """See that the proxy is there at all, before a client waits for it."""
    try:
        with urllib.request.urlopen(f"{endpoints.http}/status.html", timeout=PATIENCE_SECONDS):
            return
    except urllib.error.HTTPError:
        return
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise Problem(f"Nothing answers at {endpoints.http}: {reason}. `make up` brings the stack up.") from None


def _payloads() -> list[bytes]:
    run = uuid.uuid4().hex
    return [f"{run}-{number}".encode() for number in range(MESSAGES)]


def _over_pulsar(endpoints: Endpoints, topic: str) -> None:
    import pulsar

    client = pulsar.Client(
        endpoints.pulsar,
        operation_timeout_seconds=PATIENCE_SECONDS,
        logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error),
    )
    try:
        # A non-persistent topic keeps nothing: the consumer must be there first.
        consumer = client.subscribe(topic, "smoke", initial_position=pulsar.InitialPosition.Earliest)
        producer = client.create_producer(topic, send_timeout_millis=PATIENCE_SECONDS * 1000)
        sent = _payloads()
        for payload in sent:
            producer.send(payload)
        received = []
        for _ in sent:
            message = consumer.receive(timeout_millis=PATIENCE_SECONDS * 1000)
            received.append(message.data())
            consumer.acknowledge(message)
    except pulsar.PulsarException as error:
        raise Problem(f"No message went through {endpoints.pulsar} over {topic}: {error}.") from None
    finally:
        client.close()
    if received != sent:
        raise Problem(f"{topic} gave back other messages than were sent: {received[:3]} … instead of {sent[:3]} …")


def _over_websocket(endpoints: Endpoints, topic: str) -> None:
    import websocket

    path = topic.replace("://", "/")
    base = endpoints.websocket
    try:
        consumer = websocket.create_connection(
            f"{base}/consumer/{path}/smoke?subscriptionInitialPosition=Earliest", timeout=PATIENCE_SECONDS
        )
        producer = websocket.create_connection(f"{base}/producer/{path}", timeout=PATIENCE_SECONDS)
        sent = _payloads()
        for payload in sent:
            producer.send(json.dumps({"payload": base64.b64encode(payload).decode()}))
            answer = json.loads(producer.recv())
            if answer.get("result") != "ok":
                raise Problem(f"{base} refused a message for {topic}: {answer.get('errorMsg') or answer}.")
        received = []
        for _ in sent:
            message = json.loads(consumer.recv())
            received.append(base64.b64decode(message["payload"]))
            consumer.send(json.dumps({"messageId": message["messageId"]}))
        producer.close()
        consumer.close()
    except (websocket.WebSocketException, OSError) as error:
        raise Problem(f"No message went over WebSocket at {base} and {topic}: {error}.") from None
    if received != sent:
        raise Problem(f"WebSocket gave back other messages than were sent: {received[:3]} … instead of {sent[:3]} …")


def _delete(endpoints: Endpoints, topic: str) -> None:
    """Remove the topic. A broker may still be closing the clients, so a refusal is asked again for a while."""
    path = topic.replace("://", "/")
    request = urllib.request.Request(f"{endpoints.http}/admin/v2/{path}?force=true", method="DELETE")
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):
                return
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return
            if time.monotonic() > until:
                raise Problem(f"The topic {topic} could not be deleted: HTTP {error.code} {error.reason}.") from None
            time.sleep(0.2)
        except OSError as error:
            raise Problem(f"The admin REST API at {endpoints.http} does not answer: {error}.") from None
