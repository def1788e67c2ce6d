"""How to reach a GKE cluster without a stored token."""

from ..kubeconfig import with_plug_in


def kubeconfig(name: str, server: str, authority: str) -> str:
    """A kubeconfig that asks Google's own plug-in for a token each time.

    Args:
        name: what its context is called, as `gcloud container clusters get-credentials` calls it.
        server: the API server's address.
        authority: its certificate authority, in base64.
    """
    plug_in = {
        "command": "gke-gcloud-auth-plugin",
        "installHint": "gke-gcloud-auth-plugin is missing: `gcloud components install gke-gcloud-auth-plugin`.",
        "interactiveMode": "Never",
        "provideClusterInfo": True,
    }
    return with_plug_in(name, server=f"https://{server}", authority=authority, plug_in=plug_in)
