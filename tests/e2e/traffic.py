"""Messages without pause, to find out whether one that was acknowledged is ever lost."""

import threading
import time
import uuid

import pulsar


class Traffic:
    """A producer that sends without pause and remembers what was acknowledged."""

    def __init__(self, endpoints):
        self.topic = f"persistent://public/default/traffic-{uuid.uuid4().hex[:8]}"
        self.client = pulsar.Client(endpoints.pulsar, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
        self.consumer = self.client.subscribe(self.topic, "check", initial_position=pulsar.InitialPosition.Earliest)
        self.producer = self.client.create_producer(self.topic, send_timeout_millis=0)
        self.acknowledged: list[bytes] = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.send, daemon=True)
        self.thread.start()

    def send(self):
        number = 0
        while not self.stopping.wait(0.01):
            payload = str(number).encode()
            self.producer.send(payload)
            self.acknowledged.append(payload)
            number += 1

    def lost(self):
        """Stop, and return what was acknowledged and doesn't come back."""
        self.stopping.set()
        self.thread.join(120)
        assert not self.thread.is_alive(), "the producer never recovered"
        missing = set(self.acknowledged)
        until = time.monotonic() + 60
        while missing and time.monotonic() < until:
            try:
                message = self.consumer.receive(timeout_millis=5000)
            except pulsar.Timeout:
                continue
            missing.discard(message.data())
            self.consumer.acknowledge(message)
        self.client.close()
        return missing


def is_ready_again(core, namespace, name, old_uid):
    """Whether another pod of this name than the old one is ready."""
    try:
        pod = core.read_namespaced_pod(name, namespace)
    except Exception:
        return False
    conditions = {each.type: each.status for each in pod.status.conditions or ()}
    return pod.metadata.uid != old_uid and conditions.get("Ready") == "True"


def wait_for(condition, seconds=180):
    """Ask until the answer is a good one, and return it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError(f"it did not happen in {seconds} s")
