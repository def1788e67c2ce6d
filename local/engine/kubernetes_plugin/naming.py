"""Names and identities: automatic names, IDs, and the name under which a field is owned."""

import hashlib
import os
import secrets
from typing import Any

AUTONAMED = "pulumi.com/autonamed"
"""The annotation on an object whose name was made up."""

FIELD_MANAGER = "__fieldManager"
"""Where the state keeps the name under which the object's fields are owned, as the official plugin does."""


def automatic_name(logical_name: str, urn: str, seed: bytes) -> str:
    """`<logical name>-<8 hexadecimal digits>`, the same for the same seed.

    Args:
        logical_name: the resource's name in the program.
        urn: keeps resources with the same logical name apart.
        seed: from the engine, so that the preview and the update agree; empty for a random name.
    """
    digits = hashlib.sha256(seed + urn.encode()).hexdigest()[:8] if seed else secrets.token_hex(4)
    return f"{logical_name}-{digits}"


def field_manager(urn: str) -> str:
    """The name under which an object's fields are owned, the same in every run of the same stack.

    An `up` that was killed between creating an object and writing it down finds its own object again by this name.
    The backend is part of it, so that another checkout's stack with the same name isn't taken for this one.
    """
    owner = f"{os.environ.get('PULUMI_BACKEND_URL', '')}\n{urn}"
    return f"pulumi-kubernetes-{hashlib.sha256(owner.encode()).hexdigest()[:8]}"


def resource_id(namespace: str | None, name: str) -> str:
    """The engine's ID of an object: `namespace/name`, or `name` for one that belongs to the cluster."""
    return f"{namespace}/{name}" if namespace else name


def from_resource_id(identity: str) -> tuple[str | None, str]:
    """The namespace, if any, and the name in an ID."""
    namespace, _, name = identity.rpartition("/")
    return namespace or None, name


def from_type(token: str) -> tuple[str, str]:
    """The API version and kind that a type token stands for: `kubernetes:core/v1:Service` is `v1` and `Service`."""
    _, group_version, kind = token.split(":", 2)
    return group_version.removeprefix("core/"), kind


def metadata(manifest: dict[str, Any]) -> dict[str, Any]:
    """The object's metadata, or nothing where a preview doesn't know it yet."""
    found = manifest.get("metadata")
    return found if isinstance(found, dict) else {}


def annotation(manifest: dict[str, Any], name: str) -> str | None:
    """The value of an annotation, if it is there and known."""
    annotations = metadata(manifest).get("annotations")
    value = annotations.get(name) if isinstance(annotations, dict) else None
    return value if isinstance(value, str) else None
