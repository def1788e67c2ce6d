"""How to reach an AKS cluster without a stored token."""

import base64

import yaml

from ..kubeconfig import with_plug_in

_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-500e3d0b8d29"
"""AKS' own application in Entra, the same everywhere: whom the tokens are for."""


def kubeconfig(name: str, server: str, authority: str) -> str:
    """A kubeconfig that asks Microsoft's plug-in for a token each time.

    The login is that of `az login`; where AAD_LOGIN_METHOD is set, as in CI (`workloadidentity`, `spn`), it is that.

    Args:
        name: what its context is called, as `az aks get-credentials` calls it.
        server: the API server's host name.
        authority: its certificate authority, in base64.
    """
    plug_in = {
        "command": "kubelogin",
        "args": ["get-token", "--login", "azurecli", "--server-id", _SERVER_APPLICATION],
        "installHint": "kubelogin is missing: `az aks install-cli`, or https://azure.github.io/kubelogin.",
        "interactiveMode": "Never",
        "provideClusterInfo": False,
    }
    return with_plug_in(name, server=f"https://{server}", authority=authority, plug_in=plug_in)


def authority(credentials: str) -> str:
    """The certificate authority, in base64, of a kubeconfig that AKS gave, in base64 as well."""
    told = yaml.safe_load(base64.b64decode(credentials))
    return told["clusters"][0]["cluster"]["certificate-authority-data"]
