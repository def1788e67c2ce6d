"""The engine's resource provider protocol, answered for what runs inside Pulsar."""

import pathlib
import re
from typing import Any

from plugin.differences import Change, diff_response, differences
from plugin.problems import NotReady, PluginError
from plugin.protocol import empty_pb2, provider_pb2
from plugin.provider import BaseProvider, resource_of
from plugin.replies import answered, initialisation_failed
from plugin.reporting import Reports
from plugin.values import Path, Unknown, Values, at, decode, encode, redactor, without_nulls

from . import NAME, VERSION, running
from .admin import Admin, settings
from .kinds import IDENTITY, KINDS, Kind, replaces

LIVE = "live"
"""The output in which the state keeps the configuration as Pulsar has it: what differs from it later is drift."""
_WORDS = re.compile(r"[-=:.\w]+")


class Provider(BaseProvider):
    """Answers the engine. Each request has a thread of its own, because most of them wait for Pulsar."""

    name, version = NAME, VERSION

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._admin: Admin | None = None

    @answered
    def Configure(self, request, context):  # noqa: D102, N802
        given = decode(request.args).plain
        # A preview before the cluster is there knows none of it, and asks Pulsar nothing.
        self._admin = Admin(settings({key: each for key, each in given.items() if not isinstance(each, Unknown)}))
        return super().Configure(request, context)

    @answered
    def Check(self, request, context):  # noqa: D102, N802
        _kind(request)
        new = decode(request.news)
        plain = without_nulls(new.plain)
        failures = [
            provider_pb2.CheckFailure(
                property=each, reason=f"{plain.get(each)!r} can't be the {each} of anything in Pulsar."
            )
            for each in IDENTITY
            if not isinstance(plain.get(each), Unknown) and not _WORDS.fullmatch(str(plain.get(each) or ""))
        ]
        package = plain.get("package")
        if isinstance(package, str) and not pathlib.Path(package).is_file():
            reason = f"The package {package} doesn't exist. Build it, or correct its path."
            failures.append(provider_pb2.CheckFailure(property="package", reason=reason))
        return provider_pb2.CheckResponse(inputs=encode(Values(plain, new.secrets)), failures=failures)

    @answered
    def Diff(self, request, context):  # noqa: D102, N802
        old, new = decode(request.old_inputs).plain, decode(request.news).plain
        # Where the package lies doesn't matter while it is the same one.
        moved = old.get("digest") == new.get("digest") and old.get("digest") is not None
        found = [
            _with_replacement(each, old)
            for each in differences(old, new)
            if not (moved and each.path[0] in ("package", "fileName"))
        ]
        return diff_response(found, delete_first=True)

    @answered
    def Create(self, request, context):  # noqa: D102, N802
        kind, inputs = _kind(request), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        identity, say = running.identity_of(inputs.plain), self._say(request, inputs)
        try:
            live = running.create(self._pulsar(), kind, inputs.plain, request.timeout, say)
        except NotReady as unready:
            reasons = [redactor(inputs)(each) for each in unready.reasons]
            initialisation_failed(context, identity, _outputs(inputs, unready.live), request.properties, reasons)
        return provider_pb2.CreateResponse(id=identity, properties=_outputs(inputs, live))

    @answered
    def Update(self, request, context):  # noqa: D102, N802
        kind, inputs = _kind(request), decode(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        say, before = self._say(request, inputs), decode(request.old_inputs).plain
        try:
            live = running.update(self._pulsar(), kind, before, inputs.plain, request.timeout, say)
        except NotReady as unready:
            reasons = [redactor(inputs)(each) for each in unready.reasons]
            initialisation_failed(context, request.id, _outputs(inputs, unready.live), request.news, reasons)
        return provider_pb2.UpdateResponse(properties=_outputs(inputs, live))

    @answered
    def Read(self, request, context):  # noqa: D102, N802
        kind, inputs, before = _kind(request), decode(request.inputs), decode(request.properties).plain
        parts = request.id.split("/")
        if len(parts) != len(IDENTITY):
            raise PluginError(f"{request.id!r} is not the id of a {kind.noun}. Write tenant/namespace/name.")
        live = running.read(self._pulsar(), kind, request.id)
        if live is None:
            return provider_pb2.ReadResponse()
        now = Values(_seen(dict(zip(IDENTITY, parts, strict=True)), inputs.plain, before, live), inputs.secrets)
        return provider_pb2.ReadResponse(id=request.id, inputs=encode(now), properties=_outputs(now, live))

    @answered
    def Delete(self, request, context):  # noqa: D102, N802
        running.delete(self._pulsar(), _kind(request), request.id, request.timeout or running.DEFAULT_SECONDS)
        return empty_pb2.Empty()

    def Cancel(self, request, context):  # noqa: D102, N802
        if self._admin:
            self._admin.cancelled.set()
        return super().Cancel(request, context)

    def _pulsar(self) -> Admin:
        if self._admin is None:
            raise PluginError("the provider was not configured")
        return self._admin

    def _say(self, request: Any, inputs: Values) -> running.Say:
        redact, show = redactor(inputs), self._reports.progress_of(request.urn)
        return lambda text: show(redact(text))


def _kind(request: Any) -> Kind:
    token = resource_of(request).type
    if token not in KINDS:
        raise PluginError(f"This provider has no resource {token}.")
    return KINDS[token]


def _with_replacement(found: Any, old: dict[str, Any]) -> Any:
    gone = found.change is Change.DELETE
    if not replaces(found.path, gone=gone, was=at(old, found.path)):
        return found
    return type(found)(found.path, found.change, replaces=True)


def _outputs(inputs: Values, live: dict[str, Any]) -> Any:
    """The inputs, and the configuration as Pulsar has it: secret as a whole where any of what was sent is."""
    hidden: set[Path] = {(LIVE,)} if any(path[0] == "config" for path in inputs.secrets) else set()
    return encode(Values({**inputs.plain, LIVE: live}, frozenset({*inputs.secrets, *hidden})))


def _seen(
    identity: dict[str, str], inputs: dict[str, Any], before: dict[str, Any], live: dict[str, Any]
) -> dict[str, Any]:
    """The inputs that would make what is there.

    Pulsar writes a configuration down otherwise than it was sent. So what counts is what has changed since.
    """
    if not inputs:
        return {**identity, "config": {key: value for key, value in live.items() if key not in IDENTITY and value}}
    known, config = before.get(LIVE) or {}, dict(inputs.get("config") or {})
    for key in {*known, *live} - set(IDENTITY):
        if known.get(key) != live.get(key):
            if key in live:
                config[key] = live[key]
            else:
                config.pop(key, None)
    return {**inputs, **identity, "config": config}
