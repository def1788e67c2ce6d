"""Functions on Pulsar's own worker, in the broker: deployed, changed, put back, and explained when they fail."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator

import pulsar
import pytest

from local.example_functions import FUNCTIONS

from .functions import LARGE_ORDERS, WEATHER, ask, bring, names, pulsar_admin, through, trigger
from .shown import unshown
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


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Variant]:
    with variant(tmp_path_factory.mktemp("functions"), {"pulsar.functions": {"run_in": "brokers"}}) as made:
        yield made


def test_a_pipeline_of_two_functions_processes_a_message(up: Variant):
    order = {"order": "1", "customer": "ada", "country": "us", "currency": "usd", "amount": "10.80"}
    began = time.monotonic()
    up.up(PIPELINE)
    deployed = time.monotonic() - began
    with up.endpoints() as endpoints:
        answer = json.loads(through(endpoints, json.dumps(order).encode(), "raw", "enriched"))
    print(f"deployed after {deployed:.1f} s, processed after {time.monotonic() - began:.1f} s: {answer}")

    assert (answer["country_name"], answer["euros"]) == ("United States", "10.00")


def test_the_dashboard_asks_for_what_functions_and_their_worker_show(up: Variant):
    of_connectors = ("pulsar_source_", "pulsar_sink_")  # None runs here.

    assert {name for name in unshown(up, "functions") if not name.startswith(of_connectors)} == set()


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
        ask(endpoints, "/reverse", method="DELETE")
        assert "reverse" not in names(endpoints)

        up.project.run("up", "--yes", "--skip-preview", "--refresh")

        assert "reverse" in names(endpoints)
        assert through(endpoints, b"ledger", "words", "reversed") == b"REGDEL"


def test_pulsar_s_command_line_sees_it_running(up: Variant):
    assert '"numRunning" : 1' in pulsar_admin(up, "functions", "status", "--name", "parse")


def test_pulsar_s_rest_api_tells_of_it_and_triggers_it_through_the_proxy(up: Variant):
    with up.endpoints() as endpoints:
        assert trigger(endpoints, "reverse", "broker") == "REKORB"
        assert ask(endpoints, "/reverse/status")["numRunning"] == 1
        assert ask(endpoints, "/reverse/stats")["processedSuccessfullyTotal"] >= 1


def until_functions_are_made(process: subprocess.Popen[str]) -> None:
    """Returns as soon as the engine says that it makes one."""
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if "functions:Function" in line and "creating" in line:
            return
    raise AssertionError("".join(said))


def test_an_up_that_was_interrupted_and_one_that_was_killed_are_ended_by_the_next(up: Variant):
    bring(up, "weather", "large-orders")
    up.say({"functions.weather": WEATHER, "functions.large-orders": LARGE_ORDERS})
    with up.project.started("up", "--yes", "--skip-preview") as first:
        until_functions_are_made(first)
        first.send_signal(signal.SIGINT)
        said, _ = first.communicate(timeout=120)
        assert first.returncode != 0, said
    with up.project.started("up", "--yes", "--skip-preview") as second:
        until_functions_are_made(second)
        second.kill()
    # A killed engine leaves its lock.
    up.project.run("cancel", "--yes", "--stack", "local")

    up.up()

    assert up.project.preview().counts.keys() == {"same"}
    with up.endpoints() as endpoints:
        assert names(endpoints) == ["enrich", "large-orders", "parse", "reverse", "weather"]
        for name in ("weather", "large-orders"):
            status = ask(endpoints, f"/{name}/status")
            assert (status["numInstances"], status["numRunning"]) == (1, 1), status


def test_java_makes_a_report_and_a_topic_of_the_city_s_own(up: Variant):
    reading = {"station": "s1", "city": "Zürich", "celsius": -5, "windKmh": 20, "humidity": 60}
    with up.endpoints() as endpoints:
        report = json.loads(through(endpoints, json.dumps(reading).encode(), "readings", "reports"))
        assert (report["city"], report["advice"]) == ("Zürich", "Take a coat.")

        client = pulsar.Client(endpoints.pulsar, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
        try:
            city = client.create_reader("weather-zurich", pulsar.MessageId.earliest).read_next(timeout_millis=30_000)
        finally:
            client.close()
        assert (city.partition_key(), city.properties()["station"]) == ("Zürich", "s1")


def test_go_picks_the_large_order(up: Variant):
    order = {"order": "7", "customer": "ada", "euros": "5000.00"}
    with up.endpoints() as endpoints:
        answer = json.loads(through(endpoints, json.dumps(order).encode(), "orders", "large-orders"))

    assert (answer["order"], answer["over"]) == ("7", "1000")


def test_a_module_that_cannot_be_imported_is_the_error_that_an_up_shows(up: Variant):
    broken = {"language": "python", "backend": "pulsar", "class_name": "broken.Broken", "inline": BROKEN}
    outcome = up.up({"functions.broken": {**broken, "inputs": ["words"]}}, expect=None)
    print(outcome.output)

    assert outcome.code != 0
    assert "there_is_no_such_module" in outcome.output or "Could not import User Function" in outcome.output

    del up.changes["functions.broken"]
    up.up()
    with up.endpoints() as endpoints:
        assert names(endpoints) == ["enrich", "large-orders", "parse", "reverse", "weather"]
