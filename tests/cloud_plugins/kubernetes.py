"""The Kubernetes API behind the clusters that are made up: none, or one that a test brings.

With `CLOUD_PLUGIN_KUBECONFIG` every cluster's address and authority are those of that kubeconfig's current context.
"""

import base64
import dataclasses
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

VARIABLE = "CLOUD_PLUGIN_KUBECONFIG"
NOBODY = "kubernetes.example.invalid"
"""A name that is reserved for examples, so nobody answers (RFC 2606)."""
_AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBJTCBzKADAgECAgEBMAoGCCqGSM49BAMCMBExDzANBgNVBAMMBm5vYm9keTAg
Fw0wMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowETEPMA0GA1UEAwwGbm9i
b2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC6f0T/k/tbr9VgMDIFT+4mm1
VBIABPTXBMsKYAOvNSJ5ovtp2eXnc5YxLIwgRXutWeExHZ44Ynzg45vPPHgOsaMT
MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA8RNqzZ0voYA0
EoeILObm5dlZsRZVB1pO+fJJTFYzie8CIEvV9fsy7AH1C6/QC9MBBbvRMx/bmYzt
t+Tu2G1UNSiw
-----END CERTIFICATE-----
"""
"""An authority whose key nobody has: it was thrown away."""


@dataclasses.dataclass(frozen=True)
class Api:
    """What a cluster's outputs say of its API."""

    server: str
    """Its address: `https://…`."""
    authority: str
    """Its certificate authority, PEM in base64."""
    kubeconfig: str
    """An administrator's kubeconfig."""

    @property
    def host(self) -> str:
        """Host and port."""
        return self.server.partition("://")[2]


def api(environment: Mapping[str, str] = os.environ) -> Api:
    """The API of every cluster.

    Args:
        environment: where `CLOUD_PLUGIN_KUBECONFIG` is looked up.
    """
    path = environment.get(VARIABLE)
    if path:
        text = pathlib.Path(path).read_text()
        cluster: dict[str, Any] = json.loads(text)["clusters"][0]["cluster"]
        return Api(cluster["server"], _authority(cluster), text)
    server, authority = f"https://{NOBODY}", base64.b64encode(_AUTHORITY.encode()).decode()
    name = "nobody"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": name, "user": {"token": "made-up"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return Api(server, authority, json.dumps(content))


def _authority(cluster: Mapping[str, Any]) -> str:
    if "certificate-authority-data" in cluster:
        return cluster["certificate-authority-data"]
    return base64.b64encode(pathlib.Path(cluster["certificate-authority"]).read_bytes()).decode()
