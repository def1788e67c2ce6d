"""`make backup` and `make restore`: the metadata's snapshots, taken now and put back."""

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

from components import names
from components.buckets.bucket import Remote
from components.pulsar.metadata import restore as jobs

from . import reach, stacks
from .problem import Problem
from .progress import Progress
from .stacks import Stack

PATIENCE_SECONDS = 900
"""How long each step may take."""
_MANAGER = "pulsar-restore"
_CLIENTS = ("bookie", "autorecovery", "broker", "websocket")
"""The roles that hold a session with the metadata store, in the order in which they start again."""


class _Cluster:
    """The stack's objects in Kubernetes, as far as a restore touches them."""

    def __init__(self, stack: Stack, kubeconfig: Any) -> None:
        import kubernetes

        self.kubeconfig = kubeconfig
        self.core = reach.core_api(stack, kubeconfig)
        self.apps = kubernetes.client.AppsV1Api(self.core.api_client)
        self.batch = kubernetes.client.BatchV1Api(self.core.api_client)
        self.pulsar = stack.spec.pulsar
        self.namespace = self.pulsar.namespace
        self.workloads = self.pulsar.workloads(stack.spec.cluster.offer)

    def scale(self, role: str, replicas: int) -> None:
        """Set how many pods a role has."""
        work = self.workloads[role]
        kind = "stateful_set" if work.stateful else "deployment"
        patch = getattr(self.apps, f"patch_namespaced_{kind}_scale")
        patch(work.name, self.namespace, {"spec": {"replicas": replicas}}, field_manager=_MANAGER)

    def release(self, role: str) -> None:
        """Leave no claim on the number of pods, or the next `pulumi up` that changes it would be a conflict."""
        _until(f"the number of {role} pods is free", lambda: self._released(role))

    def _released(self, role: str) -> bool:
        from kubernetes.client import ApiException

        work = self.workloads[role]
        kind = "stateful_set" if work.stateful else "deployment"
        found = getattr(self.apps, f"read_namespaced_{kind}")(work.name, self.namespace)
        kept = [
            self.core.api_client.sanitize_for_serialization(each)
            for each in found.metadata.managed_fields
            if each.manager != _MANAGER
        ]
        body = {"metadata": {"managedFields": kept or [{}], "resourceVersion": found.metadata.resource_version}}
        try:
            getattr(self.apps, f"patch_namespaced_{kind}")(work.name, self.namespace, body)
        except ApiException as error:
            if error.status == 409:
                return False
            raise
        return True

    def pods(self, role: str) -> list[Any]:
        """The role's pods."""
        selector = f"app.kubernetes.io/instance={self.pulsar.name},app.kubernetes.io/name={role}"
        return self.core.list_namespaced_pod(self.namespace, label_selector=selector).items

    def is_gone(self, role: str) -> bool:
        """Whether the role has no pod any more."""
        return not self.pods(role)

    def is_ready(self, role: str) -> bool:
        """Whether all of the role's pods are ready."""
        pods = self.pods(role)
        return len(pods) == self.workloads[role].replicas and all(map(_ready, pods))

    def run(self, manifest: dict[str, Any]) -> None:
        """Start a Job anew."""
        name = manifest["metadata"]["name"]
        self.delete(name)
        self.batch.create_namespaced_job(self.namespace, cast("Any", manifest))

    def ended(self, name: str) -> bool:
        """Whether the Job has succeeded.

        Raises:
            Problem: it failed, with its last words.
        """
        status: Any = self.batch.read_namespaced_job(name, self.namespace).status
        if status.failed and status.failed > 1:
            raise Problem(f"The Job {name} failed. Its last words:\n{self.said(name)}")
        return bool(status.succeeded)

    def said(self, name: str) -> str:
        """What the Job's pods printed."""
        from kubernetes.client import ApiException

        words = []
        for pod in self.core.list_namespaced_pod(self.namespace, label_selector=f"job-name={name}").items:
            for container in (*(pod.spec.init_containers or ()), *pod.spec.containers):
                with contextlib.suppress(ApiException):
                    words.append(
                        self.core.read_namespaced_pod_log(
                            pod.metadata.name, self.namespace, container=container.name, tail_lines=2000
                        )
                    )
        return "\n".join(words)

    def delete(self, name: str) -> None:
        """Delete a Job with its pods, and wait until it is gone."""
        from kubernetes.client import ApiException

        try:
            self.batch.delete_namespaced_job(name, self.namespace, propagation_policy="Foreground")
        except ApiException as error:
            if error.status == 404:
                return
            raise
        _until(f"the Job {name} is gone", lambda: not self._has_job(name))

    def _has_job(self, name: str) -> bool:
        listed = self.batch.list_namespaced_job(self.namespace, field_selector=f"metadata.name={name}")
        return bool(listed.items)


