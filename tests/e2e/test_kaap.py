"""A whole Pulsar handed to KAAP, by its contract, on the real API server.

KAAP's program is in no registry, so a contract player answers as its sources say. Pulsar itself is left out: what is
seen here is between the engine, the API server and an operator. What the program is made of is the stack file's own.
"""

import copy
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
from tests.kaap_stacks import KAAP, STACKS, resource
from tests.previews.project import Project

API = "kaap.oss.datastax.com/v1beta1"
CLUSTER = ("pulsarclusters", "pulsar")
SPEC = {
    "pulsar.operator": {"kind": "kaap", "install": False, "ready_within": "5s"},
    "pulsar.metadata": {"store": "zookeeper"},
    "pulsar.bookkeeper": {"replicas": 4, "ensemble": 2},
    "pulsar.keep_data": False,
    "operators.resources": {"install": False, "ready_within": "5s"},
    "tenants.shop": {},
}


def initialising(resource: Resource) -> dict[str, Any]:
    """What KAAP says until everything is ready."""
    return failed(resource, "", reason="Initializing")


class Stage:
    """A project whose Pulsar is an operator's, and the parts of both operators played."""

    def __init__(self, folder: pathlib.Path, api: Client) -> None:
        self.api, self.namespace = api, f"kaap-{secrets.token_hex(3)}"
        self.project = Project(folder, "local", kubeconfig=yaml.safe_load(KUBECONFIG.read_text()))
        self.changes: dict[str, Any] = {**SPEC, "pulsar.namespace": self.namespace}
        self.player = ContractPlayer(
            api, self.namespace, API, ("pulsarclusters",), ready, finalizer="kaap.oss.datastax.com/played"
        )
        self.tenants = ContractPlayer(
            api,
            self.namespace,
            "resource.streamnative.io/v1alpha1",
            ("pulsarconnections", "pulsartenants"),
            lambda resource: None if resource["kind"] == "PulsarConnection" else ready(resource),
        )
        self.tenants.journal = self.player.journal

    def write(self, changes: dict[str, Any] | None = None) -> None:
        self.changes.update(changes or {})
        self.project.configure(stack_file.raw(copy.deepcopy(self.changes)))

    def up(self, changes: dict[str, Any] | None = None, *options: str, expect: int = 0) -> str:
        self.write(changes)
        return self.project.run("up", "--yes", "--skip-preview", *options, expect=expect).output

    @property
    def path(self) -> str:
        return f"/apis/{API}/namespaces/{self.namespace}/pulsarclusters/pulsar"

    def cluster(self) -> Resource | None:
        try:
            return self.api.request("GET", self.path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, local_stack) -> Iterator[Stage]:
    api = crds.client()
    for operator in ("kaap", "pulsar-resources-operator"):
        crds.apply(api, operator)
    made = Stage(tmp_path_factory.mktemp("kaap"), api)
    with playing(made.player), playing(made.tenants):
        yield made
        made.player.answer, made.player.on_delete = ready, lambda resource: True
        made.changes["pulsar.keep_data"] = False
        made.write()
        made.project.run("destroy", "--yes", "--skip-preview", expect=None)


@pytest.mark.parametrize("changes", STACKS.values(), ids=STACKS)
def test_the_api_server_takes_every_field_of_what_kaap_is_told(stage: Stage, changes: dict[str, Any]):
    told = resource(stack_file.spec({**KAAP, **changes}))

    assert crds.refusal(stage.api, told) is None
    assert 'unknown field "spec.broker.brokers"' in str(
        crds.refusal(stage.api, {**told, "spec": {**told["spec"], "broker": {"brokers": 3}}})
    )


def test_what_kaap_says_is_the_error_of_an_up_that_was_waited_for_in_vain(stage: Stage):
    stage.player.answer = initialising
    slow = stage.up(expect=1)
    wrong = 'invalid configuration property "global.name"'
    stage.player.answer = lambda resource: failed(resource, wrong, reason="InvalidSpec")
    refused = stage.up(expect=1)

    assert "PulsarCluster" in slow
    assert "which is False (Initializing)" in slow
    assert f"InvalidSpec: {wrong}" in refused
    assert not stage.player.happened("ready")


def test_it_goes_on_and_what_lives_in_pulsar_waits_until_kaap_says_ready(stage: Stage):
    waited = threading.Event()

    def answer(resource: Resource) -> dict[str, Any]:
        if not waited.is_set():
            threading.Timer(2, waited.set).start()
        return ready(resource) if waited.is_set() else initialising(resource)

    stage.player.answer = answer
    stage.up()
    stage.player.answer = ready

    journal = stage.player.journal
    assert journal.index(("ready", *CLUSTER)) < journal.index(("created", "pulsartenants", "shop")), journal
    found = stage.cluster()
    assert found
    assert found["spec"]["bookkeeper"]["replicas"] == 4
    assert found["spec"]["global"]["components"]["bookkeeperBaseName"] == "bookie"


