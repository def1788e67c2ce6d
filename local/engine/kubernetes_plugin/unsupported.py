"""What only the official plugin can do, said in a sentence instead of a failure somewhere inside."""

_WAY_OUT = "Describe the objects themselves, or run where the official Kubernetes plugin can be downloaded."


def why_unsupported(token: str) -> str:
    """Why a resource or function can't be had here; empty when it can.

    Args:
        token: its type token, such as `kubernetes:helm.sh/v3:Release`.
    """
    _, module, name = [*token.split(":", 2), "", ""][:3]
    if module.startswith("helm"):
        return f"This plugin doesn't run Helm, so there is no {token}. {_WAY_OUT}"
    if module.startswith(("yaml", "kustomize")):
        return f"This plugin doesn't read manifests from files, so there is no {token}. {_WAY_OUT}"
    if name.endswith("Patch"):
        return (
            f"This plugin doesn't patch objects that others made, so there is no {token}. Import the object with "
            "`pulumi import` and own the fields that you need. " + _WAY_OUT
        )
    if name.endswith("List") and name not in ("", "List"):
        return f"{token} is a list of objects. Make a resource for each of them instead."
    return ""
