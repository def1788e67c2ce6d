"""Functions on Pulsar's own worker, in the broker: deployed, changed, put back, and explained when they fail."""

import json
import time
import urllib.request
from collections.abc import Iterator

import pulsar
import pytest
from kubernetes.stream import stream

from local.example_functions import FUNCTIONS
from local.reach import Endpoints

from .variant import Variant, variant

ETL = (FUNCTIONS / "etl" / "etl.py").read_text()
COMMON = {"language": "python", "backend": "pulsar", "inline": ETL}
PIPELINE = {
    "functions.parse": {**COMMON, "class_name": "etl.Parse", "inputs": ["raw"], "output": "parsed"},
    "functions.enrich": {
        **COMMON,
        "class_name": "etl.Enrich",
        "inputs": ["parsed"],
        "output": "enriched",
        "user_config": {"rates": {"USD": 1.08}},
    },
}
REVERSE = """
from pulsar import Function


class Reverse(Function):
    def process(self, input, context):
        return str(input)[::-1]
"""
BROKEN = "import there_is_no_such_module\n\n\nclass Broken:\n    def process(self, input, context): ...\n"
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Variant]:
    with variant(tmp_path_factory.mktemp("functions"), {"pulsar.functions": {"run_in": "brokers"}}) as made:
        yield made


def through(endpoints: Endpoints, message: bytes, first: str, last: str) -> bytes:
    """What comes out of the last topic for a message to the first."""
    client = pulsar.Client(endpoints.pulsar, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
    try:
        out = client.create_reader(last, pulsar.MessageId.latest)
        client.create_producer(first).send(message)
        return out.read_next(timeout_millis=PATIENCE_MS).data()
    finally:
        client.close()


def names(endpoints: Endpoints) -> list[str]:
    """The functions that Pulsar has, as its REST API lists them."""
    with urllib.request.urlopen(f"{endpoints.http}/admin/v3/functions/public/default", timeout=30) as answer:
        return sorted(json.load(answer))


def test_a_pipeline_of_two_functions_processes_a_message(up: Variant):
    order = {"order": "1", "customer": "ada", "country": "us", "currency": "usd", "amount": "10.80"}
    began = time.monotonic()
    up.up(PIPELINE)
    deployed = time.monotonic() - began
    with up.endpoints() as endpoints:
        answer = json.loads(through(endpoints, json.dumps(order).encode(), "raw", "enriched"))
    print(f"deployed after {deployed:.1f} s, processed after {time.monotonic() - began:.1f} s: {answer}")

    assert (answer["country_name"], answer["euros"]) == ("United States", "10.00")


def test_a_second_up_changes_nothing(up: Variant):
    began = time.monotonic()
    output = up.up().output
    print(f"a second up took {time.monotonic() - began:.1f} s")

    assert "created" not in output
    assert "updated" not in output


def test_new_code_is_an_update_and_does_what_it_says(up: Variant):
    reverse = {"language": "python", "backend": "pulsar", "class_name": "reverse.Reverse", "inputs": ["words"]}
    up.up({"functions.reverse": {**reverse, "inline": REVERSE, "output": "reversed"}})
    with up.endpoints() as endpoints:
        assert through(endpoints, b"bookie", "words", "reversed") == b"eikoob"

        output = up.up({"functions.reverse.inline": REVERSE.replace("[::-1]", "[::-1].upper()")}).output
        assert "updated" in output
        assert through(endpoints, b"bookie", "words", "reversed") == b"EIKOOB"


def test_a_function_that_somebody_deleted_is_made_again(up: Variant):
    with up.endpoints() as endpoints:
        url = f"{endpoints.http}/admin/v3/functions/public/default/reverse"
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=60).close()
        assert "reverse" not in names(endpoints)

        up.project.run("up", "--yes", "--skip-preview", "--refresh")

        assert "reverse" in names(endpoints)
        assert through(endpoints, b"ledger", "words", "reversed") == b"REGDEL"


def test_pulsar_s_command_line_sees_it_running(up: Variant):
    (pod,) = up.core.list_namespaced_pod(up.namespace, label_selector="app.kubernetes.io/name=toolset").items
    answer = stream(
        up.core.connect_get_namespaced_pod_exec,
        pod.metadata.name,
        up.namespace,
        command=["bin/pulsar-admin", "functions", "status", "--name", "parse"],
        stderr=False,
        stdin=False,
        stdout=True,
        tty=False,
    )

    assert '"numRunning" : 1' in answer


def test_a_module_that_cannot_be_imported_is_the_error_that_an_up_shows(up: Variant):
    broken = {"language": "python", "backend": "pulsar", "class_name": "broken.Broken", "inline": BROKEN}
    outcome = up.up({"functions.broken": {**broken, "inputs": ["words"]}}, expect=None)
    print(outcome.output)

    assert outcome.code != 0
    assert "there_is_no_such_module" in outcome.output or "Could not import User Function" in outcome.output

    del up.changes["functions.broken"]
    up.up()
    with up.endpoints() as endpoints:
        assert names(endpoints) == ["enrich", "parse", "reverse"]