def test_a_second_up_changes_nothing(stage: Stage):
    before = stage.cluster()
    said = stage.up()

    assert "unchanged" in said
    assert not [word for word in (" created", " updated", " deleted", " replaced") if word in said], said
    after = stage.cluster()
    assert before
    assert after
    assert before["metadata"]["generation"] == after["metadata"]["generation"]


def test_a_changed_key_is_one_update_that_is_waited_for(stage: Stage):
    changed = {"pulsar.broker": {"config": {"brokerDeduplicationEnabled": True}}}
    stage.player.answer = lambda resource: (
        ready(resource)
        if resource["spec"]["broker"]["config"].get("brokerDeduplicationEnabled") != "true"
        else failed(resource, "the brokers are not rolled", reason="Initializing")
    )
    waiting = stage.up(changed, expect=1)
    stage.player.answer = ready
    stage.up()

    assert "the brokers are not rolled" in waiting, "The condition of the generation before counts for nothing."
    found = stage.cluster()
    assert found
    assert found["spec"]["broker"]["config"]["brokerDeduplicationEnabled"] == "true"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pulsar.bookkeeper": {"replicas": 3, "ensemble": 2}}, "the ledgers on pulsar-bookie-3 would lose a copy"),
        ({"pulsar.metadata": {"store": "zookeeper", "replicas": 5}}, "metadata.replicas goes from 3 to 5"),
        ({"pulsar.operator": {"kind": "native"}}, "operator.kind goes from kaap to native"),
    ],
    ids=["bookies", "members", "operator"],
)
def test_what_would_lose_data_is_refused_before_anything_changes(stage: Stage, changes: dict[str, Any], sentence: str):
    before, kept = stage.cluster(), copy.deepcopy(stage.changes)
    stage.write(changes)
    preview = stage.project.run("preview", expect=None)
    stage.up(expect=1)
    stage.changes = kept
    stage.write()

    assert preview.code != 0
    assert sentence in preview.output
    after = stage.cluster()
    assert before
    assert after
    assert before["spec"] == after["spec"]


def test_a_bookie_that_was_decommissioned_may_go(stage: Stage):
    gone = {"replicas": 3, "ensemble": 2, "decommissioned": ["pulsar-bookie-3"]}
    stage.up({"pulsar.bookkeeper": gone})

    found = stage.cluster()
    assert found
    assert found["spec"]["bookkeeper"]["replicas"] == 3


def test_drift_is_put_back(stage: Stage):
    by_hand = {"query": {"fieldManager": "by-hand"}, "content_type": "application/merge-patch+json"}
    stage.api.request("PATCH", stage.path, body={"spec": {"proxy": {"replicas": 9}}}, **by_hand)

    stage.up(None, "--refresh")

    found = stage.cluster()
    assert found
    assert found["spec"]["proxy"]["replicas"] == 2


def test_an_up_that_was_killed_goes_on(stage: Stage):
    stage.player.answer = lambda resource: None
    stage.write({"pulsar.broker": {"replicas": 5}})
    process = subprocess.Popen(
        [cloud_engine().program, "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=stage.project.folder,
        env=stage.project.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    first = until(lambda: (found := stage.cluster()) and found["spec"]["broker"]["replicas"] == 5 and found)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    stage.player.answer = ready

    stage.project.run("cancel", "--yes", expect=None)
    stage.up()

    found = stage.cluster()
    assert found
    assert found["metadata"]["uid"] == first["metadata"]["uid"]
    assert found["spec"]["broker"]["replicas"] == 5


def test_as_long_as_data_is_kept_nothing_is_deleted(stage: Stage):
    stage.up({"pulsar.keep_data": True})
    said = stage.project.run("destroy", "--yes", "--skip-preview", expect=None)
    stage.up({"pulsar.keep_data": False})

    assert said.code != 0
    assert "protected" in said.output
    assert stage.cluster()


def test_a_destroy_takes_pulsar_before_its_namespace_and_leaves_no_finalizer(stage: Stage):
    asked = threading.Event()

    def hold(resource: Resource) -> bool:
        was_asked = asked.is_set()
        asked.set()
        return was_asked

    stage.player.on_delete = hold
    stage.player.journal.clear()
    stage.project.run("destroy", "--yes", "--skip-preview")
    stage.player.on_delete = lambda resource: True

    assert asked.is_set()
    until(lambda: CLUSTER in stage.player.happened("gone"))
    gone = stage.player.happened("gone")
    assert gone.index(("pulsartenants", "shop")) < gone.index(CLUSTER), gone
    with pytest.raises(ApiError):
        stage.api.request("GET", f"/api/v1/namespaces/{stage.namespace}")
