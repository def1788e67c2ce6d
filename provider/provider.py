"""The engine's resource provider protocol, answered for what lives and runs inside Pulsar."""

import dataclasses
from typing import Any

from plugin.differences import Change, diff_response, differences
from plugin.problems import NotReady, PluginError
from plugin.protocol import empty_pb2, provider_pb2
from plugin.provider import BaseProvider, resource_of
from plugin.replies import answered, initialisation_failed
from plugin.reporting import Reports
from plugin.values import Path, Unknown, Values, at, decode, encode, redactor, without_nulls

from . import NAME, VERSION
from .admin import Admin, Version, settings
from .handler import Handler, Task
from .handlers import HANDLERS

LIVE = "live"
"""The output in which the state keeps what Pulsar has: what differs from it later is drift."""


class Provider(BaseProvider):
    """Answers the engine. Each request has a thread of its own, because most of them wait for Pulsar."""

    name, version = NAME, VERSION

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._admins: dict[Version, Admin] = {}

    @answered
    def Configure(self, request, context):  # noqa: D102, N802
        given = decode(request.args).plain
        # A preview before the cluster is there knows none of it, and asks Pulsar nothing.
        told = settings({key: each for key, each in given.items() if not isinstance(each, Unknown)})
        self._admins = {"v3": Admin(told), "v2": Admin(told.for_brokers(), "v2")}
        return super().Configure(request, context)

    @answered
    def Check(self, request, context):  # noqa: D102, N802
        handler, new = _handler(request), decode(request.news)
        plain = without_nulls(new.plain)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in handler.check(dict(plain))
        ]
        return provider_pb2.CheckResponse(inputs=encode(Values(plain, new.secrets)), failures=failures)

    @answered
    def Diff(self, request, context):  # noqa: D102, N802
        handler, old, new = _handler(request), decode(request.old_inputs).plain, decode(request.news).plain
        found = [
            dataclasses.replace(
                each,
                replaces=handler.replaces(each.path, gone=each.change is Change.DELETE, was=at(old, each.path)),
            )
            for each in differences(old, new)
            if not handler.same(each.path, old, new)
        ]
        return diff_response(found, delete_first=True)

    @answered
    def Create(self, request, context):  # noqa: D102, N802
        handler, inputs = _handler(request), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        identity, task = handler.identity(inputs.plain), self._task(request, inputs)
        try:
            live = handler.create(self._admin(handler), inputs.plain, task)
        except NotReady as unready:
            reasons = [redactor(inputs)(each) for each in unready.reasons]
            initialisation_failed(context, identity, _outputs(inputs, unready.live), request.properties, reasons)
        return provider_pb2.CreateResponse(id=identity, properties=_outputs(inputs, live))

    @answered
    def Update(self, request, context):  # noqa: D102, N802
        handler, inputs = _handler(request), decode(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        task, before = self._task(request, inputs), decode(request.old_inputs).plain
        try:
            live = handler.update(self._admin(handler), before, inputs.plain, task)
        except NotReady as unready:
            reasons = [redactor(inputs)(each) for each in unready.reasons]
            initialisation_failed(context, request.id, _outputs(inputs, unready.live), request.news, reasons)
        return provider_pb2.UpdateResponse(properties=_outputs(inputs, live))

    @answered
    def Read(self, request, context):  # noqa: D102, N802
        handler, inputs, before = _handler(request), decode(request.inputs), decode(request.properties).plain
        found = handler.read(self._admin(handler), request.id, inputs.plain, before.get(LIVE) or {})
        if found is None:
            return provider_pb2.ReadResponse()
        now = Values(found.inputs, inputs.secrets)
        return provider_pb2.ReadResponse(id=request.id, inputs=encode(now), properties=_outputs(now, found.live))

    @answered
    def Delete(self, request, context):  # noqa: D102, N802
        handler, kept = _handler(request), decode(request.properties)
        handler.delete(self._admin(handler), request.id, kept.plain, self._task(request, kept))
        return empty_pb2.Empty()

    def Cancel(self, request, context):  # noqa: D102, N802
        for admin in self._admins.values():
            admin.cancelled.set()
        return super().Cancel(request, context)

    def _admin(self, handler: Handler) -> Admin:
        if not self._admins:
            raise PluginError("the provider was not configured")
        return self._admins[handler.api]

    def _task(self, request: Any, values: Values) -> Task:
        redact, urn = redactor(values), request.urn
        show = self._reports.progress_of(urn)
        return Task(
            request.timeout, lambda text: show(redact(text)), lambda text: self._reports.tell(urn, redact(text))
        )


def _handler(request: Any) -> Handler:
    token = resource_of(request).type
    if token not in HANDLERS:
        raise PluginError(f"This provider has no resource {token}.")
    return HANDLERS[token]


def _outputs(inputs: Values, live: dict[str, Any]) -> Any:
    """The inputs, and what Pulsar makes of them: secret as a whole where any of what was sent is."""
    hidden: set[Path] = {(LIVE,)} if any(path[0] == "config" for path in inputs.secrets) else set()
    return encode(Values({**inputs.plain, LIVE: live}, frozenset({*inputs.secrets, *hidden})))
