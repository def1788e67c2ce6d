"""The engine's resource provider protocol, answered for Kubernetes objects."""

from typing import Any

from plugin.differences import diff_response, differences
from plugin.protocol import empty_pb2, provider_pb2
from plugin.provider import BaseProvider, Resource, resource_of
from plugin.replies import answered, initialisation_failed
from plugin.reporting import Reports
from plugin.values import UNKNOWN, Values, decode, encode, redactor

from . import VERSION, readiness, refreshing, settings
from .discovery import built_in_scope
from .foreseeing import foreseen
from .naming import AUTONAMED, FIELD_MANAGER, annotation, automatic_name, from_type, metadata, resource_id
from .operations import Operations
from .problems import NotReady, PluginError
from .rest import Client, Unreachable
from .settings import Settings
from .unsupported import why_unsupported

_INITIAL_VERSION = "__initialApiVersion"


class Provider(BaseProvider):
    """Answers the engine. Each request has a thread of its own, because most of them wait for a cluster."""

    name, version = "kubernetes", VERSION

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._settings = Settings()
        self._operations: Operations | None = None
        self._no_cluster: Exception | None = None

    @answered
    def Configure(self, request, context):  # noqa: D102, N802
        from .kubeconfig import connect

        self._settings = chosen = settings.read(decode(request.args).plain)
        try:
            connection = connect(chosen.kubeconfig, chosen.context, chosen.cluster, chosen.namespace)
            self._operations = Operations(Client(connection), chosen)
        except (PluginError, OSError, ValueError) as error:
            # A preview works without a cluster: the one that the kubeconfig is for may not have been made yet.
            self._no_cluster = error
        return super().Configure(request, context)

    @answered
    def Check(self, request, context):  # noqa: D102, N802
        resource, old, new = resource_of(request), decode(request.olds), decode(request.news)
        problem = why_unsupported(resource.type)
        if problem:
            return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=problem)])
        api_version, kind = from_type(resource.type)
        manifest = {"apiVersion": api_version, "kind": kind, **new.plain}
        about = manifest.get("metadata", {})
        if about is UNKNOWN:
            return provider_pb2.CheckResponse(inputs=encode(Values(manifest, new.secrets)))
        about = dict(about or {})
        if about.get("name") is None and not about.get("generateName"):
            failure = _give_a_name(about, resource, old.plain, request)
            if failure:
                return provider_pb2.CheckResponse(failures=[failure])
        # One that was made without, before its kind was known, stays where it is.
        settled = bool(old.plain) and metadata(old.plain).get("namespace") is None
        if about.get("namespace") is None and not settled and self._is_namespaced(manifest):
            about["namespace"] = self._operations.client.namespace if self._operations else "default"
        manifest["metadata"] = about
        secrets = refreshing.secret_paths(manifest, new.secrets)
        return provider_pb2.CheckResponse(inputs=encode(Values(manifest, secrets)))

    def _is_namespaced(self, manifest: dict[str, Any]) -> bool:
        known = built_in_scope(str(manifest["apiVersion"]), str(manifest["kind"]))
        if known is not None or not self._operations:
            return bool(known)
        try:
            return self._operations.discovery.namespaced(manifest["apiVersion"], manifest["kind"])
        except (PluginError, Unreachable):
            return False

    @answered
    def Diff(self, request, context):  # noqa: D102, N802
        before, new = decode(request.olds).plain, decode(request.news).plain
        old = decode(request.old_inputs).plain
        if self._operations:
            found = self._operations.differences(resource_of(request), before, old, new)
        else:
            found = list(differences(old, new))
        same_name = metadata(old).get("name") == metadata(new).get("name")
        same_namespace = metadata(old).get("namespace") == metadata(new).get("namespace")
        return diff_response(found, delete_first=same_name and same_namespace)

    @answered
    def Create(self, request, context):  # noqa: D102, N802
        resource, inputs = resource_of(request), decode(request.properties)
        if request.preview and not self._operations:
            return provider_pb2.CreateResponse(properties=request.properties)
        operations = self._cluster()
        if request.preview:
            live = operations.preview_creation(resource, inputs.plain)
            return provider_pb2.CreateResponse(properties=encode(_outputs(foreseen(live, inputs.plain), inputs)))
        wait = readiness.Wait(request.timeout, self._reports.progress_of(resource.urn), redactor(inputs))
        try:
            live, manager = operations.create(resource, inputs.plain, wait)
        except NotReady as unready:
            from .naming import field_manager

            outputs = encode(_outputs(unready.live, inputs, field_manager(resource.urn)))
            initialisation_failed(context, _id(unready.live), outputs, request.properties, unready.reasons)
        return provider_pb2.CreateResponse(id=_id(live), properties=encode(_outputs(live, inputs, manager)))

    @answered
    def Update(self, request, context):  # noqa: D102, N802
        resource, before, inputs = resource_of(request), decode(request.olds).plain, decode(request.news)
        if request.preview and not self._operations:
            return provider_pb2.UpdateResponse(properties=request.news)
        operations, manager = self._cluster(), before.get(FIELD_MANAGER)
        if request.preview:
            live = operations.preview_update(resource, before, inputs.plain)
            return provider_pb2.UpdateResponse(properties=encode(_outputs(live, inputs, manager)))
        wait = readiness.Wait(request.timeout, self._reports.progress_of(resource.urn), redactor(inputs))
        try:
            live = operations.update(resource, before, inputs.plain, wait)
        except NotReady as unready:
            outputs = encode(_outputs(unready.live, inputs, manager))
            initialisation_failed(context, request.id, outputs, request.news, unready.reasons)
        except Unreachable as error:
            if not self._settings.skip_update_unreachable:
                raise
            self._reports.warn(resource.urn, f"left as it was: {error}")
            return provider_pb2.UpdateResponse(properties=request.olds)
        return provider_pb2.UpdateResponse(properties=encode(_outputs(live, inputs, manager)))

    @answered
    def Read(self, request, context):  # noqa: D102, N802
        resource, before, inputs = resource_of(request), decode(request.properties), decode(request.inputs)
        api_version, kind = from_type(resource.type)
        manifest = {"apiVersion": api_version, "kind": kind, **before.plain, **inputs.plain}
        operations = self._cluster()
        try:
            live = operations.read(request.id, manifest)
        except Unreachable as error:
            if not self._settings.delete_unreachable:
                raise
            self._reports.warn(resource.urn, f"forgotten: {error}")
            live = None
        if live is None:
            return provider_pb2.ReadResponse()
        known = bool(inputs.plain)
        now = refreshing.refreshed(inputs.plain, before.plain, live) if known else refreshing.imported(live)
        read = Values(now, refreshing.secret_paths(now, inputs.secrets))
        outputs = encode(_outputs(live, read, before.plain.get(FIELD_MANAGER)))
        why = operations.why_not_ready(now, live) if known else ""
        if why:
            initialisation_failed(context, _id(live), outputs, encode(read), [why])
        return provider_pb2.ReadResponse(id=_id(live), properties=outputs, inputs=encode(read))

    @answered
    def Delete(self, request, context):  # noqa: D102, N802
        resource, before = resource_of(request), decode(request.properties).plain
        api_version, kind = from_type(resource.type)
        manifest = {"apiVersion": api_version, "kind": kind, **before}
        say = self._reports.progress_of(resource.urn)
        try:
            self._cluster().delete(request.id, manifest, request.timeout, say)
        except Unreachable as error:
            if not self._settings.delete_unreachable:
                raise
            self._reports.warn(resource.urn, f"forgotten: {error}")
        return empty_pb2.Empty()

    def Cancel(self, request, context):  # noqa: D102, N802
        if self._operations:
            self._operations.informers.cancel()
        return super().Cancel(request, context)

    def why_unsupported(self, token: str) -> str:
        """What only the official plugin can do."""
        return why_unsupported(token)

    def _cluster(self) -> Operations:
        if not self._operations:
            raise PluginError(str(self._no_cluster or "the provider was not configured"))
        return self._operations


