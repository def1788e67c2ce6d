"""Protocols that can't be had, ports that collide, archives that come from nowhere: each gets its sentence."""

import dataclasses
from typing import Any

import pytest

from components import versions
from components.mistakes import NotADeployment
from tests import stack_file
from tests.handlers import CHOICES, IMAGE, LINE, URL, protocols


@pytest.fixture
def any_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A 5.0 that takes the smallest stack's metadata store, to look at all else."""
    monkeypatch.setitem(versions.LINES, "5.0", dataclasses.replace(versions.LINES["5.0"], metadata_stores=("etcd",)))  # pyright: ignore[reportArgumentType]


def complaints(changes: dict[str, Any]) -> list[str]:
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec(changes)
    return str(refused.value).splitlines()[1:]


REFUSED = {
    "Kafka without a build of one's own": (
        protocols(kafka={"archive": IMAGE}),
        "kafka.own_build: must be true: KoP, which speaks Kafka's protocol, is archived since "
        "January 2024 at Pulsar 3.1. Bring an archive that was built against Pulsar 4.0.13 and say so here, or let "
        "Kafka's applications use Pulsar's own clients.",
    ),
    "MQTT on a line that has none": (
        {**protocols("mqtt"), "pulsar.version": "5.0.0"},
        "mqtt.own_build: must be true: MoP, which speaks MQTT, has no release for Pulsar 5.0 that "
        "this program knows. Bring an archive that was built against Pulsar 5.0.0 and say so here, or stay on a line "
        "that has one.",
    ),
    "two handlers at one port": (
        protocols("mqtt", amqp={**CHOICES["amqp"], "proxy_port": 5682}),
        "amqp.proxy_port: 5682 is the port of mqtt.proxy_port as well, and both listen in the "
        "same pods. Give each its own.",
    ),
    "a handler at Pulsar's own port": (
        protocols(kafka={**CHOICES["kafka"], "port": 8080}),
        "kafka.port: 8080 is the brokers' port for the admin REST API. Choose another.",
    ),
    "Kafka from outside without names": (
        protocols(kafka={**CHOICES["kafka"], "service": {"type": "LoadBalancer"}}),
        "kafka.service.type: LoadBalancer lets clients in from outside, and Kafka's are then sent "
        "to the brokers' own addresses, which are inside Kubernetes. Add outside, with a name for each broker, or use "
        "ClusterIP.",
    ),
    "one name for all brokers": (
        protocols(kafka={**CHOICES["kafka"], "outside": {"host": "kafka.example.com"}}),
        "kafka.outside.host: 'kafka.example.com' would be every broker's name, and a Kafka client "
        "must reach each one. Put {broker} into it, such as kafka-{broker}.example.com.",
    ),
    "a protocol that is called like a part of the cluster": (
        protocols(custom={"broker": LINE}),
        "custom.broker: is what a part of the cluster is called, and the protocol's Service would "
        "have its name. Call the protocol otherwise, in the handler as well.",
    ),
    "a known protocol as one's own": (
        protocols(custom={"mqtt": LINE}),
        "custom.mqtt: has a place of its own. Write it as protocols.mqtt, or name it otherwise.",
    ),
    "a handler without a port": (
        protocols(custom={"line": {**LINE, "listens": {}}}),
        "custom.line.listens: names no port, so no client could reach it. Add one, such as `line: 7650`.",
    ),
    "a secret among a handler's keys": (
        protocols(custom={"line": {**LINE, "config": {"linePassword": "abc"}}}),
        "custom.line.config.linePassword: looks like a secret, and a stack file's spec holds none: it would stand "
        "in the state and in every preview. Mount an existing Kubernetes Secret and give its path here (file:///…).",
    ),
    "an archive without a checksum": (
        protocols(mqtt={"archive": {"url": URL["url"], "sha256": "abc"}}),
        "mqtt.archive.sha256: 'abc' is not a SHA-256 checksum: 64 digits and letters a to f. "
        "`sha256sum FILE` prints it.",
    ),
    "an address that is none": (
        protocols(mqtt={"archive": {**URL, "url": "files.example.com/a.nar"}}),
        "mqtt.archive.url: 'files.example.com/a.nar' is not an address. Write https://, the host "
        "and the path of the archive.",
    ),
    "an archive from nowhere": (
        protocols(mqtt={"archive": {}}),
        "mqtt.archive: doesn't say source, which tells what the rest means. Add `source: image` "
        "or `source: url` or `source: pulsar-image`.",
    ),
}


@pytest.mark.usefixtures("any_store")
@pytest.mark.parametrize(("changes", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_work_is_refused_with_the_way_out(changes: dict[str, Any], sentence: str):
    assert complaints(changes) == [f"  spec.pulsar.protocols.{sentence}"]


def test_two_handlers_that_need_a_key_differently_are_named():
    other = {**LINE, "listens": {"other": 7651}, "config": {"lineListeners": "line://{host}:7651"}}

    (found,) = complaints(protocols(custom={"line": LINE, "other": other}))

    assert "protocols.custom.other sets lineListeners to" in found or "protocols.other sets lineListeners to" in found
