"""How Pulsar's functions worker runs a function: as a thread, as a process, or as pods of its own."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal

from .. import names
from . import objects
from .metadata.store import Place
from .workload import Manifest

RuntimeName = Literal["thread", "process", "kubernetes"]

_RUNTIME = "org.apache.pulsar.functions.runtime"
_SECRETS = "org.apache.pulsar.functions.secretsproviderconfigurator.KubernetesSecretsProviderConfigurator"
"""Gives pods the Secrets that they name. With the worker's default, code would get a Secret's name as its value."""
_WRITES = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a worker tells its functions."""

    service_url: str
    """The brokers, by Pulsar's own protocol."""
    admin_url: str
    """The worker's own REST API, where function pods fetch their code. Not the brokers' where the worker is apart: they
    answer 409."""
    image: str
    """What function pods are made from."""
    jobs_namespace: str
    """Where they run."""


def _thread(_: Surroundings) -> dict[str, str]:
    return {
        "functionRuntimeFactoryClassName": f"{_RUNTIME}.thread.ThreadRuntimeFactory",
        "functionRuntimeFactoryConfigs_threadGroupName": "functions",
    }


def _process(_: Surroundings) -> dict[str, str]:
    return {"functionRuntimeFactoryClassName": f"{_RUNTIME}.process.ProcessRuntimeFactory"}


def _kubernetes(around: Surroundings) -> dict[str, str]:
    conf = {
        "jobNamespace": around.jobs_namespace,
        "pulsarDockerImageName": around.image,
        "imagePullPolicy": "IfNotPresent",
        "pulsarRootDir": "/pulsar",
        "submittingInsidePod": "true",
        "pulsarServiceUrl": around.service_url,
        "pulsarAdminUrl": around.admin_url,
        "percentMemoryPadding": "10",
    }
    return {
        "functionRuntimeFactoryClassName": f"{_RUNTIME}.kubernetes.KubernetesRuntimeFactory",
        "secretsProviderConfiguratorClassName": _SECRETS,
        **{f"functionRuntimeFactoryConfigs_{key}": value for key, value in conf.items()},
    }


_RUNTIMES: Mapping[RuntimeName, Callable[[Surroundings], dict[str, str]]] = {
    "thread": _thread,
    "process": _process,
    "kubernetes": _kubernetes,
}


def settings(runtime: RuntimeName, around: Surroundings) -> dict[str, str]:
    """The runtime's keys of `functions_worker.yml`; an underscore stands for a step inwards."""
    return _RUNTIMES[runtime](around)


def jobs_objects(place: Place, role: str, namespace: str) -> dict[str, Manifest]:
    """The namespace of the function pods, and what the worker may do in it.

    Pulsar's worker (4.0.8) gives its pods no security context and can't be told one:
    `BasicKubernetesManifestCustomizer` knows labels, node selectors, resources and tolerations. So they can't keep to
    the level `restricted` that Pulsar's own namespace enforces, and have one of their own with the level `baseline`.
    The image's user is not root.

    Args:
        place: where the worker lives.
        role: what the worker's pods are, whose service account makes the function pods.
        namespace: the function pods' namespace.
    """
    name = f"{place.cluster}-functions-jobs"
    about = {"name": name, "namespace": namespace, "labels": names.labels(place.cluster, "functions-jobs")}
    rules = [
        {"apiGroups": [""], "resources": ["pods", "services", "configmaps", "secrets"], "verbs": _WRITES},
        {"apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": _WRITES},
    ]
    account = {"kind": "ServiceAccount", "name": f"{place.cluster}-{role}", "namespace": place.namespace}
    return {
        f"{name}-namespace": objects.namespace(namespace, "baseline"),
        f"{name}-role": {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": about,
            "rules": rules,
        },
        f"{name}-binding": {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": about,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [account],
        },
    }
