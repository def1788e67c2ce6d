"""Jobs: pods that do one thing and end."""

import hashlib
import json

from .. import names
from .metadata.store import Place
from .pod import container_security, pod_security
from .workload import Manifest


def container_shape(cpu: str, memory: str) -> Manifest:
    """What every container of a Job has, however small: what it asks for, and the `restricted` level."""
    return {
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}},
        "securityContext": container_security(),
    }


def pod_shape() -> Manifest:
    """What every pod of a Job has beside its containers, but for when it is started anew."""
    return {"automountServiceAccountToken": False, "enableServiceLinks": False, "securityContext": pod_security()}


def once(place: Place, role: str, pod: Manifest, *, retries: int) -> Manifest:
    """A Job that runs again when what it does has changed.

    Its name carries a hash of its content, since Kubernetes never changes a Job's pods.

    Args:
        place: where Pulsar lives.
        role: what it does: `initialise`.
        pod: the pod's containers and volumes.
        retries: how often a pod that failed is replaced.
    """
    labels = names.labels(place.cluster, role)
    template = {"metadata": {"labels": labels}, "spec": {"restartPolicy": "OnFailure", **pod_shape(), **pod}}
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:8]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"{place.cluster}-{role}-{digest}", "namespace": place.namespace, "labels": labels},
        "spec": {"backoffLimit": retries, "template": template},
    }
