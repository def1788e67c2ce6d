"""Workers apart from the brokers: functions as pods of their own and as threads, with their state kept by the bookies.

On ZooKeeper, which BookKeeper's table service needs, and which keeps functions' code without a volume.
"""

import json
from collections.abc import Iterator

import pytest

from local.example_functions import FUNCTIONS
from tests.engine.trial import eventually

from .functions import WEATHER, ask, bring, names, pulsar_admin, through
from .variant import Variant, variant

WORKERS = {
    "pulsar.metadata": {"store": "zookeeper", "replicas": 1, "cpu": "100m"},
    "pulsar.functions": {
        "run_in": "pods",
        "replicas": 1,
        "cpu": "100m",
        "memory": {"heap": "192Mi", "direct": "128Mi"},
        "runtime": "kubernetes",
        "state_storage": True,
    },
}
TOTALS = {
    "language": "python",
    "backend": "pulsar",
    "class_name": "etl.Aggregate",
    "package": str((FUNCTIONS / "etl" / "etl.py").relative_to(FUNCTIONS.parents[1])),
    "inputs": ["enriched"],
    "output": "totals",
    "state": True,
    "user_config": {"state": True},
}
GREET = {
    "language": "python",
    "backend": "pulsar",
    "class_name": "greet.Greet",
    "inline": """
from pulsar import Function


class Greet(Function):
    def process(self, input, context):
        return context.get_secret("GREETING")
""",
    "inputs": ["names"],
    "output": "greetings",
    "secrets": {"GREETING": {"secret": "greeting", "key": "words"}},
}
ORDER = json.dumps({"order": "1", "region": "europe", "euros": "10.50"}).encode()
READING = json.dumps({"station": "s1", "city": "Oslo", "celsius": -5, "windKmh": 20, "humidity": 60}).encode()


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Variant]:
    with variant(tmp_path_factory.mktemp("runtimes"), WORKERS) as made:
        bring(made, "weather")
        greeting = {"metadata": {"name": "greeting"}, "stringData": {"words": "good morning"}}
        made.core.create_namespaced_secret(jobs(made), greeting)
        made.up({"functions.weather": WEATHER, "functions.totals": TOTALS, "functions.greet": GREET})
        yield made


def jobs(up: Variant) -> str:
    """The namespace of the function pods."""
    return f"{up.namespace}-functions"


def running(up: Variant) -> dict[str, str]:
    """The function pods that are ready, with their identity: another one is another pod."""
    return {
        str(pod.metadata.name): str(pod.metadata.uid)
        for pod in up.core.list_namespaced_pod(jobs(up)).items
        if pod.metadata.deletion_timestamp is None
        and [each.status for each in pod.status.conditions or () if each.type == "Ready"] == ["True"]
    }


def what_is_left(up: Variant) -> list[str]:
    """The objects that the worker made and didn't remove."""
    space = jobs(up)
    found = [
        *up.apps.list_namespaced_stateful_set(space).items,
        *up.core.list_namespaced_service(space).items,
        *up.core.list_namespaced_secret(space).items,
        *up.core.list_namespaced_pod(space).items,
    ]
    return [each.metadata.name for each in found if each.metadata.name != "greeting"]


def test_each_function_is_a_pod_in_a_namespace_of_its_own(up: Variant):
    assert running(up).keys() == {f"pf-public-default-{each}-0" for each in ("greet", "totals", "weather")}


def test_a_pod_has_the_secret_that_its_function_names(up: Variant):
    with up.endpoints() as endpoints:
        assert through(endpoints, b"ada", "names", "greetings") == b"good morning"


def test_a_pod_of_java_and_one_of_python_answer(up: Variant):
    with up.endpoints() as endpoints:
        report = json.loads(through(endpoints, READING, "readings", "reports"))
        total = json.loads(through(endpoints, ORDER, "enriched", "totals"))

    assert (report["city"], report["advice"]) == ("Oslo", "Take a coat.")
    # At least once: a pod that had to start again counts what it had not acknowledged a second time.
    assert total["region"] == "europe"
    assert total["orders"] >= 1


def test_state_outlives_its_pod_and_is_read_from_outside(up: Variant):
    pod = "pf-public-default-totals-0"
    before = running(up)[pod]
    with up.endpoints() as endpoints:
        had = ask(endpoints, "/totals/state/europe.orders")["numberValue"]
    up.core.delete_namespaced_pod(pod, jobs(up))
    eventually(lambda: running(up).get(pod, before) != before, 120)

    with up.endpoints() as endpoints:
        total = json.loads(through(endpoints, ORDER, "enriched", "totals"))
        assert total == {"region": "europe", "orders": had + 1, "euros": f"{10.5 * (had + 1):.2f}"}
        assert ask(endpoints, "/totals/state/europe.cents")["numberValue"] == 1050 * (had + 1)
    query = pulsar_admin(up, "functions", "querystate", "--name", "totals", "--key", "europe.orders")
    assert json.loads(query)["numberValue"] == had + 1


def test_more_instances_are_more_pods(up: Variant):
    up.up({"functions.totals.parallelism": 2})

    assert {"pf-public-default-totals-0", "pf-public-default-totals-1"} <= running(up).keys()


def test_functions_that_are_left_out_leave_nothing_also_where_somebody_deleted_one(up: Variant):
    with up.endpoints() as endpoints:
        ask(endpoints, "/weather", method="DELETE")
        for key in [each for each in up.changes if each.startswith("functions.")]:
            del up.changes[key]
        up.up()

        assert names(endpoints) == []
    eventually(lambda: what_is_left(up) == [], 60)


def test_as_a_thread_java_runs_in_the_worker_itself(up: Variant):
    up.up({"functions.weather": WEATHER, "pulsar.functions.runtime": "thread"})

    with up.endpoints() as endpoints:
        assert json.loads(through(endpoints, READING, "readings", "reports"))["city"] == "Oslo"
    spaces = [each.metadata.name for each in up.core.list_namespace().items]
    assert jobs(up) not in spaces
