"""Older messages move to a bucket and to a shared volume, leave the bookies, and are read from there."""

import contextlib
import json
import secrets
import time
import urllib.error
import urllib.request

import pulsar
import pytest

from local import reach
from local import smoke_offload as offload
from local.progress import Progress
from local.smoke import smoke
from tests.e2e.object_store import objects
from tests.e2e.shown import unshown
from tests.e2e.variant import Variant, variant

BUCKET = "older-messages"
POLICIES = {"public/default": {"threshold": "4Ki"}, "shop/orders": {"deletion_lag": "1h"}}
TENANTS = {"shop": {"namespaces": {"orders": {}}}}
STORE = {
    "kind": "s3-compatible",
    "bucket": BUCKET,
    "server": {"cpu": "50m", "memory": "256Mi", "volume": {"size": "1Gi"}},
    "deletion_lag": "0s",
    "namespaces": POLICIES,
}
VOLUME = {
    "kind": "filesystem",
    "size": "1Gi",
    # The local cluster has one node, and its storage no other mode.
    "access_mode": "ReadWriteOnce",
    "deletion_lag": "0s",
    "namespaces": {},
}
SMALL_LEDGERS = {
    # Ten messages fill a ledger, and what may leave the bookies is looked for every two seconds.
    "managedLedgerMaxEntriesPerLedger": 10,
    "managedLedgerMinLedgerRolloverTimeMinutes": 0,
    "retentionCheckIntervalInSeconds": 2,
}
ACCESS_KEY, SECRET_KEY = "local-" + secrets.token_hex(6), secrets.token_hex(20)
PATIENCE_SECONDS = 90
NOT_SHOWN = {
    **dict.fromkeys(("offload_error", "write_storage_error", "read_offload_error"), "from the first failure on"),
    **dict.fromkeys(("offload_rate", "read_offload_rate"), "reckoned once a minute"),
}
"""What a broker need not show when it has moved and read, and why not."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    changes = {"pulsar.tiered_storage": STORE, "pulsar.broker.config": SMALL_LEDGERS, "tenants": TENANTS}
    keys = {"object_store_access_key": ACCESS_KEY, "object_store_secret_key": SECRET_KEY}
    with variant(tmp_path_factory.mktemp("tiered"), changes, **keys) as up:
        yield up


def eventually(what, look, until=bool):
    """Look until it is as wanted; fail with what was seen last."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not until(seen := look()):
        assert time.monotonic() < end, f"{what}: {seen}"
        time.sleep(0.5)
    return seen


def told(endpoints, policy):
    with urllib.request.urlopen(f"{endpoints.http}/admin/v2/namespaces/{policy}") as answer:
        return json.load(answer)


@contextlib.contextmanager
def service(up: Variant, name: str, port: int):
    with reach.place(up.stack, up.kubeconfig).forward(name, port) as found:
        yield f"http://127.0.0.1:{found}"


def on_bookies(up: Variant) -> set[int]:
    """The ledgers that the bookie holds, as its own HTTP API lists them."""
    with service(up, "bookie", 8000) as bookie, urllib.request.urlopen(f"{bookie}/api/v1/ledger/list") as answer:
        return {int(ledger) for ledger in json.load(answer)}


def in_bucket(up: Variant) -> list[str]:
    with service(up, "seaweedfs", 8333) as endpoint:
        return objects(endpoint, BUCKET, ACCESS_KEY, SECRET_KEY)


def client(endpoints: reach.Endpoints) -> pulsar.Client:
    return pulsar.Client(
        endpoints.pulsar, operation_timeout_seconds=60, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
    )


def produced(connected: pulsar.Client, topic: str, count: int) -> tuple[list[bytes], list[pulsar.MessageId]]:
    connected.subscribe(topic, "later", initial_position=pulsar.InitialPosition.Earliest).close()
    producer = connected.create_producer(topic, batching_enabled=False)
    sent = [f"{number} {secrets.token_hex(256)}".encode() for number in range(count)]
    ids = [producer.send(payload) for payload in sent]
    producer.close()
    return sent, ids


def restart_broker(up: Variant) -> None:
    up.core.delete_namespaced_pod("pulsar-broker-0", up.namespace, grace_period_seconds=5)

    def ready():
        pods = up.core.list_namespaced_pod(up.namespace, label_selector="app.kubernetes.io/name=broker").items
        conditions = [
            each for pod in pods for each in pod.status.conditions or () if not pod.metadata.deletion_timestamp
        ]
        return [each for each in conditions if each.type == "Ready" and each.status == "True"]

    time.sleep(2)
    eventually("no broker is ready again", ready)


def test_a_namespace_that_the_stack_declares_is_made_before_it_is_told_its_policy(store):
    with store.endpoints() as endpoints:
        assert told(endpoints, "shop/orders/offloadDeletionLagMs") == 60 * 60 * 1000


