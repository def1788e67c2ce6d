"""`make status` before a real Pulsar."""

import json
import time
import uuid

import pulsar as client

from local import stacks
from local import status as looking
from local.status_text import troubles
from local.status_values import Copies
from tests.e2e.traffic import wait_for


def look(local_stack, endpoints):
    return looking.Look(local_stack, stacks.kubeconfig(local_stack, None), endpoints.http).found()


def test_brokers_bookies_and_a_topic_with_its_backlog_are_there(local_stack, endpoints):
    topic = f"public/default/seen-{uuid.uuid4().hex[:8]}"
    pulsar = client.Client(endpoints.pulsar, logger=client.ConsoleLogger(client.LoggerLevel.Error))
    consumer = pulsar.subscribe(f"persistent://{topic}", "slow", initial_position=client.InitialPosition.Earliest)
    producer = pulsar.create_producer(f"persistent://{topic}")
    for number in range(25):
        producer.send(str(number).encode())

    def found():
        # A broker works out its topics' numbers once a minute.
        status = look(local_stack, endpoints)
        return status if any(each.name == topic and each.backlog == 25 for each in status.topics) else None

    status = wait_for(found, 90)
    consumer.unsubscribe()
    pulsar.close()
    assert [each.ready for each in status.brokers] == [True]
    assert 0 < (status.brokers[0].heap or 0) < 100
    assert [each.read_only for each in status.bookies] == [False]
    assert 0 < (status.bookies[0].free or 0) < (status.bookies[0].total or 0)
    assert "default" in status.tenants["public"]
    assert {pod.role for pod in status.pods} >= set(status.wanted) >= {"broker", "bookie", "etcd", "proxy"}
    assert status.copies == Copies(missing=False, made_anew=True, gone=0)
    assert list(troubles(status)) == [each for each in troubles(status) if "disk" in each]


def test_a_look_takes_less_than_a_second(local_stack, endpoints):
    look(local_stack, endpoints)
    began = time.monotonic()
    look(local_stack, endpoints)

    assert time.monotonic() - began < 1


def test_it_is_printed_once_where_nobody_watches_and_as_json(make, local_stack):
    shown, data = make("status", "ARGS=--watch"), make("status", "ARGS=--json")

    assert shown.code == 0
    assert "pulsar-broker-0" in shown.text
    assert "\x1b" not in shown.text
    assert json.loads(data.text)["version"] == local_stack.spec.pulsar.version
