"""When workloads are ready: Deployments, StatefulSets, DaemonSets, ReplicaSets and Jobs."""

from typing import Any

from . import pods
from .verdict import READY, Verdict, View, condition, is_observed, is_true


def deployment(live: dict[str, Any], view: View) -> Verdict:
    """A Deployment is ready when all its pods are of the newest template and available."""
    status, wanted = live.get("status") or {}, _replicas(live)
    if (live.get("spec") or {}).get("paused"):
        return READY
    if not is_observed(live):
        return Verdict(ready=False, message="waiting for the controller to see it")
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated >= wanted and available >= wanted and status.get("replicas", 0) <= updated:
        return READY
    progressing = condition(live, "Progressing")
    failed = progressing.get("reason") == "ProgressDeadlineExceeded"
    failure = condition(live, "ReplicaFailure")
    lead = f"{min(available, updated)} of {wanted} pods available"
    if updated < wanted:
        lead = f"{updated} of {wanted} pods have the new template, {available} are available"
    return _with_pods(live, view, lead, failed=failed, more=failure.get("message", ""))


def stateful_set(live: dict[str, Any], view: View) -> Verdict:
    """A StatefulSet is ready when all its pods are, and have the newest template as far as its strategy rolls them."""
    status, spec, wanted = live.get("status") or {}, live.get("spec") or {}, _replicas(live)
    if not is_observed(live):
        return Verdict(ready=False, message="waiting for the controller to see it")
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    strategy = spec.get("updateStrategy") or {}
    rolls = strategy.get("type", "RollingUpdate") == "RollingUpdate"
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    to_roll = max(wanted - partition, 0) if rolls else 0
    is_rolled = status.get("currentRevision") == status.get("updateRevision") or updated >= to_roll
    if ready >= wanted and status.get("replicas", 0) <= wanted and is_rolled:
        return READY
    lead = f"{ready} of {wanted} pods ready"
    if not is_rolled:
        lead += f", {updated} of {to_roll} have the new template"
    return _with_pods(live, view, lead)


def daemon_set(live: dict[str, Any], view: View) -> Verdict:
    """A DaemonSet is ready when each node that it is for has an available pod of the newest template."""
    status = live.get("status") or {}
    if not is_observed(live):
        return Verdict(ready=False, message="waiting for the controller to see it")
    wanted, available = status.get("desiredNumberScheduled", 0), status.get("numberAvailable", 0)
    rolls = ((live.get("spec") or {}).get("updateStrategy") or {}).get("type") != "OnDelete"
    updated = status.get("updatedNumberScheduled", 0) if rolls else wanted
    if available >= wanted and updated >= wanted:
        return READY
    return _with_pods(live, view, f"{available} of {wanted} nodes have an available pod")


def replica_set(live: dict[str, Any], view: View) -> Verdict:
    """A ReplicaSet is ready when all its pods are available."""
    available, wanted = (live.get("status") or {}).get("availableReplicas", 0), _replicas(live)
    if is_observed(live) and available >= wanted:
        return READY
    return _with_pods(live, view, f"{available} of {wanted} pods available")


def job(live: dict[str, Any], view: View) -> Verdict:
    """A Job is ready when it has completed. One that is suspended is as ready as it gets."""
    status, spec = live.get("status") or {}, live.get("spec") or {}
    if is_true(live, "Complete") or is_true(live, "SuccessCriteriaMet") or spec.get("suspend"):
        return READY
    failure = condition(live, "Failed")
    if failure.get("status") == "True":
        message = f"the Job failed: {failure.get('message') or failure.get('reason')}"
        return _with_pods(live, view, message, failed=True)
    done, wanted = status.get("succeeded", 0), spec.get("completions") or 1
    lead = f"{done} of {wanted} completions" + (f", {status['failed']} attempts failed" if status.get("failed") else "")
    return _with_pods(live, view, lead)


def pods_of(live: dict[str, Any], view: View) -> list[dict[str, Any]]:
    """The pods of a workload, or the pod itself."""
    if live.get("kind") == "Pod":
        return [live]
    selector = (live.get("spec") or {}).get("selector") or {}
    found = pods.selected(selector.get("matchLabels"), view) if selector.get("matchLabels") else []
    if live.get("kind") not in ("StatefulSet", "Job", "DaemonSet"):
        return found
    uid = live["metadata"].get("uid")
    return [each for each in found if any(o.get("uid") == uid for o in each["metadata"].get("ownerReferences") or [])]


def _with_pods(live: dict[str, Any], view: View, lead: str, *, failed: bool = False, more: str = "") -> Verdict:
    owned = pods_of(live, view)
    reasons = "; ".join(part for part in (lead, more, pods.why_none_ready(owned, view)) if part)
    if not owned and not more and not failed:
        reasons = "; ".join(part for part in (reasons, _why_no_pods(live, view)) if part)
    return Verdict(ready=False, message=reasons, failed=failed or pods.is_hopeless(owned))


def _why_no_pods(live: dict[str, Any], view: View) -> str:
    """What the controller says when it could make no pod, such as an exceeded quota."""
    uid = live["metadata"].get("uid")
    warnings = [
        each
        for each in view.neighbours("v1", "events")
        if each.get("type") == "Warning" and (each.get("involvedObject") or {}).get("uid") == uid
    ]
    if not warnings:
        return ""
    newest = max(warnings, key=lambda each: int(each["metadata"]["resourceVersion"]))
    return f"{newest.get('reason')}: {newest.get('message')}"


def _replicas(live: dict[str, Any]) -> int:
    wanted = (live.get("spec") or {}).get("replicas")
    return 1 if wanted is None else wanted
