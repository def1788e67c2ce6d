"""A Pulsar of another kind on the local cluster: the local stack's file with changes, in a namespace of its own."""

import contextlib
import pathlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import kubernetes
import yaml

from components import stack as stack_file
from evaluation import stack_files
from local import cluster, images, reach
from local.paths import KUBECONFIG
from local.progress import Progress
from local.stacks import Stack
from tests import stack_file as changing
from tests.engine.trial import Outcome
from tests.previews.project import Project

_APART = {
    # The node ports belong to the local stack itself.
    "pulsar.proxy.service": {"type": "ClusterIP"},
    "demo": changing.LEFT_OUT,
    "monitoring": changing.LEFT_OUT,
}


class Variant:
    """A Pulsar that is up, and what can be done to it."""

    def __init__(self, folder: pathlib.Path, changes: Mapping[str, Any]) -> None:
        self.namespace = f"variant-{secrets.token_hex(3)}"
        self.kubeconfig = yaml.safe_load(KUBECONFIG.read_text())
        self.project = Project(folder, "local", kubeconfig=self.kubeconfig)
        self.changes: dict[str, Any] = {**_APART, "pulsar.namespace": self.namespace, **changes}
        client = kubernetes.config.new_client_from_config_dict(self.kubeconfig)
        self.api = client
        self.core = kubernetes.client.CoreV1Api(client)
        self.apps = kubernetes.client.AppsV1Api(client)
        self.batch = kubernetes.client.BatchV1Api(client)

    @property
    def spec(self) -> dict[str, Any]:
        """The stack file's spec."""
        return changing.raw(self.changes, base=stack_files.read("local")[stack_files.SPEC])

    @property
    def stack(self) -> Stack:
        """The stack as the local tools know it."""
        return Stack("local", stack_file.read(self.spec, "local"), frozenset())

    def say(self, changes: Mapping[str, Any]) -> None:
        """Further changes of its stack file, which nothing acts on yet."""
        self.changes.update(changes)
        self.project.configure(self.spec)

    def up(self, changes: Mapping[str, Any] | None = None, expect: int | None = 0) -> Outcome:
        """Bring it up, with further changes of its stack file."""
        self.say(changes or {})
        self._bring_images()
        return self.project.run("up", "--yes", "--skip-preview", expect=expect)

    def _bring_images(self) -> None:
        """What `make up` does for the local stack; an image of a test's own is brought by that test."""
        stack = self.stack
        wanted = stack.spec.images
        images.ensure(cluster.up(Progress()), Progress(), [name for name in wanted if images.is_made_here(name)])

    @contextlib.contextmanager
    def endpoints(self) -> Iterator[reach.Endpoints]:
        """Its addresses on this machine, through the Kubernetes API."""
        with reach.endpoints(self.stack, self.kubeconfig) as found:
            yield found

    def destroy(self) -> None:
        """Take it down, data included."""
        self.project.run("destroy", "--yes", "--skip-preview")


@contextlib.contextmanager
def variant(folder: pathlib.Path, changes: Mapping[str, Any], **config: str) -> Iterator[Variant]:
    """A variant of the local stack that is up, and is gone afterwards.

    Args:
        folder: where its project and its state are kept.
        changes: of the local stack's spec, by dotted path: `{"pulsar.broker.replicas": 2}`.
        config: secrets beside the spec, by their key.
    """
    made = Variant(folder, changes)
    for key, value in config.items():
        made.project.run("config", "set", "--secret", f"pulsar:{key}", stdin=value)
    try:
        made.up()
        yield made
    finally:
        made.destroy()