def test_older_ledgers_move_by_threshold_leave_the_bookies_and_are_read_after_a_restart(store):
    topic = f"persistent://public/default/threshold-{secrets.token_hex(4)}"
    with store.endpoints() as endpoints:
        connected = client(endpoints)
        sent, ids = produced(connected, topic, 55)
        closed = {each.ledger_id() for each in ids} - {ids[-1].ledger_id()}
        assert len(closed) >= 5
        # 4 KiB of the topic may stay: that is a part of one ledger of ten half kilobytes.
        eventually(
            "not every closed ledger moved", lambda: closed - offload.moved(endpoints, topic), lambda left: not left
        )
        eventually("the bookies still have", lambda: closed & on_bookies(store), lambda left: not left)
        named = in_bucket(store)
        assert {ledger for ledger in closed if not any(name.endswith(f"-ledger-{ledger}") for name in named)} == set()

        assert offload.read_all(connected, topic, len(sent)) == sent
        connected.close()
        restart_broker(store)
        connected = client(endpoints)
        assert offload.read_all(connected, topic, len(sent)) == sent
        connected.close()


def test_a_namespace_without_a_policy_moves_by_command_alone_and_deleting_a_topic_empties_the_bucket(store):
    with store.endpoints() as endpoints:
        namespace = urllib.request.Request(
            f"{endpoints.http}/admin/v2/namespaces/public/manual", method="PUT", data=b"{}",
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(namespace), contextlib.closing(client(endpoints)) as connected:
            topic = f"persistent://public/manual/command-{secrets.token_hex(4)}"
            sent, ids = produced(connected, topic, 25)
            closed = {each.ledger_id() for each in ids} - {ids[-1].ledger_id()}
            assert offload.moved(endpoints, topic) == frozenset(), "The stack has no threshold."
            offload.move(endpoints, topic, ids[-1].ledger_id(), ids[-1].entry_id())
            assert closed <= offload.moved(endpoints, topic)
            eventually("the bookies still have", lambda: closed & on_bookies(store), lambda left: not left)
            assert offload.read_all(connected, topic, len(sent)) == sent

        names = {f"-ledger-{ledger}" for ledger in closed}
        assert [each for each in in_bucket(store) if each.endswith(tuple(names))]
        gone = urllib.request.Request(
            f"{endpoints.http}/admin/v2/{topic.replace('://', '/')}?force=true", method="DELETE"
        )
        with urllib.request.urlopen(gone):
            pass
        eventually(
            "a deleted topic's objects are still there",
            lambda: [each for each in in_bucket(store) if each.endswith(tuple(names))],
            lambda left: not left,
        )


def test_the_dashboard_asks_for_what_brokers_show_of_moving_and_reading(store):
    # Within two minutes: then a broker forgets a topic that has neither moved nor been read.
    without = {f"brk_ledgeroffloader_{each}{end}" for each in NOT_SHOWN for end in ("", "_total")}

    assert unshown(store, "tiered-storage") - without == set()


def test_make_smoke_checks_the_tiered_storage(store):
    with store.endpoints() as endpoints:
        smoke(endpoints, Progress(), tiered_storage=True)


def test_the_keys_are_in_no_manifest_and_no_log(store):
    pods = store.core.list_namespaced_pod(store.namespace).items
    configuration = store.core.list_namespaced_config_map(store.namespace).items
    logs = [store.core.read_namespaced_pod_log(pod.metadata.name, store.namespace) for pod in pods]
    assert SECRET_KEY not in f"{pods}{configuration}{logs}"
    assert SECRET_KEY not in store.project.raw_state()


def test_new_keys_take_the_place_of_the_old_ones_and_what_was_moved_is_still_read(store):
    topic = f"persistent://public/manual/rotated-{secrets.token_hex(4)}"
    with store.endpoints() as endpoints, contextlib.closing(client(endpoints)) as connected:
        sent, ids = produced(connected, topic, 25)
        offload.move(endpoints, topic, ids[-1].ledger_id(), ids[-1].entry_id())
    for key, value in {"access": secrets.token_hex(6), "secret": secrets.token_hex(20)}.items():
        store.project.run("config", "set", "--secret", f"pulsar:object_store_{key}_key", stdin=value)
    store.up({"pulsar.tiered_storage": {**STORE, "key_generation": 2}})
    with store.endpoints() as endpoints, contextlib.closing(client(endpoints)) as connected:
        assert offload.read_all(connected, topic, len(sent)) == sent
    with pytest.raises(urllib.error.HTTPError, match="403"):
        in_bucket(store)
    held = [each.metadata.name for each in store.core.list_namespaced_secret(store.namespace).items]
    assert [name for name in held if name.startswith("pulsar-offload-")] == ["pulsar-offload-2"]


def test_a_shared_volume_serves_as_well_and_policies_that_left_the_file_are_gone(store):
    store.up({"pulsar.tiered_storage": VOLUME})
    topic = f"persistent://public/default/volume-{secrets.token_hex(4)}"
    with store.endpoints() as endpoints, contextlib.closing(client(endpoints)) as connected:
        # A broker answers from what it last read of the metadata.
        policy = "public/default/offloadThreshold"
        eventually("public/default still has its threshold", lambda: told(endpoints, policy), lambda left: left == -1)
        sent, ids = produced(connected, topic, 25)
        closed = {each.ledger_id() for each in ids} - {ids[-1].ledger_id()}
        offload.move(endpoints, topic, ids[-1].ledger_id(), ids[-1].entry_id())
        assert closed <= offload.moved(endpoints, topic)
        eventually("the bookies still have", lambda: closed & on_bookies(store), lambda left: not left)
    restart_broker(store)
    with store.endpoints() as endpoints, contextlib.closing(client(endpoints)) as connected:
        assert offload.read_all(connected, topic, len(sent)) == sent
