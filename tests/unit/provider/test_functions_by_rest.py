"""What the provider does with functions over REST: deployed and running, taken up, changed, and told when they fail."""

from typing import Any

import pytest

from plugin.problems import NotReady, PluginError
from provider import instances, kinds, running
from provider.admin import Admin, last_words, settings
from tests.rest_server import Reply, served

FUNCTION = kinds.KINDS["pulsar-admin:functions:Function"]
INPUTS: dict[str, Any] = {
    "tenant": "public",
    "namespace": "default",
    "name": "reverse",
    "text": "def process(input):\n    return input[::-1]\n",
    "fileName": "reverse.py",
    "config": {"runtime": "PYTHON", "className": "reverse", "parallelism": 1, "inputSpecs": {"in": {}}},
}


class Worker:
    """Enough of Pulsar's REST API to deploy one function to."""

    def __init__(self) -> None:
        self.there: dict[str, Any] | None = None
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.status: dict[str, Any] = {"running": True, "error": "", "numRestarts": 0}
        self.busy = 0
        self.url = ""
        self.left = False
        self.second = 0

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.asked.append(method)
        if self.busy:
            self.busy -= 1
            return 503, {"reason": "Function worker service is not done initializing."}
        if path.endswith("/status"):
            return 200, {"numInstances": 1, "instances": [{"instanceId": 0, "status": self.status}]}
        if method == "GET":
            return (200, self.there) if self.there else (404, {"reason": "Function reverse doesn't exist"})
        if method == "DELETE":
            self.there = None
            return 204, None
        if self.left and method == "POST":
            self.left = False
            return 500, {"reason": "Package 'function://public/default/reverse@0' metadata already exists"}
        if self.second and method == "POST":
            self.second -= 1
            return 500, {"reason": "Someone just created log /pulsar/functions/public/default/reverse/1-reverse.py"}
        self.bodies.append(body)
        self.there = {**INPUTS["config"], "tenant": "public", "cleanupSubscription": True}
        return 204, None


@pytest.fixture
def worker():
    made = Worker()
    with served(lambda *asked: Reply(*made.answer(*asked))) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


def admin(worker: Worker) -> Admin:
    return Admin(settings({"adminUrl": worker.url}))


def test_a_function_is_uploaded_with_its_code_and_awaited(worker: Worker):
    live = running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)

    assert live["className"] == "reverse"
    assert b"return input[::-1]" in worker.bodies[0]
    assert b'"py": "reverse.py"' in worker.bodies[0]


def test_a_worker_that_still_starts_is_asked_again(worker: Worker):
    worker.busy = 2

    assert running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)


def test_what_an_interrupted_update_left_is_taken_up(worker: Worker):
    worker.there = {**INPUTS["config"], "cleanupSubscription": True}

    running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)

    assert "PUT" in worker.asked
    assert "POST" not in worker.asked


def test_somebody_else_s_function_of_the_name_is_not_overwritten(worker: Worker):
    worker.there = {**INPUTS["config"], "className": "other"}

    with pytest.raises(PluginError, match="exists already"):
        running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)

    assert worker.bodies == []


def test_a_failed_instance_s_exception_is_the_error(worker: Worker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(instances, "_SETTLED", 0.1)
    worker.status = {"running": False, "error": "java.lang.ClassNotFoundException: Weather", "numRestarts": 3}

    with pytest.raises(NotReady, match="ClassNotFoundException: Weather"):
        running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)


def test_an_instance_that_has_not_answered_yet_is_waited_for():
    starting = {"instances": [{"instanceId": 0, "status": {"running": False, "error": "UNAVAILABLE: io exception"}}]}

    assert instances.verdict(starting, 1).failures == ()


def test_a_package_that_a_deleted_function_left_doesn_t_keep_it_from_being_made_again(worker: Worker):
    worker.left = True

    assert running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)
    assert "DELETE" in worker.asked


def test_a_package_that_came_second_where_another_made_the_same_folder_is_sent_again(worker: Worker):
    worker.second = 2

    assert running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)
    assert worker.asked.count("POST") == 3


def test_a_function_that_is_gone_already_is_deleted_without_complaint(worker: Worker):
    running.create(admin(worker), FUNCTION, INPUTS, 5, lambda _: None)
    running.delete(admin(worker), FUNCTION, "public/default/reverse", 5)

    assert running.read(admin(worker), FUNCTION, "public/default/reverse") is None


@pytest.mark.parametrize(
    ("path", "gone", "was", "expected"),
    [
        (("name",), False, "a", True),
        (("config", "processingGuarantees"), False, "ATLEAST_ONCE", True),
        (("config", "inputSpecs", "in"), True, {}, True),
        (("config", "logTopic"), True, "log", True),
        (("config", "userConfig"), True, {"a": 1}, False),
        (("config", "parallelism"), False, 1, False),
        (("digest",), False, "x", False),
    ],
)
def test_what_pulsar_never_changes_takes_a_new_function(path: Any, gone: bool, was: Any, expected: bool):
    assert kinds.replaces(path, gone=gone, was=was) is expected


def test_a_python_process_s_last_words_are_its_exception():
    log = (
        "  File \"bad.py\", line 1, in <module>\nModuleNotFoundError: No module named 'nothing'\n"
        "[2026] [ERROR] log.py: NameError\n[2026] [ERROR] log.py: Could not import User Function Module bad\n"
    )

    assert last_words(log) == "ModuleNotFoundError: No module named 'nothing'"
