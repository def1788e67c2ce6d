"""The operators' own custom resource definitions on the real API server, and what it says about resources."""

import copy
import time
from collections.abc import Mapping
from typing import Any

import yaml

from local.engine.kubernetes_plugin.kubeconfig import connect
from local.engine.kubernetes_plugin.rest import ApiError, Client
from local.paths import KUBECONFIG
from tests import custom_resources

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_PATIENCE_SECONDS = 30


def client() -> Client:
    """The local cluster's API."""
    return Client(connect(str(KUBECONFIG)))


def apply(api: Client, operator: str) -> None:
    """Bring an operator's definitions, as its chart would, and wait until their kinds are served.

    They are too big for what `kubectl apply` keeps in an annotation, so they are applied by the server. They stay:
    another test may have resources of these kinds.

    Args:
        api: the cluster.
        operator: one of `custom_resources.OPERATORS`.
    """
    names = []
    for each in custom_resources.definitions(operator):
        body = {key: value for key, value in each.items() if key != "status"}
        # A conversion webhook is a part of the operator, which isn't there.
        body = {**body, "spec": {key: value for key, value in body["spec"].items() if key != "conversion"}}
        name = each["metadata"]["name"]
        query = {"fieldManager": "tests", "force": "true"}
        api.request(
            "PATCH", f"{_DEFINITIONS}/{name}", query=query, body=body, content_type="application/apply-patch+yaml"
        )
        names.append(name)
    until = time.monotonic() + _PATIENCE_SECONDS
    while missing := [name for name in names if not _is_established(api, name)]:
        assert time.monotonic() < until, f"not served after {_PATIENCE_SECONDS} s: {missing}"
        time.sleep(0.2)


def _is_established(api: Client, name: str) -> bool:
    found = api.request("GET", f"{_DEFINITIONS}/{name}").get("status", {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in found)


def collection(manifest: Mapping[str, Any], namespace: str) -> str:
    """The path of a custom resource's collection, by its definition's plural."""
    for operator in custom_resources.OPERATORS:
        for each in custom_resources.definitions(operator):
            if each["spec"]["names"]["kind"] == manifest["kind"] and manifest["apiVersion"].startswith(
                each["spec"]["group"] + "/"
            ):
                plural = each["spec"]["names"]["plural"]
                return f"/apis/{manifest['apiVersion']}/namespaces/{namespace}/{plural}"
    raise AssertionError(f"no operator defines {manifest['apiVersion']} {manifest['kind']}")


def refusal(api: Client, manifest: Mapping[str, Any], namespace: str = "default") -> str | None:
    """Why the API server would not take a custom resource as it is, every field of it; `None` when it would."""
    body = copy.deepcopy(dict(manifest))
    body["metadata"]["namespace"] = namespace
    try:
        api.request(
            "POST",
            collection(manifest, namespace),
            query={"dryRun": "All", "fieldValidation": "Strict", "fieldManager": "tests"},
            body=body,
        )
    except ApiError as error:
        return f"{manifest['kind']} {manifest['metadata']['name']}: {error}\n{yaml.safe_dump(body)}"
    return None