def backup(stack: Stack, selected: Any, progress: Progress) -> str:
    """Take a snapshot now, by the CronJob's own template.

    Returns:
        The snapshot's name.
    """
    _remote(stack)
    cluster = _Cluster(stack, stacks.kubeconfig(stack, selected))
    name = f"{cluster.pulsar.name}-metadata-backup"
    made = cluster.batch.read_namespaced_cron_job(name, cluster.namespace)
    spec = cluster.core.api_client.sanitize_for_serialization(made.spec.job_template.spec)
    now = f"{name}-now"
    with progress.step("backup: a snapshot of the metadata"):
        cluster.run({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": now}, "spec": spec})
        _until("the snapshot is in the bucket", lambda: cluster.ended(now))
        kept = cluster.said(now).rsplit("kept ", 1)[-1].strip()
        cluster.delete(now)
    progress.say(f"kept {kept}")
    return kept


def snapshots(stack: Stack, cluster: _Cluster) -> list[str]:
    """The names of the snapshots in the bucket, the newest last."""
    listing = jobs.listing(_remote(stack), stack.spec.pulsar.place)
    name = listing["metadata"]["name"]
    cluster.run(listing)
    _until("the bucket has been listed", lambda: cluster.ended(name))
    found = cluster.said(name).split()
    cluster.delete(name)
    return found


def restore(stack: Stack, selected: Any, progress: Progress, snapshot: str | None, *, confirmed: bool) -> None:
    """Put a snapshot back: stop everything that uses the metadata, restore each member, start again in order.

    Args:
        stack: the stack, which is up.
        selected: the stack in the engine's hands, where only the engine can read its kubeconfig.
        progress: where steps are told.
        snapshot: its name; `None` for the newest.
        confirmed: whether the user has agreed to lose what came after the snapshot.

    Raises:
        Problem: there is no such snapshot, it was not confirmed, or a step failed.
    """
    remote, pulsar = _remote(stack), stack.spec.pulsar
    cluster = _Cluster(stack, stacks.kubeconfig(stack, selected))
    with progress.step("restore: looking for snapshots"):
        found = snapshots(stack, cluster)
    chosen = snapshot or (found[-1] if found else None)
    if chosen is None or chosen not in found:
        known = ", ".join(found[-10:]) or "none"
        raise Problem(f"There is no snapshot {chosen or 'at all'}. The newest: {known}. `make backup` takes one.")
    if not confirmed:
        raise Problem(
            f"This puts the metadata of stack {stack.name} back to {chosen}: topics and messages that came after it "
            "are lost, and clients are cut off meanwhile. "
            f"If that is meant: `make restore STACK={stack.name} FROM={chosen} YES=1`."
        )
    clients = [role for role in _CLIENTS if role in cluster.workloads]
    members = [work for work in pulsar.metadata.workloads(pulsar.place, pulsar.runtime, None) if work.volumes]
    stopped = [*reversed(clients), *(work.role for work in members)]
    with progress.step("restore: stopping everything that uses the metadata"):
        for role in stopped:
            cluster.scale(role, 0)
        _until("the pods are gone", lambda: all(map(cluster.is_gone, stopped)))
    with progress.step(f"restore: {chosen} onto {sum(work.replicas for work in members)} members"):
        _all(cluster, (
            jobs.restoring(pulsar.metadata, remote, pulsar.place, pulsar.runtime, member, chosen)
            for work in members
            for member in range(work.replicas)
        ))  # fmt: skip
    for work in members:
        _start(cluster, work.role, progress)
    with progress.step("restore: waiting for the sessions of the snapshot to end", "up to a minute"):
        _forget_sessions(stack, cluster)
    for role in clients:
        _start(cluster, role, progress)
        if role == "bookie":
            _collect(cluster)
    with progress.step("restore: waiting for the proxies to find the brokers"):
        _until("every proxy is ready", lambda: cluster.is_ready("proxy"))
    progress.say(f"the metadata is as it was at {chosen}")


def _start(cluster: _Cluster, role: str, progress: Progress) -> None:
    with progress.step(f"restore: starting {role}"):
        cluster.scale(role, cluster.workloads[role].replicas)
        cluster.release(role)
        _until(f"every {role} is ready", lambda: cluster.is_ready(role))


def _forget_sessions(stack: Stack, cluster: _Cluster) -> None:
    """A snapshot holds the registrations of that time: a bookie that finds its own, as another's, doesn't start."""
    pulsar = stack.spec.pulsar
    name = cluster.workloads["bookie"].name
    ids = " ".join(
        f"{names.host(f'{name}-{bookie}', f'{name}-headless', pulsar.namespace)}:3181"
        for bookie in range(cluster.workloads["bookie"].replicas)
    )
    script = "\n".join(
        (
            pulsar.metadata.shell_functions(pulsar.place),
            f"for id in {ids}; do",
            "  until metadata_answers && ! metadata_has /ledgers/available/$id; do sleep 0.5; done",
            "done",
        )
    )
    if reach.run_in_toolset(stack, cluster.kubeconfig, ["timeout", str(PATIENCE_SECONDS), "bash", "-c", script]):
        raise Problem("The bookies' registrations of the snapshot are still there. Run the same command again.")


def _collect(cluster: _Cluster) -> None:
    """Let every bookie delete the ledgers that the metadata doesn't know: their numbers will be given again."""
    bookies = [f"{pod.metadata.name}:8000" for pod in cluster.pods("bookie")]
    for bookie in bookies:
        cluster.core.connect_put_namespaced_pod_proxy_with_path(bookie, cluster.namespace, "api/v1/bookie/gc")
    look = cluster.core.connect_get_namespaced_pod_proxy_with_path
    _until(
        "every bookie has deleted what the metadata doesn't know",
        lambda: all("true" not in str(look(each, cluster.namespace, "api/v1/bookie/gc")) for each in bookies),
    )


def _all(cluster: _Cluster, manifests: Iterable[dict[str, Any]]) -> None:
    started = []
    for manifest in manifests:
        cluster.run(manifest)
        started.append(manifest["metadata"]["name"])
    _until("the members are restored", lambda: all(map(cluster.ended, started)))
    for name in started:
        cluster.delete(name)


def _remote(stack: Stack) -> Remote:
    pulsar = stack.spec.pulsar
    remote = pulsar.tiered_storage.remote(pulsar.place) if pulsar.tiered_storage else None
    if remote is None or pulsar.metadata_backup is None:
        raise Problem(
            f"Stack {stack.name} keeps no backups. Set pulsar.metadata_backup and a tiered_storage with a bucket."
        )
    return remote


def _ready(pod: Any) -> bool:
    conditions = {each.type: each.status for each in pod.status.conditions or ()}
    return conditions.get("Ready") == "True" and pod.metadata.deletion_timestamp is None


def _until(what: str, check: Callable[[], bool]) -> None:
    """Wait until it is so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not check():
        if time.monotonic() > until:
            raise Problem(f"After {PATIENCE_SECONDS} s it still is not so that {what}.")
        time.sleep(0.5)
