"""Move messages to the tiered storage by command, see that they are there, and read them back."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

from .problem import Problem
from .reach import Endpoints

PATIENCE_SECONDS = 90
"""How long a move may take before it counts as failed: a broker's first one loads the offloader."""


def there_and_back(endpoints: Endpoints, topic: str, sent: list[bytes]) -> None:
    """Send the messages over the topic, move their ledger, and read them from the tiered storage.

    Raises:
        Problem: what didn't work, and where to look.
    """
    import pulsar

    client = pulsar.Client(
        endpoints.pulsar,
        operation_timeout_seconds=PATIENCE_SECONDS,
        logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error),
    )
    try:
        # Without a subscription that needs them, the ledgers would go with the first one that is closed.
        client.subscribe(topic, "smoke", initial_position=pulsar.InitialPosition.Earliest).close()
        producer = client.create_producer(topic, send_timeout_millis=PATIENCE_SECONDS * 1000, batching_enabled=False)
        first, *_ = [producer.send(payload) for payload in sent]
        # Only a closed ledger moves, and the next message opens another.
        admin(endpoints, "PUT", topic, "unload")
        last = producer.send(b"the last one")
        move(endpoints, topic, last.ledger_id(), last.entry_id())
        if first.ledger_id() not in moved(endpoints, topic):
            raise Problem(
                f"The offload of {topic} ended well, and ledger {first.ledger_id()} is not offloaded all the same."
            )
        received = read_all(client, topic, len(sent))
    except pulsar.PulsarException as error:
        raise Problem(f"No message came through the tiered storage over {topic}: {error}. {_WHERE}") from None
    finally:
        client.close()
    if received != sent:
        raise Problem(f"The tiered storage gave back other messages than were sent over {topic}. {_WHERE}")


_WHERE = "The broker's log says what its offloader did."


def move(endpoints: Endpoints, topic: str, ledger: int, entry: int) -> None:
    """Offload every ledger of the topic before this message, and wait for it.

    Raises:
        Problem: it failed, or took too long.
    """
    admin(endpoints, "PUT", topic, "offload", {"ledgerId": ledger, "entryId": entry, "partitionIndex": -1})
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        told = admin(endpoints, "GET", topic, "offload")
        if told["status"] == "SUCCESS":
            return
        if told["status"] == "ERROR":
            raise Problem(f"The offload of {topic} failed: {told.get('lastError') or 'no reason given'}. {_WHERE}")
        if time.monotonic() > until:
            raise Problem(f"The offload of {topic} did not end in {PATIENCE_SECONDS} seconds. {_WHERE}")
        time.sleep(0.2)


def moved(endpoints: Endpoints, topic: str) -> frozenset[int]:
    """The ledgers of the topic that are in the tiered storage."""
    ledgers = admin(endpoints, "GET", topic, "internalStats")["ledgers"]
    return frozenset(each["ledgerId"] for each in ledgers if each["offloaded"])


def read_all(client: Any, topic: str, count: int) -> list[bytes]:
    """The topic's first messages, by a reader of its own."""
    import pulsar

    reader = client.create_reader(topic, pulsar.MessageId.earliest)
    try:
        return [reader.read_next(timeout_millis=PATIENCE_SECONDS * 1000).data() for _ in range(count)]
    finally:
        reader.close()


def admin(endpoints: Endpoints, method: str, topic: str, what: str, body: Any = None) -> Any:
    """Ask the admin REST API about a topic. A broker may just be taking it over, so a refusal is asked again."""
    path = topic.replace("://", "/")
    request = urllib.request.Request(
        f"{endpoints.http}/admin/v2/{path}/{what}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            if time.monotonic() > until or error.code not in (404, 409, 412, 500, 503):
                said = error.read().decode(errors="replace")[:300]
                raise Problem(f"{method} {what} of {topic}: HTTP {error.code} {said}") from None
            time.sleep(0.2)
        except OSError as error:
            raise Problem(f"The admin REST API at {endpoints.http} does not answer: {error}.") from None
