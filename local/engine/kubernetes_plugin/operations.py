"""What the engine asks for, in terms of Kubernetes objects: create, change, look, delete."""

from collections.abc import Callable
from typing import Any

from plugin.differences import Difference, differences
from plugin.provider import Resource
from plugin.values import contains_unknown

from . import diffing, immutable, readiness
from .applying import Objects, already_exists, described, managers, refusal, same_object
from .discovery import Discovery, Kind
from .informers import Informers
from .naming import FIELD_MANAGER, annotation, field_manager, from_resource_id, metadata
from .problems import PluginError, UnknownKind
from .readiness import Wait
from .rest import ApiError, Client, Unreachable
from .settings import Settings

PROPAGATION = "pulumi.com/deletionPropagationPolicy"
_POLICIES = {"foreground": "Foreground", "background": "Background", "orphan": "Orphan"}
_OWN_NOTHING = ("ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim", "Endpoints", "LimitRange")
"""Kinds that nothing belongs to: their deletion needn't go through the garbage collector."""
_DELETE_SECONDS = 600.0
_DEFINITION_SECONDS = 10.0


class Operations:
    """Operations on one cluster."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.settings = settings
        self.client = client
        self.discovery = Discovery(client)
        self.objects = Objects(client, self.discovery)
        self.informers = Informers(client)

    def preview_creation(self, resource: Resource, manifest: dict[str, Any]) -> dict[str, Any]:
        """What an object would be, as far as it can be known before it is made."""
        if contains_unknown(manifest):
            return manifest
        try:
            return self.objects.try_creation(manifest, field_manager(resource.urn)) or manifest
        except (Unreachable, UnknownKind):
            return manifest
        except ApiError as error:
            if error.is_about_the_object or error.status == 401:
                raise refusal(manifest, error) from error
            # Most often its namespace isn't there yet, or who previews may not write.
            return manifest

    def create(self, resource: Resource, manifest: dict[str, Any], wait: Wait) -> tuple[dict[str, Any], str]:
        """Make an object and wait until it is ready.

        Returns:
            The live object and the name under which its fields are owned.

        Raises:
            NotReady: when the object was made but isn't ready.
            PluginError: when it was not made.
        """
        self._await_definition(manifest)
        manager = field_manager(resource.urn)
        live = self.objects.live(manifest) if metadata(manifest).get("name") else None
        if live and live["metadata"].get("deletionTimestamp"):
            # What is being deleted takes changes, and then takes them along.
            collection = self.objects.kind(live).collection(live["metadata"].get("namespace"))
            readiness.wait_until_gone(
                self.informers, collection, live, wait.timeout_seconds or _DELETE_SECONDS, wait.say
            )
            live = None
        if live and manager not in managers(live) and not self.settings.upsert_existing_objects:
            raise already_exists(manifest, live, resource.type, resource.name)
        return self._apply_and_wait(manifest, manager, wait), manager

    def update(
        self, resource: Resource, before: dict[str, Any], manifest: dict[str, Any], wait: Wait
    ) -> dict[str, Any]:
        """Change an object and wait until it is ready again."""
        manifest = _with_its_name(manifest, before)
        return self._apply_and_wait(manifest, self._manager(resource, before), wait)

    def preview_update(self, resource: Resource, before: dict[str, Any], manifest: dict[str, Any]) -> dict[str, Any]:
        """What an object would become, as far as it can be known."""
        manifest = _with_its_name(manifest, before)
        if contains_unknown(manifest):
            return manifest
        try:
            return self.objects.apply(manifest, self._manager(resource, before), dry_run=True)
        except (Unreachable, UnknownKind):
            return manifest
        except ApiError as error:
            if error.is_about_the_object or error.status == 409:
                raise refusal(manifest, error) from error
            return manifest

    def differences(
        self, resource: Resource, before: dict[str, Any], old: dict[str, Any], new: dict[str, Any]
    ) -> list[Difference]:
        """What an update would change, and what of it needs a new object.

        Nothing is asked of the cluster when the inputs are the same. When they differ, the API server says whether that
        makes a difference to it, and whether it would take the change.
        """
        found = immutable.mark_immutable(differences(old, new), old, new, self.settings.mutable_content)
        if not found or any(each.replaces for each in found) or contains_unknown(new):
            return found
        new = _with_its_name(new, before)
        try:
            live = self.objects.live(new)
            after = self.objects.apply(new, self._manager(resource, before), dry_run=True, force=True)
        except (Unreachable, UnknownKind):
            return found
        except ApiError as error:
            return self._refused(found, new, error)
        return [] if live and same_object(live, after) else found

    def _refused(self, found: list[Difference], new: dict[str, Any], error: ApiError) -> list[Difference]:
        if not error.is_about_the_object:
            return found
        try:
            return diffing.mark_refused(found, error)
        except ApiError as other:
            raise refusal(new, other) from other

    def read(self, identity: str, manifest: dict[str, Any]) -> dict[str, Any] | None:
        """The live object; `None` when it is gone."""
        namespace, name = from_resource_id(identity)
        try:
            kind = self.objects.kind(manifest)
        except UnknownKind:
            # With its definition, the objects of a kind are gone too.
            return None
        if kind.namespaced and not namespace:
            namespace = metadata(manifest).get("namespace") or self.client.namespace
        try:
            return self.client.request("GET", kind.path(namespace, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise PluginError(f"Can't read {manifest.get('kind')} {identity}: {error}") from error

    def why_not_ready(self, manifest: dict[str, Any], live: dict[str, Any]) -> str:
        """Why an object that the last update left unready still isn't ready; empty when it is."""
        verdict = readiness.look(manifest, live, self.objects, self.informers, patience_seconds=2)
        return "" if verdict.ready else f"{described(live)} is not ready: {verdict.message}"

    def delete(self, identity: str, before: dict[str, Any], timeout_seconds: float, say: Callable[[str], None]) -> None:
        """Delete an object and wait until it is gone. One that is gone already is fine."""
        live = self.read(identity, before)
        if live is None:
            return
        kind = self.objects.kind(before)
        usual = "background" if kind.api_version == "v1" and kind.kind in _OWN_NOTHING else "foreground"
        policy = _POLICIES.get((annotation(before, PROPAGATION) or usual).lower(), "Foreground")
        about, body = live["metadata"], {"propagationPolicy": policy, "preconditions": {"uid": live["metadata"]["uid"]}}
        collection = kind.collection(about.get("namespace"))
        self.informers.of(collection)
        try:
            self.client.request("DELETE", kind.path(about.get("namespace"), about["name"]), body=body)
        except ApiError as error:
            if error.status in (404, 409):
                # Gone, or gone and made anew by somebody else meanwhile.
                return
            raise PluginError(f"Kubernetes refused to delete {described(live)}: {error}") from error
        seconds = timeout_seconds or _DELETE_SECONDS
        readiness.wait_until_gone(self.informers, collection, live, seconds, say)

    def _manager(self, resource: Resource, before: dict[str, Any]) -> str:
        return str(before.get(FIELD_MANAGER) or field_manager(resource.urn))

    def _apply_and_wait(self, manifest: dict[str, Any], manager: str, wait: Wait) -> dict[str, Any]:
        readiness.check_annotations(manifest)
        try:
            live = self.objects.apply(manifest, manager)
        except ApiError as error:
            raise refusal(manifest, error) from error
        return readiness.wait_until_ready(manifest, live, self.objects, self.informers, wait)

    def _await_definition(self, manifest: dict[str, Any]) -> Kind:
        """How the object is addressed, waiting a moment for a definition that has only just been made."""
        try:
            return self.objects.kind(manifest)
        except UnknownKind:
            definitions = self.informers.of("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
        with self.informers.changed:
            self.informers.changed.wait_for(
                lambda: _is_served(definitions.objects, manifest) or self.client.cancelled.is_set(),
                _DEFINITION_SECONDS,
            )
        return self.objects.kind(manifest)


def _with_its_name(manifest: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the name that the API server made up for it, if it did (`generateName`)."""
    name = metadata(before).get("name")
    if metadata(manifest).get("name") is not None or not name:
        return manifest
    return {**manifest, "metadata": {**metadata(manifest), "name": name}}


def _is_served(definitions: dict[str, dict[str, Any]], manifest: dict[str, Any]) -> bool:
    group = str(manifest["apiVersion"]).rpartition("/")[0]
    return any(
        each["spec"]["group"] == group
        and each["spec"]["names"]["kind"] == manifest["kind"]
        and any(c.get("type") == "Established" and c.get("status") == "True" for c in _conditions(each))
        for each in definitions.values()
    )


def _conditions(live: dict[str, Any]) -> list[dict[str, Any]]:
    return (live.get("status") or {}).get("conditions") or []
