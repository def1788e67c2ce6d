"""Creating, changing and deleting objects by server-side apply, and the sentences for when that is refused."""

import re
from typing import Any

from plugin.values import without_nulls

from .discovery import Discovery, Kind
from .naming import annotation, metadata
from .problems import PluginError
from .rest import ApiError, Client

FORCE = "pulumi.com/patchForce"
_APPLY = "application/apply-patch+yaml"
_MANAGED_BY_THE_SERVER = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink")


class Objects:
    """The objects of one cluster."""

    def __init__(self, client: Client, discovery: Discovery) -> None:
        self.client = client
        self.discovery = discovery

    def kind(self, manifest: dict[str, Any]) -> Kind:
        """How objects like `manifest` are addressed."""
        return self.discovery.kind(manifest["apiVersion"], manifest["kind"])

    def namespace(self, manifest: dict[str, Any]) -> str | None:
        """The namespace of the object; `None` for one that belongs to the cluster."""
        if not self.kind(manifest).namespaced:
            return None
        return metadata(manifest).get("namespace") or self.client.namespace

    def path(self, manifest: dict[str, Any]) -> str:
        """The object's path in the API."""
        return self.kind(manifest).path(self.namespace(manifest), metadata(manifest)["name"])

    def live(self, manifest: dict[str, Any]) -> dict[str, Any] | None:
        """The object as it is now; `None` where there is none."""
        try:
            return self.client.request("GET", self.path(manifest))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def apply(
        self, manifest: dict[str, Any], manager: str, *, dry_run: bool = False, force: bool | None = None
    ) -> dict[str, Any]:
        """Make the object as `manifest` says, leaving alone the fields that others own.

        Args:
            manifest: the fields that are ours.
            manager: the name under which we own them.
            dry_run: only answer what would become of it.
            force: take fields that others own. Default: as the annotation `pulumi.com/patchForce` says.

        Raises:
            ApiError: as the API server puts it.
        """
        body = _to_apply(manifest)
        force = annotation(manifest, FORCE) == "true" if force is None else force
        query = {"fieldManager": manager, "force": str(force).lower()} | ({"dryRun": "All"} if dry_run else {})
        if "name" not in body["metadata"]:
            collection = self.kind(manifest).collection(self.namespace(manifest))
            return self.client.request("POST", collection, query=query, body=body)
        return self.client.request("PATCH", self.path(manifest), query=query, body=body, content_type=_APPLY)

    def try_creation(self, manifest: dict[str, Any], manager: str) -> dict[str, Any] | None:
        """What the API server would make of a new object; `None` where an object of that name exists."""
        collection = self.kind(manifest).collection(self.namespace(manifest))
        query = {"dryRun": "All", "fieldManager": manager}
        try:
            return self.client.request("POST", collection, query=query, body=_to_apply(manifest))
        except ApiError as error:
            if error.status == 409:
                return None
            raise


def _to_apply(manifest: dict[str, Any]) -> dict[str, Any]:
    body = without_nulls(manifest)
    body["metadata"] = {key: value for key, value in metadata(body).items() if key not in _MANAGED_BY_THE_SERVER}
    for key in ("annotations", "labels"):
        # Owning an empty map is a difference to the API server, and none to anybody else.
        if body["metadata"].get(key) == {}:
            del body["metadata"][key]
    return body


def managers(live: dict[str, Any]) -> list[str]:
    """Who owns fields of the object."""
    return [str(entry.get("manager")) for entry in metadata(live).get("managedFields") or []]


def same_object(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether applying changed nothing: neither a field nor who owns it."""
    return _without_versions(one) == _without_versions(other)


def _without_versions(live: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in metadata(live).items() if key not in ("resourceVersion", "generation")}
    if rest.get("managedFields"):
        rest["managedFields"] = [{**entry, "time": None} for entry in rest["managedFields"]]
    return {**live, "metadata": rest}


def described(manifest: dict[str, Any]) -> str:
    """What to call an object in a sentence: `StatefulSet pulsar/bookie`."""
    about = metadata(manifest)
    name = about.get("name") or about.get("generateName") or "without a name"
    namespace = about.get("namespace")
    return (
        f"{manifest.get('kind')} {namespace}/{name}" if isinstance(namespace, str) else f"{manifest.get('kind')} {name}"
    )


def already_exists(manifest: dict[str, Any], live: dict[str, Any], token: str, logical_name: str) -> PluginError:
    """The error for an object that somebody else made."""
    about = metadata(live)
    identity = f"{about['namespace']}/{about['name']}" if about.get("namespace") else about.get("name")
    owners = ", ".join(dict.fromkeys(managers(live))) or "nobody says who"
    return PluginError(
        f"{described(manifest)} exists already, made outside this stack (its fields are owned by: {owners}). "
        f"Take it over with `pulumi import {token} {logical_name} {identity}`, delete it, or choose another name."
    )


def refusal(manifest: dict[str, Any], error: ApiError) -> PluginError:
    """The error for what the API server refused, in a sentence with the way out."""
    conflicts = [cause for cause in error.causes if cause.get("reason") == "FieldManagerConflict"]
    if conflicts:
        fields = "; ".join(f"{cause.get('field', '').lstrip('.')} ({_owner(cause)})" for cause in conflicts)
        return PluginError(
            f"{described(manifest)} has fields that somebody else owns: {fields}. Leave these fields to them by "
            f'taking them out of the program, or take them over with the annotation {FORCE}: "true".'
        )
    return PluginError(f"Kubernetes refused {described(manifest)}: {error} (HTTP {error.status} {error.reason})")


def _owner(cause: dict[str, str]) -> str:
    found = re.search(r'conflict with "([^"]*)"(.*)', cause.get("message", ""))
    return f"{found[1]}{found[2]}" if found else cause.get("message", "")
