"""What a bare cluster lacks: name service, volumes, and the right of the API server to call the kubelet."""

import concurrent.futures
import pathlib
from collections.abc import Iterator
from typing import Any

import yaml

from . import pki
from .api import Api
from .layout import COREDNS_VERSION, PROVISIONER_VERSION, Layout

MANIFESTS = pathlib.Path(__file__).parent / "manifests"


def documents(layout: Layout) -> Iterator[dict[str, Any]]:
    """The add-ons' objects."""
    values = {
        "@DNS_ADDRESS@": layout.dns_address,
        "@COREDNS_VERSION@": COREDNS_VERSION,
        "@PROVISIONER_VERSION@": PROVISIONER_VERSION,
        "@VOLUMES@": str(layout.volumes),
        "@KUBELET_CLIENTS@": pki.kubelet_clients(layout),
    }
    for file in ("kubelet-clients.yaml", "coredns.yaml", "storage.yaml"):
        text = (MANIFESTS / file).read_text()
        for mark, value in values.items():
            text = text.replace(mark, value)
        yield from filter(None, yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def apply(layout: Layout, api: Api) -> None:
    """Make the add-ons what this version of the project wants them to be."""
    found = list(documents(layout))
    for document in found:
        if document["kind"] == "Namespace":
            api.apply(document)
    # Kubernetes lets the rest come in any order.
    with concurrent.futures.ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(api.apply, (document for document in found if document["kind"] != "Namespace")))


def wait(api: Api, timeout_seconds: float = 120) -> None:
    """Wait until names resolve and volumes are made."""
    for namespace, name, what in (
        ("kube-system", "coredns", "The cluster's name service (CoreDNS)"),
        ("local-path-storage", "local-path-provisioner", "The volume provisioner"),
    ):
        api.wait_for(
            f"/apis/apps/v1/namespaces/{namespace}/deployments",
            name,
            lambda deployment: deployment.get("status", {}).get("availableReplicas", 0) > 0,
            timeout_seconds,
            what,
        )
