"""What every custom resource that Pulsar is made from has, whichever operator it is for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..pulsar.objects import objects
from ..pulsar.workload import Manifest, Workload

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

CONF = "PULSAR_PREFIX_"
"""How variables begin that are keys of the conf file."""
_JVM = ("PULSAR_", "BOOKIE_")
"""How variables of the start scripts begin."""


def custom_resource(
    pulsar: "PulsarSpec",
    api: str,
    kind: str,
    spec: Manifest,
    *,
    awaited: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Manifest:
    """A resource that is called as the cluster is.

    Args:
        pulsar: the stack file's part.
        api: its API group and version.
        kind: its kind.
        spec: what its operator is told.
        awaited: the annotations that say what is waited for.
        labels: further labels.
        annotations: further annotations.
    """
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {
            "name": pulsar.name,
            "namespace": pulsar.namespace,
            "labels": {
                "app.kubernetes.io/part-of": "pulsar",
                "app.kubernetes.io/managed-by": "pulumi",
                **(labels or {}),
            },
            "annotations": {
                # What somebody changed by hand is put back: the stack file alone says what Pulsar is.
                "pulumi.com/patchForce": "true",
                **awaited,
                **(annotations or {}),
            },
        },
        "spec": spec,
    }


def awaiting(expression: str, seconds: int) -> dict[str, str]:
    """The annotations that say what is waited for, and how long."""
    return {"pulumi.com/waitFor": expression, "pulumi.com/timeoutSeconds": str(seconds)}


def account(work: Workload) -> dict[str, Manifest]:
    """The account of a pod set that an operator makes, by its logical name: a cloud knows pods by it."""
    name = f"{work.name}-account"
    return {name: objects(work)[name]}


def variables(work: Workload) -> tuple[dict[str, str], dict[str, str], list[Manifest]]:
    """A pod set's variables: keys of the conf file, those of the start scripts, and others as a container has them."""
    conf: dict[str, str] = {}
    jvm: dict[str, str] = {}
    env: list[Manifest] = []
    for name, value in sorted(work.environment.items()):
        if name.startswith(CONF):
            conf[name.removeprefix(CONF)] = value
        elif name.startswith(_JVM):
            jvm[name] = value
        else:
            env.append({"name": name, "value": value})
    return conf, jvm, env
