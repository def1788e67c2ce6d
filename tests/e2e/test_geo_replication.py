"""Two clusters that name each other exchange messages in both directions."""

import concurrent.futures
import pathlib

import pulsar

from tests.e2e.shown import unshown
from tests.e2e.variant import Variant

TOPIC = "persistent://public/default/both"


def test_what_is_produced_on_either_side_arrives_on_both(tmp_path: pathlib.Path, local_stack):
    east, west = (Variant(tmp_path / name, {"pulsar.name": name}) for name in ("east", "west"))
    east.changes["pulsar.peers"] = {"west": _peer(west, "west")}
    west.changes["pulsar.peers"] = {"east": _peer(east, "east")}
    both = (east, west)
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda side: side.up(), both))
        with east.endpoints() as there, west.endpoints() as here:
            for one, other, words in ((there, here, [b"a", b"b"]), (here, there, [b"c", b"d"])):
                _carry(one.pulsar, other.pulsar, words)
        assert unshown(east, "replication") == set(), "A dashboard asks for it, and no pod shows it."
        assert "unchanged" in east.up().output
    finally:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda side: side.destroy(), both))


def _peer(side: Variant, name: str) -> dict[str, object]:
    host = f"{name}-broker.{side.namespace}.svc.cluster.local"
    return {
        "service_url": f"pulsar://{host}:6650",
        "admin_url": f"http://{host}:8080",
        "namespaces": ["public/default"],
    }


def _carry(from_url: str, to_url: str, words: list[bytes]) -> None:
    """Produce on one side and wait for it on the other."""
    quiet = pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
    source = pulsar.Client(from_url, operation_timeout_seconds=60, logger=quiet)
    target = pulsar.Client(to_url, operation_timeout_seconds=60, logger=quiet)
    try:
        consumer = target.subscribe(TOPIC, f"from-{words[0].decode()}")
        producer = source.create_producer(TOPIC)
        for word in words:
            producer.send(word)
        assert [consumer.receive(60_000).data() for _ in words] == words
    finally:
        source.close()
        target.close()
