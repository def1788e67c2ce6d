"""What of a dry run's answer a real run will answer too."""

from typing import Any

from plugin.values import UNKNOWN, at

from .naming import metadata

_ALLOCATED = ("clusterIP", "clusterIPs", "healthCheckNodePort")


def foreseen(tried: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """An object that was made by a dry run, with what the real one will have otherwise marked as unknown.

    Args:
        tried: what the API server answered; or the inputs themselves, where it could not be asked.
        inputs: what the program asks for.
    """
    about = dict(metadata(tried))
    if "uid" not in about:
        return tried
    about |= {key: UNKNOWN for key in ("uid", "resourceVersion", "creationTimestamp") if key in about}
    if metadata(inputs).get("name") is None:
        about["name"] = UNKNOWN
    result = {**tried, "metadata": about}
    if "status" in tried:
        result["status"] = UNKNOWN
    if tried.get("kind") == "Service" and tried.get("apiVersion") == "v1":
        result["spec"] = _service(tried.get("spec") or {}, inputs.get("spec") or {})
    return result


def _service(tried: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    spec = {**tried, **{key: UNKNOWN for key in _ALLOCATED if key in tried and key not in inputs}}
    if inputs.get("clusterIP") is not None and "clusterIPs" in tried:
        spec["clusterIPs"] = tried["clusterIPs"]
    spec["ports"] = [
        {**port, "nodePort": UNKNOWN}
        if "nodePort" in port and at(inputs, ("ports", index, "nodePort")) is None
        else port
        for index, port in enumerate(tried.get("ports") or [])
    ]
    return spec
