"""A stack by its name: its file, its value, and how its cluster is reached."""

import dataclasses
import os
import pathlib
from typing import Any

from components import stack as stack_file
from components.clusters.existing import ExistingSpec
from components.stack import StackSpec

from .paths import PROJECT


@dataclasses.dataclass(frozen=True)
class Stack:
    """A stack whose file has no mistakes."""

    name: str
    spec: StackSpec
    encrypted: frozenset[str]
    """The configuration keys that hold secrets."""

    @property
    def is_local(self) -> bool:
        """Whether the cluster under it is ours to bring up and down."""
        return self.name == "local"

    @property
    def needs_engine(self) -> bool:
        """Whether only the engine can tell how the cluster is reached: from a secret, or since it made it."""
        return "pulsar:kubeconfig" in self.encrypted or not isinstance(self.spec.cluster, ExistingSpec)

    @property
    def kubeconfig_path(self) -> str | None:
        """The kubeconfig's path, where the stack file names one."""
        return self.spec.cluster.kubeconfig_path if isinstance(self.spec.cluster, ExistingSpec) else None

    @property
    def context(self) -> str | None:
        """The kubeconfig's context, where the stack file names one."""
        return self.spec.cluster.context if isinstance(self.spec.cluster, ExistingSpec) else None


def read(name: str) -> Stack:
    """Read and check a stack's file.

    Raises:
        components.mistakes.NotADeployment: with every mistake in it.
    """
    from evaluation import stack_files

    config = stack_files.read(name)
    spec = stack_file.read(config.get(f"pulsar:{stack_file.KEY}"), name)
    secrets = frozenset(key for key, value in config.items() if isinstance(value, dict) and set(value) == {"secure"})
    return Stack(name, spec, secrets)


def kubeconfig(stack: Stack, selected: Any) -> dict[str, Any] | pathlib.Path | None:
    """How the stack's cluster is reached: a path, a kubeconfig's content, or `None` for kubectl's own.

    Args:
        stack: the stack.
        selected: the stack in the engine's hands; needed where `stack.needs_engine`.
    """
    import yaml

    if stack.kubeconfig_path:
        return PROJECT / stack.kubeconfig_path
    if "pulsar:kubeconfig" in stack.encrypted:
        return yaml.safe_load(selected.run(["config", "get", "pulsar:kubeconfig"], capture=True))
    if stack.needs_engine:
        words = ["stack", "output", "kubeconfig", "--show-secrets"]
        return yaml.safe_load(selected.engine.run(words, stack=stack.name, capture=True))
    ambient = os.environ.get("KUBECONFIG")
    return pathlib.Path(ambient) if ambient else None
