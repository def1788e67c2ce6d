"""Why pods are not ready: images, crashes, probes, scheduling, in a sentence."""

from typing import Any

from .verdict import READY, Verdict, View, condition, is_true

_WAITING_IS_NORMAL = ("ContainerCreating", "PodInitializing", "")
# Not `CreateContainerConfigError`: the kubelet says so as well when it is only late to see a new ConfigMap.
_HOPELESS = ("InvalidImageName", "ErrImageNeverPull")


def pod(live: dict[str, Any], view: View) -> Verdict:
    """A pod is ready when its containers are, or when it has ended well."""
    phase = (live.get("status") or {}).get("phase")
    if is_true(live, "Ready") or phase == "Succeeded":
        return READY
    if phase == "Failed":
        return Verdict(ready=False, failed=True, message=why_not_ready(live, view) or "the pod failed")
    return Verdict(ready=False, message=why_not_ready(live, view) or f"the pod is {phase or 'not started'}")


def selected(labels: dict[str, str] | None, view: View) -> list[dict[str, Any]]:
    """The pods in the namespace that carry the labels, as far as they aren't on their way out."""
    wanted = (labels or {}).items()
    return [
        each
        for each in view.neighbours("v1", "pods")
        if wanted <= (each["metadata"].get("labels") or {}).items() and not each["metadata"].get("deletionTimestamp")
    ]


def why_none_ready(pods: list[dict[str, Any]], view: View) -> str:
    """The reasons of the pods that aren't ready, each with the pod's name; empty when they need only time."""
    reasons = []
    for each in sorted(pods, key=lambda item: item["metadata"]["name"]):
        if is_true(each, "Ready") or (each.get("status") or {}).get("phase") == "Succeeded":
            continue
        reason = why_not_ready(each, view)
        if reason:
            reasons.append(f"{each['metadata']['name']}: {reason}")
    shown = "; ".join(reasons[:3])
    return f"{shown}; and {len(reasons) - 3} more" if len(reasons) > 3 else shown


def why_not_ready(live: dict[str, Any], view: View) -> str:
    """Why a pod is not ready; empty when it needs only time."""
    scheduled = condition(live, "PodScheduled")
    if scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable":
        return f"can't be scheduled: {scheduled.get('message')}"
    status = live.get("status") or {}
    if status.get("phase") == "Failed" and status.get("message"):
        return f"{status.get('reason', 'failed')}: {status['message']}"
    for key, what in (("initContainerStatuses", "init container"), ("containerStatuses", "container")):
        for each in status.get(key) or []:
            reason = _why_container(each)
            if reason:
                return f"{what} {each['name']}: {reason}"
    return _last_warning(live, view)


def _why_container(each: dict[str, Any]) -> str:
    state, last = each.get("state") or {}, each.get("lastState") or {}
    waiting = state.get("waiting") or {}
    reason = waiting.get("reason", "")
    if reason == "CrashLoopBackOff":
        return f"crashes again and again, {_ending(last.get('terminated') or {})}"
    if reason not in _WAITING_IS_NORMAL:
        return f"{reason}: {waiting.get('message', '')}".rstrip(": ")
    ended = state.get("terminated") or {}
    if ended and ended.get("exitCode"):
        return _ending(ended)
    return ""


def _ending(ended: dict[str, Any]) -> str:
    reason = ended.get("reason", "")
    code = f"exit code {ended.get('exitCode')}"
    return f"last ended with {code}" + (f" ({reason})" if reason not in ("", "Error", "Completed") else "")


def _last_warning(live: dict[str, Any], view: View) -> str:
    """The newest warning about a pod, such as a probe that fails; empty once its containers are ready."""
    uid = live["metadata"].get("uid")
    newest: dict[str, Any] = {}
    for event in view.neighbours("v1", "events"):
        if event.get("type") != "Warning" or (event.get("involvedObject") or {}).get("uid") != uid:
            continue
        if int(event["metadata"]["resourceVersion"]) > int((newest.get("metadata") or {}).get("resourceVersion", 0)):
            newest = event
    if not newest:
        return ""
    field = (newest.get("involvedObject") or {}).get("fieldPath", "")
    container = field.partition("{")[2].rstrip("}")
    message = str(newest.get("message", "")).strip()
    return f"container {container}: {message}" if container else f"{newest.get('reason')}: {message}"


def is_hopeless(pods: list[dict[str, Any]]) -> bool:
    """Whether a pod waits for something that no time brings."""
    return any(
        ((each.get("state") or {}).get("waiting") or {}).get("reason") in _HOPELESS
        for item in pods
        for key in ("initContainerStatuses", "containerStatuses")
        for each in (item.get("status") or {}).get(key) or []
    )


def log_tails(pods: list[dict[str, Any]], view: View, lines: int = 10) -> list[str]:
    """The last log lines of containers that ended badly: asked of the API server, so only when something failed."""
    tails = []
    for item in pods:
        about, status = item["metadata"], item.get("status") or {}
        for each in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
            state = each.get("state") or {}
            again = bool(each.get("restartCount")) and "terminated" not in state
            ended = state.get("terminated") or (each.get("lastState") or {}).get("terminated") or {}
            if not ended.get("exitCode"):
                continue
            query = {"container": each["name"], "tailLines": str(lines), "previous": str(again).lower()}
            try:
                path = f"/api/v1/namespaces/{about['namespace']}/pods/{about['name']}/log"
                text = view.client.text(path, query).strip()
            except Exception:  # noqa: S112
                # The log is an extra: a container that is gone has none, and the reason stands without it.
                continue
            if text:
                tails.append(f"last log lines of {about['name']}, container {each['name']}:\n{_indented(text)}")
    return tails[:3]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
