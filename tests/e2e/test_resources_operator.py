"""Tenants by the Pulsar resources operator's contract, on the real API server.

The operator's program is in no registry, so a contract player answers. Pulsar itself is left out: what is seen here is
between the engine, the API server and an operator.
"""

import copy
import itertools
import os
import pathlib
import secrets
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from local.engine.kubernetes_plugin.rest import ApiError, Client
from local.paths import KUBECONFIG
from tests import stack_file
from tests.cloud_plugins.installing import cloud_engine
from tests.e2e import crds
from tests.e2e.contract_player import ContractPlayer, Resource, failed, playing, ready, until
from tests.previews.project import Project

API = "resource.streamnative.io/v1alpha1"
PLURALS = (
    "pulsarconnections",
    "pulsargeoreplications",
    "pulsartenants",
    "pulsarnamespaces",
    "pulsartopics",
    "pulsarpermissions",
)
PROGRAM = '''
"""The project's own program without Pulsar in it."""
import pulumi
from components import stack
from components.kubernetes_objects import register
from components.operators.resources_tenants import Tenants
from components.pulsar.deployment import namespace_manifest

spec = stack.load(pulumi.Config())
cluster = spec.cluster.create("cluster", kubeconfig=None, demands=())
within = pulumi.ResourceOptions(providers=[cluster.provider])
namespace = register("namespace", namespace_manifest(spec.pulsar), pulumi.ResourceOptions(provider=cluster.provider))
operator = spec.operators.create(within)["resources"]
Tenants("tenants", spec.tenants, pulsar=spec.pulsar, operator=spec.operators.resources,
    needed=[namespace, *operator.needed], opts=within)
'''
SPEC = {
    "pulsar.keep_data": False,
    "operators.resources": {"install": False, "ready_within": "4s"},
    "tenants.shop.namespaces.orders": {
        "ttl": "3d",
        "permissions": {"web": ["produce"]},
        "topics": {"placed": {"partitions": 4}},
    },
}
TOPICS = "tenants.shop.namespaces.orders.topics"
IN_ORDER = [
    ("pulsarconnections", "pulsar"),
    ("pulsartenants", "shop"),
    ("pulsarnamespaces", "shop.orders"),
    ("pulsartopics", "shop.orders.placed"),
]


def operator(resource: Resource) -> dict[str, Any] | None:
    """What it writes when all is well. Of a connection it says nothing until something that uses it is ready."""
    return None if resource["kind"] == "PulsarConnection" else ready(resource)


