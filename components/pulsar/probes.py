"""How Kubernetes finds out how a Pulsar process is."""

from typing import TypedDict

from .workload import Manifest

STATUS_FILE = "/pulsar/logs/status"
"""Pulsar's `/status.html` answers 404 until this file exists (`statusFilePath`)."""


class Probes(TypedDict):
    """The three probes of a workload."""

    startup: Manifest
    readiness: Manifest
    liveness: Manifest


def serving(ready: str) -> Probes:
    """The probes of a process with Pulsar's `/status.html`.

    A slow start is never killed for half an hour; a stuck process is after a minute and a half.

    Args:
        ready: the path that answers once the process is of use to its clients.
    """
    status = {"httpGet": {"path": "/status.html", "port": "http"}}
    return {
        "startup": {**status, "periodSeconds": 1, "failureThreshold": 1800},
        "readiness": {"httpGet": {"path": ready, "port": "http"}, "periodSeconds": 2, "timeoutSeconds": 5},
        "liveness": {**status, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 9},
    }


def page(look: Manifest) -> Probes:
    """The probes of a console's page, which may take five minutes to start and is stuck after one.

    Args:
        look: what tells that it answers, such as an `httpGet`.
    """
    alive = {**look, "timeoutSeconds": 5}
    return {
        "startup": {**alive, "periodSeconds": 2, "failureThreshold": 150},
        "readiness": {**alive, "periodSeconds": 5},
        "liveness": {**alive, "periodSeconds": 10, "failureThreshold": 6},
    }
