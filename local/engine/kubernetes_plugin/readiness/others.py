"""When everything but workloads is ready: Services, claims, Ingresses, definitions, namespaces."""

from typing import Any

from .verdict import READY, Verdict, View, condition, is_true


def service(live: dict[str, Any], view: View) -> Verdict:
    """A Service is ready when something stands behind it, and its load balancer, if any, has an address.

    Nothing is waited for where nothing is promised: no selector, a headless Service, an external name.
    """
    spec = live.get("spec") or {}
    kind = spec.get("type", "ClusterIP")
    if kind == "ExternalName":
        return READY
    if kind == "LoadBalancer" and not ((live.get("status") or {}).get("loadBalancer") or {}).get("ingress"):
        return Verdict(ready=False, message="the load balancer has no address yet")
    if not spec.get("selector") or spec.get("clusterIP") == "None":
        return READY
    name = live["metadata"]["name"]
    slices = [
        each
        for each in view.neighbours("discovery.k8s.io/v1", "endpointslices")
        if (each["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == name
    ]
    endpoints = [endpoint for each in slices for endpoint in each.get("endpoints") or []]
    if any((each.get("conditions") or {}).get("ready") is not False for each in endpoints):
        return READY
    labels = ", ".join(f"{key}={value}" for key, value in sorted(spec["selector"].items()))
    found = f"{len(endpoints)} pods, none of them ready" if endpoints else "no pods"
    return Verdict(ready=False, message=f"no endpoints: {found} with the labels {labels}")


def claim(live: dict[str, Any], view: View) -> Verdict:
    """A PersistentVolumeClaim is ready when it is bound, or when its class waits for the first pod that uses it."""
    status = live.get("status") or {}
    if status.get("phase") == "Bound":
        return READY
    if status.get("phase") == "Lost":
        return Verdict(ready=False, failed=True, message="the volume that it was bound to is gone")
    classes = view.neighbours("storage.k8s.io/v1", "storageclasses", cluster=True)
    name = (live.get("spec") or {}).get("storageClassName")
    for each in classes:
        annotations = each["metadata"].get("annotations") or {}
        is_default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
        if (each["metadata"]["name"] == name or (name is None and is_default)) and each.get(
            "volumeBindingMode"
        ) == "WaitForFirstConsumer":
            return READY
    where = f"StorageClass {name}" if name else "the default StorageClass"
    return Verdict(ready=False, message=f"not bound to a volume yet ({where})")


def ingress(live: dict[str, Any], view: View) -> Verdict:
    """An Ingress is ready when its controller has given it an address."""
    if ((live.get("status") or {}).get("loadBalancer") or {}).get("ingress"):
        return READY
    return Verdict(ready=False, message="no ingress controller has given it an address yet")


def definition(live: dict[str, Any], view: View) -> Verdict:
    """A CustomResourceDefinition is ready when its kind is served."""
    if is_true(live, "Established"):
        return READY
    names = condition(live, "NamesAccepted")
    if names.get("status") == "False":
        return Verdict(ready=False, failed=True, message=f"its names were not accepted: {names.get('message')}")
    return Verdict(ready=False, message="its kind isn't served yet")


def api_service(live: dict[str, Any], view: View) -> Verdict:
    """An APIService is ready when its API is available."""
    if is_true(live, "Available"):
        return READY
    return Verdict(
        ready=False, message=f"not available: {condition(live, 'Available').get('message', 'not checked yet')}"
    )


def namespace(live: dict[str, Any], view: View) -> Verdict:
    """A Namespace is ready when pods can be made in it, which needs its default service account."""
    name = live["metadata"]["name"]
    accounts = view.informers.of(f"/api/v1/namespaces/{name}/serviceaccounts")
    if f"{name}/default" in accounts.objects or accounts.refused:
        return READY
    return Verdict(ready=False, message="its default service account isn't there yet")
