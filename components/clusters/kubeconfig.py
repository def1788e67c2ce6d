"""How to reach a cluster of a cloud: no token is stored, a program of the cloud's is asked for one each time."""

import json
from collections.abc import Mapping


def with_plug_in(name: str, *, server: str, authority: str, plug_in: Mapping[str, object]) -> str:
    """A kubeconfig with one context, as JSON.

    Args:
        name: what its context is called.
        server: the API server's address, `https://…`.
        authority: its certificate authority, in base64.
        plug_in: the program that gives tokens, as Kubernetes' `ExecConfig` but for its version.
    """
    ask = {"apiVersion": "client.authentication.k8s.io/v1beta1", **plug_in}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": authority}}],
            "users": [{"name": name, "user": {"exec": ask}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )
