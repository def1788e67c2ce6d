"""How to reach a GKE cluster without a stored token."""

import json


def kubeconfig(name: str, server: str, authority: str) -> str:
    """A kubeconfig that asks Google's own plug-in for a token each time.

    Args:
        name: what its context is called, as `gcloud container clusters get-credentials` calls it.
        server: the API server's address.
        authority: its certificate authority, in base64.
    """
    plug_in = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "gke-gcloud-auth-plugin",
        "installHint": "gke-gcloud-auth-plugin is missing: `gcloud components install gke-gcloud-auth-plugin`.",
        "interactiveMode": "Never",
        "provideClusterInfo": True,
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": name,
                    "cluster": {"server": f"https://{server}", "certificate-authority-data": authority},
                }
            ],
            "users": [{"name": name, "user": {"exec": plug_in}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )
