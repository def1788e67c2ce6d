"""Waiting until an object is ready, telling on the way what it waits for."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from ..applying import Objects, described
from ..informers import Informer, Informers
from ..naming import annotation, metadata
from ..problems import NotReady, PluginError
from . import others, pods, workloads
from .conditions import conditions
from .verdict import Check, Verdict, View

SKIP = "pulumi.com/skipAwait"
TIMEOUT = "pulumi.com/timeoutSeconds"
WAIT_FOR = "pulumi.com/waitFor"

_CHECKS: dict[tuple[str, str], Check] = {
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "StatefulSet"): workloads.stateful_set,
    ("apps", "DaemonSet"): workloads.daemon_set,
    ("apps", "ReplicaSet"): workloads.replica_set,
    ("batch", "Job"): workloads.job,
    ("", "Pod"): pods.pod,
    ("", "Service"): others.service,
    ("", "PersistentVolumeClaim"): others.claim,
    ("", "Namespace"): others.namespace,
    ("networking.k8s.io", "Ingress"): others.ingress,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): others.definition,
    ("apiregistration.k8s.io", "APIService"): others.api_service,
}
_DEFAULT_SECONDS = 600.0
_RUNS_CONTAINERS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod")


@dataclasses.dataclass(frozen=True)
class Wait:
    """How long to wait, and whom to tell."""

    timeout_seconds: float
    """From the resource's `customTimeouts`; 0 for the annotation's or the default of 10 minutes."""
    say: Callable[[str], None]
    """Shows a line of progress."""
    redact: Callable[[str], str]
    """Takes secrets out of logs and messages."""


def is_awaited(manifest: dict[str, Any]) -> bool:
    """Whether objects like this one have something to wait for."""
    return _check(manifest) is not None


def check_annotations(manifest: dict[str, Any]) -> None:
    """Read the annotations that say how to wait, before anything is applied.

    Raises:
        PluginError: when one can't be read.
    """
    try:
        _check(manifest)
        float(annotation(manifest, TIMEOUT) or 0)
    except ValueError as error:
        raise PluginError(f"{described(manifest)}: {error}") from None


def _check(manifest: dict[str, Any]) -> Check | None:
    if annotation(manifest, SKIP) == "true":
        return None
    wanted = annotation(manifest, WAIT_FOR)
    if wanted:
        return conditions(wanted)
    return _CHECKS.get((str(manifest.get("apiVersion")).rpartition("/")[0], str(manifest.get("kind"))))


def wait_until_ready(
    manifest: dict[str, Any], live: dict[str, Any], objects: Objects, informers: Informers, wait: Wait
) -> dict[str, Any]:
    """Wait until an object is ready.

    Args:
        manifest: what the program asks for; its annotations say how to wait.
        live: the object as applying it left it.
        objects: the cluster's objects.
        informers: the cluster's watches.
        wait: how long, and whom to tell.

    Returns:
        The object when it was ready.

    Raises:
        NotReady: when it takes too long, or can't become ready.
        Cancelled: when the engine was told to stop.
    """
    check = _check(manifest)
    if check is None:
        return live
    kind, namespace = objects.kind(live), metadata(live).get("namespace")
    view = View(informers, objects.discovery, namespace)
    watched = informers.of(kind.collection(namespace))
    seconds = _seconds(manifest, wait)
    until, told = time.monotonic() + seconds, ""
    while True:
        with informers.changed:
            now = _seen(watched, live)
            verdict = check(now, view) if now else _not_seen(watched, live)
            left = until - time.monotonic()
            message = wait.redact(verdict.message)
            is_over = verdict.ready or verdict.failed or left <= 0 or watched.refused or _is_cancelled(informers)
            if not is_over and message in ("", told):
                informers.changed.wait(left)
                continue
        if is_over:
            break
        # Not while the watches are held up: the engine takes its time to show a line.
        wait.say(message)
        told = message
    if verdict.ready and now:
        if told:
            wait.say("")
        return now
    if _is_cancelled(informers):
        raise NotReady([f"Stopped while waiting for {described(live)}: {message}"], now or live)
    if watched.refused:
        wait.say(f"not awaited: {watched.refused}")
        return live
    lead = "can't become ready" if verdict.failed else f"was not ready after {seconds:.0f} s"
    raise NotReady(_reasons(f"{described(live)} {lead}: {verdict.message}", now or live, view, wait), now or live)


def _is_cancelled(informers: Informers) -> bool:
    return informers.client.cancelled.is_set()


def look(
    manifest: dict[str, Any], live: dict[str, Any], objects: Objects, informers: Informers, patience_seconds: float
) -> Verdict:
    """Whether an object is ready now, without waiting for more than the watches' first answer."""
    check = _check(manifest)
    if check is None:
        return Verdict(ready=True)
    namespace = metadata(live).get("namespace")
    view, until = View(informers, objects.discovery, namespace), time.monotonic() + patience_seconds
    with informers.changed:
        while not (verdict := check(live, view)).ready and not verdict.failed:
            left = until - time.monotonic()
            if left <= 0 or informers.client.cancelled.is_set():
                break
            informers.changed.wait(left)
    return verdict


def _seen(watched: Informer, live: dict[str, Any]) -> dict[str, Any] | None:
    """The object as the watch knows it; `None` while that is older than what was applied."""
    about = live["metadata"]
    found = watched.objects.get(f"{about.get('namespace', '')}/{about['name']}")
    if found and int(found["metadata"]["resourceVersion"]) >= int(about["resourceVersion"]):
        return found
    return None


def _not_seen(watched: Informer, live: dict[str, Any]) -> Verdict:
    """What it means that the watch doesn't show the object as it was applied."""
    about = live["metadata"]
    is_known = f"{about.get('namespace', '')}/{about['name']}" in watched.objects
    if not is_known and watched.version >= int(about["resourceVersion"]):
        return Verdict(ready=False, failed=True, message="somebody deleted it meanwhile")
    return Verdict(ready=False)


def _seconds(manifest: dict[str, Any], wait: Wait) -> float:
    if wait.timeout_seconds:
        return wait.timeout_seconds
    try:
        return float(annotation(manifest, TIMEOUT) or _DEFAULT_SECONDS)
    except ValueError:
        return _DEFAULT_SECONDS


def _reasons(sentence: str, live: dict[str, Any], view: View, wait: Wait) -> list[str]:
    reasons = [sentence]
    if live.get("kind") in _RUNS_CONTAINERS:
        reasons += pods.log_tails(workloads.pods_of(live, view), view)
    return [wait.redact(each) for each in reasons]
