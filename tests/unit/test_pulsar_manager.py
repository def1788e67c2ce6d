"""Pulsar Manager: whoever still needs it gets it with a superuser, with Pulsar known to it, and shut to everybody else.

The Job's own words are run here, against a stand-in that answers as Pulsar Manager's source says.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from components import mistakes
from components.apps import console
from components.apps.pulsar_manager import PulsarManagerSpec
from components.clusters.cluster import Offer
from components.pulsar.objects import objects
from evaluation import program, stack_files
from policies.rule import Resource, findings
from policies.rules import RULES
from tests import stack_file
from tests.pulsar_manager import PulsarManager, served

GIVEN = {"kind": "pulsar-manager", "secret": "console-superuser"}
LOGIN = {
    "issuer": "https://login.example.org/realms/staff",
    "client_id": "pulsar-console",
    "secret": "console-login",
    "email_domains": ["example.org"],
    "url": "https://pulsar.example.org",
}
PASSWORD = "not-for-any-log"
USER = {"name": "admin", "password": PASSWORD, "email": "a@example.org"}


def spec(changes: dict[str, Any] | None = None, **stack: Any):
    return stack_file.spec({"console": {**GIVEN, **(changes or {})}, **stack})


def job() -> dict[str, Any]:
    made = spec()
    assert isinstance(made.console, PulsarManagerSpec)
    return made.console.jobs(made.pulsar)["pulsar-pulsar-manager-bootstrap"]


def run(manager: PulsarManager | None, *, limit: str = "30", username: str = "admin", password: str = PASSWORD):
    """The Job's container, as its manifest has it, with what Kubernetes would put in from the Secret."""
    container = job()["spec"]["template"]["spec"]["containers"][0]
    plain = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    address = manager.address if manager else "http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, *container["command"][1:]],
        env={
            "PATH": os.environ["PATH"],
            **plain,
            "MANAGER": address,
            "LIMIT": limit,
            "USERNAME": username,
            "PASSWORD": password,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert password not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_the_superuser_is_made_and_pulsar_is_known():
    with served(PulsarManager()) as manager:
        assert run(manager) == (0, "Made the superuser.\nRegistered the environment pulsar.\n")

    assert [user["name"] for user in manager.users] == ["admin"]
    assert manager.environments["pulsar"]["broker"] == "http://pulsar-proxy.pulsar.svc.cluster.local:8080"


def test_a_second_run_changes_nothing():
    with served(PulsarManager()) as manager:
        run(manager)
        before = (list(manager.users), dict(manager.environments))
        assert run(manager) == (0, "The superuser is there.\nThe environment pulsar is there.\n")

    assert (manager.users, manager.environments) == before, "A superuser that is made twice can't log in any more."


def test_what_still_starts_is_waited_for():
    with served(PulsarManager(starting=2, brokers_starting=2)) as manager:
        status, told = run(manager)

    assert status == 0, told
    assert "Pulsar Manager answers 503" in told
    assert "This environment is error" in told
    assert len(manager.users) == 1


def test_the_wait_has_an_end():
    status, told = run(None, limit="1")

    assert status == 1
    assert told.startswith("Not yet: GET csrf-token:")
    assert told.endswith("Given up: it took too long.\n")


def test_a_pulsar_that_moved_is_registered_anew():
    old = {"name": "pulsar", "broker": "http://elsewhere:8080"}
    with served(PulsarManager(users=[USER], environments={"pulsar": old})) as manager:
        assert run(manager) == (0, "The superuser is there.\nChanged the environment pulsar.\n")

    assert manager.environments["pulsar"]["broker"].startswith("http://pulsar-proxy.")


def test_a_name_that_somebody_gave_it_by_hand_is_left():
    own = {"name": "by-hand", "broker": "http://pulsar-proxy.pulsar.svc.cluster.local:8080"}
    with served(PulsarManager(users=[USER], environments={"by-hand": own})) as manager:
        status, told = run(manager)

    assert (status, manager.environments) == (0, {"by-hand": own})
    assert "The environment by-hand has this address already" in told


@pytest.mark.parametrize(
    ("manager", "given", "sentence"),
    [
        (PulsarManager(users=[USER]), {"password": "a-wrong-one"}, "has another password. Put that password into"),
        (PulsarManager(), {"username": "first.last"}, "User name illegal. A name has letters, digits and underscores"),
        (PulsarManager(), {"password": "short"}, "a password has at least six characters"),
        (PulsarManager(users=[USER], once=True), {"username": "other"}, "Super user role is exist"),
    ],
)
def test_what_waiting_doesn_t_help_is_said_at_once(manager, given, sentence):
    with served(manager):
        status, told = run(manager, **given)

    assert status == 1
    assert told.startswith("Given up: ")
    assert sentence in told
    assert len([each for each in manager.asked if each == "GET csrf-token"]) == 1


def test_a_superuser_that_somebody_made_twice_is_not_made_a_third_time():
    with served(PulsarManager(users=[USER, USER])) as manager:
        status, told = run(manager, limit="1")

    assert (status, len(manager.users)) == (1, 2)
    assert "POST login: Pulsar Manager answers 500" in told


def test_a_job_that_does_something_else_is_another_job():
    before, after = job(), spec({"namespace": "looks"}).console
    assert isinstance(after, PulsarManagerSpec)

    (moved,) = after.jobs(spec().pulsar).values()
    assert before["metadata"]["name"] != moved["metadata"]["name"]
    assert moved["metadata"]["namespace"] == "looks"


def test_the_superuser_s_password_is_named_and_never_written():
    manifest = json.dumps(job())

    for key in ("username", "password"):
        assert f'"secretKeyRef": {{"name": "console-superuser", "key": "{key}"}}' in manifest


def test_without_a_login_nothing_leads_to_it_from_outside():
    made = spec()
    assert made.console

    (work,) = made.console.workloads(made.pulsar, Offer())
    assert objects(work)["pulsar-pulsar-manager-service"]["spec"]["type"] == "ClusterIP"
    assert work.namespace == "pulsar-console"


def test_a_login_hands_on_to_it_alone():
    made = spec({"login": LOGIN})
    assert made.console

    page, before = made.console.workloads(made.pulsar, Offer())
    assert "--upstream=http://pulsar-pulsar-manager.pulsar-console.svc.cluster.local:7750/" in before.command
    assert [page.environment[f"REDIRECT_{each}"] for each in ("SCHEME", "HOST", "PORT")] == [
        "https",
        "pulsar.example.org",
        "443",
    ]


def test_nobody_in_the_cluster_reaches_it_but_the_login_and_the_job():
    made = spec({"login": LOGIN})
    assert isinstance(made.console, PulsarManagerSpec)
    page, before = made.console.workloads(made.pulsar, Offer())
    jobs = made.console.jobs(made.pulsar)

    policy = console.way_in(page, jobs)["spec"]
    pods = [objects(before)[before.name]["spec"]["template"], *(each["spec"]["template"] for each in jobs.values())]
    let_in = [each["podSelector"]["matchLabels"].items() for each in policy["ingress"][0]["from"]]
    assert all(any(labels <= pod["metadata"]["labels"].items() for labels in let_in) for pod in pods)
    assert len(let_in) == len(pods)
    own = objects(page)[page.name]["spec"]["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= own.items()
    assert not any(labels <= own.items() for labels in let_in)


def test_its_own_defaults_of_users_and_pages_that_need_no_login_are_off():
    made = spec()
    assert made.console
    (work,) = made.console.workloads(made.pulsar, Offer())

    assert work.environment["USER_MANAGEMENT_ENABLE"] == "true"
    assert work.environment["SWAGGER_ENABLED"] == "false"
    assert "server.base.dir=/data/" in work.environment["SPRING_DATASOURCE_URL"]


def test_what_it_keeps_is_on_a_volume_of_its_own():
    made = spec({"volume": {"size": "5Gi"}})
    assert made.console
    (claim,) = made.console.volumes(made.pulsar, Offer(storage_class="fast")).values()
    (work,) = made.console.workloads(made.pulsar, Offer())

    assert claim["spec"]["resources"]["requests"]["storage"] == "5Gi"
    assert claim["spec"]["storageClassName"] == "fast"
    mounted = {mount.path: mount.source for mount in work.mounts}
    assert mounted["/data"] == {"persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}}
    assert work.command[2].startswith("cd /data && ")


@pytest.mark.parametrize(
    ("changes", "stack", "place", "words"),
    [
        ({}, {"pulsar.version": "5.0.0", "pulsar.metadata": {"store": "oxia"}}, "kind", "Use dekaf, or stay on Pulsar"),
        ({"namespace": "pulsar"}, {}, "namespace", "Give each its own"),
        ({"memory": "256Mi"}, {}, "memory", "Use at least 512Mi"),
        ({"service": {"type": "LoadBalancer"}}, {}, "service", "is not a setting here"),
        ({"login": {**LOGIN, "service": {"type": "LoadBalancer", "public": True}}}, {}, "login.service.public", "TLS"),
    ],
)
def test_what_can_t_be_is_refused_with_the_way_out(changes, stack, place, words):
    with pytest.raises(mistakes.NotADeployment) as refused:
        spec(changes, **stack)

    found = {".".join(map(str, where)): sentence for where, sentence in refused.value.found}
    assert words in next(sentence for where, sentence in found.items() if where.endswith(place)), found


def test_a_superuser_without_a_secret_is_refused():
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack_file.spec({"console": {"kind": "pulsar-manager"}})

    assert [where for where, _ in refused.value.found] == [("console", "secret")]


def test_it_keeps_to_every_mandatory_rule():
    config = {stack_files.SPEC: stack_file.raw({"console": {**GIVEN, "login": LOGIN}})}
    resources = [
        Resource(type=each.type, name=each.name, properties=each.inputs, protected=True)
        for each in program.evaluate("test", config)
    ]

    names = {each.name for each in resources}
    assert {"pulsar-pulsar-manager", "pulsar-pulsar-manager-bootstrap", "pulsar-pulsar-manager-data"} <= names
    mandatory = [rule for rule in RULES if rule.level == "mandatory"]
    assert [sentence for rule in mandatory for _, sentence in findings(rule, resources)] == []