class Stage:
    """A project with tenants, and the operator's part played."""

    def __init__(self, folder: pathlib.Path, api: Client) -> None:
        self.api, self.namespace = api, f"tenants-{secrets.token_hex(3)}"
        self.project = Project(folder, "local", kubeconfig=yaml.safe_load(KUBECONFIG.read_text()))
        (self.project.folder / "__main__.py").write_text(PROGRAM)
        self.changes: dict[str, Any] = {**SPEC, "pulsar.namespace": self.namespace}
        self.player = ContractPlayer(
            api, self.namespace, API, PLURALS, operator, finalizer="resource.streamnative.io/played"
        )

    def write(self, changes: dict[str, Any] | None = None) -> None:
        self.changes.update(changes or {})
        self.project.configure(stack_file.raw(copy.deepcopy(self.changes)))

    def up(self, changes: dict[str, Any] | None = None, *options: str, expect: int = 0) -> str:
        self.write(changes)
        return self.project.run("up", "--yes", "--skip-preview", *options, expect=expect).output

    def path(self, plural: str, name: str) -> str:
        return f"/apis/{API}/namespaces/{self.namespace}/{plural}/{name}"

    def get(self, plural: str, name: str) -> Resource | None:
        try:
            return self.api.request("GET", self.path(plural, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, local_stack) -> Iterator[Stage]:
    api = crds.client()
    crds.apply(api, "pulsar-resources-operator")
    made = Stage(tmp_path_factory.mktemp("tenants"), api)
    with playing(made.player):
        yield made
        made.project.run("destroy", "--yes", "--skip-preview", expect=None)


def test_each_is_made_once_what_it_stands_in_is_ready(stage: Stage):
    stage.up()

    journal = stage.player.journal
    assert journal.index(("created", *IN_ORDER[0])) < journal.index(("created", *IN_ORDER[1])), journal
    for before, after in itertools.pairwise(IN_ORDER[1:]):
        assert journal.index(("ready", *before)) < journal.index(("created", *after)), journal
    assert ("pulsarpermissions", "shop.orders.for.web") in stage.player.happened("ready")


def test_a_second_up_changes_nothing(stage: Stage):
    said = stage.up()

    assert "unchanged" in said
    assert not [word for word in (" created", " updated", " deleted", " replaced") if word in said], said


def test_what_the_operator_says_of_a_failure_is_the_error_of_the_up(stage: Stage):
    def answer(resource: Resource) -> dict[str, Any] | None:
        is_new = resource["metadata"]["name"] == "shop.orders.billed"
        return failed(resource, "the namespace has no room for a topic") if is_new else operator(resource)

    stage.player.answer = answer
    said = stage.up({f"{TOPICS}.billed": {}}, expect=1)
    stage.player.answer = operator

    assert "PulsarTopic" in said
    assert "ReconcileError: the namespace has no room for a topic" in said
    assert "created" not in stage.up(), "It goes on with what is there."


def test_partitions_that_shrink_are_refused_before_anything_changes(stage: Stage):
    stage.write({f"{TOPICS}.placed": {"partitions": 2}})
    said = stage.project.run("preview", expect=None).output
    stage.up(expect=1)
    stage.write({f"{TOPICS}.placed": {"partitions": 4}})

    assert "has 4 partitions and is to have 2, and Pulsar takes no partition away" in said
    found = stage.get("pulsartopics", "shop.orders.placed")
    assert found
    assert found["spec"]["partitions"] == 4


def test_drift_is_put_back(stage: Stage):
    path = stage.path("pulsarnamespaces", "shop.orders")
    by_hand = {"query": {"fieldManager": "by-hand"}, "content_type": "application/merge-patch+json"}
    stage.api.request("PATCH", path, body={"spec": {"messageTTL": "1d"}}, **by_hand)
    stage.api.request("DELETE", stage.path("pulsartopics", "shop.orders.billed"))
    until(lambda: stage.get("pulsartopics", "shop.orders.billed") is None)

    stage.up(None, "--refresh")

    found = stage.get("pulsarnamespaces", "shop.orders")
    assert found
    assert found["spec"]["messageTTL"] == "3d"
    assert stage.get("pulsartopics", "shop.orders.billed")


def test_an_up_that_was_killed_goes_on(stage: Stage):
    stage.player.answer = lambda resource: (
        None if resource["metadata"]["name"] == "shop.orders.sent" else operator(resource)
    )
    stage.write({f"{TOPICS}.sent": {}})
    process = subprocess.Popen(
        [cloud_engine().program, "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=stage.project.folder,
        env=stage.project.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    first = until(lambda: stage.get("pulsartopics", "shop.orders.sent"))
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    stage.player.answer = operator

    stage.project.run("cancel", "--yes", expect=None)
    stage.up()

    found = stage.get("pulsartopics", "shop.orders.sent")
    assert found
    assert found["metadata"]["uid"] == first["metadata"]["uid"]


def test_a_resource_that_leaves_the_file_goes_once_the_operator_lets_it(stage: Stage):
    asked = threading.Event()

    def hold(resource: Resource) -> bool:
        was_asked = asked.is_set()
        asked.set()
        return was_asked

    stage.player.on_delete = hold
    topics = ("billed", "placed")
    stage.changes.pop(f"{TOPICS}.sent", None)
    said = stage.up()
    stage.player.on_delete = lambda resource: True

    assert asked.is_set(), said
    assert stage.get("pulsartopics", "shop.orders.sent") is None
    assert all(stage.get("pulsartopics", f"shop.orders.{name}") for name in topics)


def test_a_destroy_leaves_no_finalizer_and_takes_each_before_what_it_stands_in(stage: Stage):
    stage.player.journal.clear()
    stage.project.run("destroy", "--yes", "--skip-preview")

    until(lambda: len(stage.player.happened("gone")) == 6)
    gone = stage.player.happened("gone")
    order = [gone.index(each) for each in reversed(IN_ORDER)]
    assert order == sorted(order), gone
    assert gone.index(("pulsarpermissions", "shop.orders.for.web")) < gone.index(("pulsarnamespaces", "shop.orders"))
    with pytest.raises(ApiError):
        stage.api.request("GET", f"/api/v1/namespaces/{stage.namespace}")
