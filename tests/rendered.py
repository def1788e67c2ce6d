"""The Kubernetes objects of stacks, for tests that look at them as they are applied."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.buckets import policies
from components.monitoring.targets import by_function_mesh
from components.pulsar.deployment import namespace_manifest
from components.pulsar.objects import objects
from components.stack import StackSpec, read
from evaluation import stack_files
from tests import stack_file

Manifest = dict[str, Any]


def manifests(spec: StackSpec) -> dict[str, Manifest]:
    """Every object of Pulsar's and of what watches it, by its logical name."""
    found = {"namespace": namespace_manifest(spec.pulsar), "initialise": spec.pulsar.initialisation()}
    for work in spec.pulsar.workloads(spec.cluster.offer).values():
        found |= objects(work)
    found |= spec.pulsar.manifests(spec.cluster.offer)
    found |= policies.manifests(spec.pulsar)
    if spec.monitoring:
        found |= spec.monitoring.manifests(spec.pulsar, spec.cluster.offer, by_function_mesh(spec))
    return found


def of_stack(stack: str) -> dict[str, Manifest]:
    """The objects of a stack of the project."""
    return manifests(read(stack_files.read(stack)[stack_files.SPEC], stack))


def of(changes: Mapping[str, Any] | None = None) -> dict[str, Manifest]:
    """The objects of the smallest stack with changes."""
    return manifests(stack_file.spec(changes))


def pod_templates(found: Mapping[str, Manifest]) -> Iterator[tuple[str, Manifest]]:
    """The template of every pod, with the name of the object that makes it."""
    for name, manifest in found.items():
        if "template" in manifest.get("spec", {}):
            yield name, manifest["spec"]["template"]
