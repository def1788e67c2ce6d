"""A whole Pulsar handed to an operator, by its contract, on the real API server: what the tests of each of them share.

The operators' programs are in no registry, so contract players answer as their sources or definitions say. Pulsar
itself is left out: what is seen here is between the engine, the API server and an operator. What the program is made of
is the stack file's own.
"""

import copy
import os
import pathlib
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import yaml

from local.engine.kubernetes_plugin.rest import ApiError, Client
from local.paths import KUBECONFIG
from tests import stack_file
from tests.cloud_plugins.installing import cloud_engine
from tests.e2e.contract_player import Answer, ContractPlayer, Resource, playing, ready, until
from tests.previews.project import Project


class Stage:
    """A project whose Pulsar is an operator's, and the parts of both operators played."""

    def __init__(
        self, folder: pathlib.Path, api: Client, changes: dict[str, Any], played: Iterable[tuple[str, tuple[str, ...]]]
    ) -> None:
        """Set it.

        Args:
            folder: where the project is kept.
            api: the cluster.
            changes: the smallest stack file's. A tenant in it is what waits for Pulsar.
            played: the API groups with their version, and the plurals, of the operator that runs Pulsar.
        """
        self.api, self.namespace = api, f"handed-{secrets.token_hex(3)}"
        self.project = Project(folder, "local", kubeconfig=yaml.safe_load(KUBECONFIG.read_text()))
        self.changes = {**changes, "pulsar.namespace": self.namespace}
        self.players = [
            ContractPlayer(api, self.namespace, group, plurals, ready, finalizer=f"{group.partition('/')[0]}/played")
            for group, plurals in played
        ]
        self.tenants = ContractPlayer(
            api,
            self.namespace,
            "resource.streamnative.io/v1alpha1",
            ("pulsarconnections", "pulsartenants"),
            lambda resource: None if resource["kind"] == "PulsarConnection" else ready(resource),
        )
        self.journal = self.tenants.journal
        for player in self.players:
            player.journal = self.journal

    def play(self, answer: Answer | None = None, on_delete: Callable[[Resource], bool] | None = None) -> None:
        """Let the operator answer otherwise from now on."""
        for player in self.players:
            player.answer, player.on_delete = answer or player.answer, on_delete or player.on_delete

    def happened(self, what: str) -> list[tuple[str, str]]:
        """The kinds and names that something happened to, in order, each once."""
        return self.tenants.happened(what)

    def write(self, changes: dict[str, Any] | None = None) -> None:
        """Change the stack file."""
        self.changes.update(changes or {})
        self.project.configure(stack_file.raw(copy.deepcopy(self.changes)))

    def up(self, changes: dict[str, Any] | None = None, *options: str, expect: int = 0) -> str:
        """Bring it about."""
        self.write(changes)
        return self.project.run("up", "--yes", "--skip-preview", *options, expect=expect).output

    def path(self, kind: str) -> str:
        """Where the operator's resource of this plural is."""
        group = next(group for group, plurals in self._played() if kind in plurals)
        return f"/apis/{group}/namespaces/{self.namespace}/{kind}/pulsar"

    def _played(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        return ((player.group_version, player.plurals) for player in self.players)

    def find(self, kind: str) -> Resource | None:
        """The operator's resource of this plural, if it is there."""
        try:
            return self.api.request("GET", self.path(kind))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def found(self, kind: str) -> Resource:
        """The operator's resource of this plural."""
        resource = self.find(kind)
        assert resource, f"there are no {kind}"
        return resource

    def change_by_hand(self, kind: str, spec: dict[str, Any]) -> None:
        """Change a resource as somebody with kubectl would."""
        by_hand = {"query": {"fieldManager": "by-hand"}, "content_type": "application/merge-patch+json"}
        self.api.request("PATCH", self.path(kind), body={"spec": spec}, **by_hand)

    def refused(self, changes: dict[str, Any]) -> str:
        """What a preview says of changes that neither it nor an `up` lets pass. The stack file is as before then."""
        kept = copy.deepcopy(self.changes)
        self.write(changes)
        preview = self.project.run("preview", expect=None)
        self.up(expect=1)
        self.changes = kept
        self.write()
        assert preview.code != 0
        return preview.output

    def up_that_is_killed(self, changes: dict[str, Any], kind: str, seen: Callable[[Resource], bool]) -> Resource:
        """Kill an `up` once a resource shows what it did, which it waits for; then let another go on."""
        answers = [player.answer for player in self.players]
        self.play(lambda resource: None)
        self.write(changes)
        process = subprocess.Popen(
            [cloud_engine().program, "up", "--yes", "--skip-preview", "--non-interactive"],
            cwd=self.project.folder,
            env=self.project.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        first = until(lambda: (found := self.find(kind)) and seen(found) and found)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        for player, answer in zip(self.players, answers, strict=True):
            player.answer = answer
        self.project.run("cancel", "--yes", expect=None)
        self.up()
        return first

    def destroy(self, expect: int | None = 0) -> str:
        """Take it down."""
        return self.project.run("destroy", "--yes", "--skip-preview", expect=expect).output

    def is_gone(self) -> bool:
        """Whether nothing is left of its namespace."""
        try:
            self.api.request("GET", f"/api/v1/namespaces/{self.namespace}")
        except ApiError as error:
            return error.status == 404
        return False


def staged(stage: Stage, answer: Answer) -> Iterator[Stage]:
    """A stage whose operator says `answer` where all is well, taken down at the end."""
    stage.play(answer)
    with playing(stage.tenants):
        for player in stage.players:
            player.start()
        try:
            yield stage
            stage.play(answer, lambda resource: True)
            stage.changes["pulsar.keep_data"] = False
            stage.write()
            stage.destroy(expect=None)
        finally:
            for player in stage.players:
                player.stop()


def changes_nothing(stage: Stage, *kinds: str) -> None:
    """Fail where a second `up` changes something."""
    before = [stage.found(kind)["metadata"]["generation"] for kind in kinds]
    said = stage.up()

    assert "unchanged" in said
    assert not [word for word in (" created", " updated", " deleted", " replaced") if word in said], said
    assert [stage.found(kind)["metadata"]["generation"] for kind in kinds] == before


def keeps_data(stage: Stage, kind: str) -> None:
    """Fail where a destroy takes what is to be kept."""
    stage.up({"pulsar.keep_data": True})
    said = stage.project.run("destroy", "--yes", "--skip-preview", expect=None)
    stage.up({"pulsar.keep_data": False})

    assert said.code != 0
    assert "protected" in said.output
    assert stage.find(kind)


LOSSES = pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pulsar.bookkeeper": {"replicas": 3, "ensemble": 2}}, "the ledgers on pulsar-bookie-3 would lose a copy"),
        ({"pulsar.metadata": {"store": "zookeeper", "replicas": 5}}, "metadata.replicas goes from 3 to 5"),
        ({"pulsar.operator": {"kind": "native"}}, "to native"),
    ],
    ids=["bookies", "members", "operator"],
)
"""Changes that would lose data, whichever operator runs Pulsar, and the sentences that refuse them."""