def _give_a_name(about: dict[str, Any], resource: Resource, old: dict[str, Any], request: Any) -> Any:
    naming = request.autonaming if request.HasField("autonaming") else None
    modes = provider_pb2.CheckRequest.AutonamingOptions
    if naming and naming.mode == modes.DISABLE:
        reason = f"{resource.name} has no metadata.name, and automatic names are turned off. Give it a name."
        return provider_pb2.CheckFailure(property="metadata.name", reason=reason)
    if annotation(old, AUTONAMED) == "true" and metadata(old).get("name"):
        about["name"] = metadata(old)["name"]
    elif naming and naming.proposed_name:
        about["name"] = naming.proposed_name
    else:
        about["name"] = automatic_name(resource.name, resource.urn, request.randomSeed)
    annotations = about.get("annotations")
    if annotations is not UNKNOWN:
        about["annotations"] = {**(annotations or {}), AUTONAMED: "true"}
    return None


def _outputs(live: dict[str, Any], inputs: Values, manager: str | None = None) -> Values:
    """The live object as the state keeps it, with the secret parts of the inputs secret in it too."""
    # A list may have grown or been put in another order by the API server: then all of it is kept secret.
    secrets = frozenset(tuple(_until_a_list(path)) for path in inputs.secrets)
    about = {key: value for key, value in metadata(live).items() if key != "managedFields"}
    plain = {**live, "metadata": about, _INITIAL_VERSION: live.get("apiVersion")}
    if manager:
        plain[FIELD_MANAGER] = manager
    return Values(plain, refreshing.secret_paths(plain, secrets))


def _until_a_list(path: tuple[str | int, ...]) -> list[str | int]:
    steps: list[str | int] = []
    for step in path:
        if isinstance(step, int):
            break
        steps.append(step)
    return steps


def _id(live: dict[str, Any]) -> str:
    return resource_id(metadata(live).get("namespace"), metadata(live)["name"])
