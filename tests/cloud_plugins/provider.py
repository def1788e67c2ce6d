"""The engine's resource provider protocol, answered for a cloud that isn't there."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from plugin.differences import Difference, diff_response, differences
from plugin.problems import PluginError
from plugin.protocol import empty_pb2, provider_pb2
from plugin.provider import BaseProvider, Resource, resource_of
from plugin.replies import answered
from plugin.reporting import Reports
from plugin.values import UNKNOWN, Unknown, Values, decode, encode, property_path, redactor

from .checking import Mistake, mistakes
from .functions import Functions
from .identities import REGIONS, identity, names
from .lasting import lasting
from .plausible import Made, Plausible
from .sdk import Kind, Sdk, UnknownType
from .shapes import Plain
from .store import Store

STATE, FAIL = "CLOUD_PLUGIN_STATE", "CLOUD_PLUGIN_FAIL"
"""Variables: the folder that remembers what was made, and the types (or `type::name`) of which every operation fails,
with commas between."""
_NAMED_BY_HAND = ("aws", "gcp")
_PROTECTIONS = ("deletionProtection",)


class Provider(BaseProvider):
    """Answers the engine for one cloud."""

    def __init__(self, name: str, reports: Reports | None = None) -> None:
        self.name = name
        self._sdk = Sdk(f"pulumi_{name.replace('-', '_')}")
        self.version = self._sdk.version
        self._region = REGIONS[name]
        self._store = Store(os.environ.get(STATE))
        self._plausible = Plausible(self._sdk, {})
        self._functions = Functions(self._region)

    @answered
    def CheckConfig(self, request, context):  # noqa: N802
        new = decode(request.news)
        found = mistakes(_as_values(new.plain, self._sdk.provider), self._sdk.provider.inputs, self._sdk)
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(list(found), new))

    @answered
    def DiffConfig(self, request, context):  # noqa: N802
        old, new = decode(request.old_inputs if request.HasField("old_inputs") else request.olds), decode(request.news)
        return diff_response(
            [each for each in differences(old.plain, new.plain) if each.path != ("version",)], delete_first=False
        )

    @answered
    def Configure(self, request, context):  # noqa: N802
        chosen = _as_values(decode(request.args).plain, self._sdk.provider)
        region = chosen.get("region") or chosen.get("location")
        self._region = region if isinstance(region, str) else self._region
        tags = (chosen.get("defaultTags") or {}).get("tags") if isinstance(chosen.get("defaultTags"), dict) else None
        self._plausible = Plausible(self._sdk, tags or {})
        self._functions = Functions(self._region)
        return super().Configure(request, context)

    @answered
    def Check(self, request, context):  # noqa: N802
        resource, old, new = resource_of(request), decode(request.olds), decode(request.news)
        try:
            kind = self._sdk.kind(resource.type)
        except UnknownType as error:
            return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=str(error))])
        inputs = self._with_a_name(resource, kind, old.plain, dict(new.plain))
        found = list(mistakes(inputs, kind.inputs, self._sdk))
        return provider_pb2.CheckResponse(inputs=encode(Values(inputs, new.secrets)), failures=_failures(found, new))

    def _with_a_name(
        self, resource: Resource, kind: Kind, old: Mapping[str, Any], inputs: dict[str, Any]
    ) -> dict[str, Any]:
        """The inputs with a name that is made up, as the plugin makes it up, where the program gives none."""
        name = kind.inputs.get("name")
        if self.name not in _NAMED_BY_HAND or not name or inputs.get("name") is not None or inputs.get("namePrefix"):
            return inputs
        if name.shape != Plain("str") or not kind.outputs["name"].required:
            return inputs
        made_up = f"{resource.name}-{hashlib.sha256(resource.urn.encode()).hexdigest()[:7]}"
        return {**inputs, "name": old.get("name") or made_up, "__defaults": ["name"]}

    @answered
    def Diff(self, request, context):  # noqa: N802
        resource = resource_of(request)
        old, new = decode(request.old_inputs).plain, decode(request.news).plain
        fixed = lasting(self._sdk.kind(resource.type))
        found = [
            Difference(each.path, each.change, _is_fixed(property_path(each.path), fixed, each, new))
            for each in differences(_own(old), _own(new))
        ]
        before, after = names(resource.type, old), names(resource.type, new)
        return diff_response(found, delete_first=bool(before) and before == after)

    @answered
    def Create(self, request, context):  # noqa: N802
        resource, inputs = resource_of(request), decode(request.properties)
        if request.preview:
            foreseen = self._plausible.foreseen(self._made(resource, inputs, "unknown"))
            return provider_pb2.CreateResponse(properties=encode(Values(foreseen, inputs.secrets)))
        self._fail_on_purpose(resource)
        made = self._made(resource, inputs, identity(resource.type, resource.urn, _own(inputs.plain), self._region))
        outputs = self._plausible.outputs(made)
        self._store.add(resource.type, made.identity, resource.urn, outputs)
        return provider_pb2.CreateResponse(id=made.identity, properties=self._answer(resource, outputs, inputs))

    @answered
    def Update(self, request, context):  # noqa: N802
        resource, before, inputs = resource_of(request), decode(request.olds), decode(request.news)
        made = self._made(resource, inputs, request.id)
        if request.preview:
            # What the cloud made up stays as it is.
            outputs = {**before.plain, **self._plausible.foreseen(made)}
            known = {key: before.plain.get(key, value) if value is UNKNOWN else value for key, value in outputs.items()}
            return provider_pb2.UpdateResponse(properties=encode(Values(known, before.secrets | inputs.secrets)))
        self._fail_on_purpose(resource)
        if self._store.remembers and self._store.find(resource.type, request.id) is None:
            raise PluginError(f"{resource.type} {request.id} is gone. `pulumi refresh` notices it.")
        made_up = self._plausible.outputs(made)
        outputs = {
            **made_up,
            **{key: before.plain[key] for key in made_up if key in before.plain and key not in inputs.plain},
        }
        self._store.put(resource.type, request.id, resource.urn, outputs)
        return provider_pb2.UpdateResponse(properties=self._answer(resource, outputs, inputs))

    @answered
    def Read(self, request, context):  # noqa: N802
        resource, before, inputs = resource_of(request), decode(request.properties), decode(request.inputs)
        if not self._store.remembers:
            return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        live = self._store.find(resource.type, request.id)
        if live is None:
            return provider_pb2.ReadResponse()
        known = inputs.plain or {name: live[name] for name in self._sdk.kind(resource.type).inputs if name in live}
        now = {name: _now(value, before.plain.get(name), live.get(name)) for name, value in known.items()}
        kept = Values({name: value for name, value in now.items() if value is not None}, inputs.secrets)
        return provider_pb2.ReadResponse(
            id=request.id, properties=self._answer(resource, live, kept, before), inputs=encode(kept)
        )

    @answered
    def Delete(self, request, context):  # noqa: N802
        resource = resource_of(request)
        self._fail_on_purpose(resource)
        live = self._store.find(resource.type, request.id) or decode(request.properties).plain
        for each in _PROTECTIONS:
            if live.get(each) is True:
                raise PluginError(
                    f"{resource.type} {request.id} is protected by {each}. Set it to false and update before deleting."
                )
        self._store.remove(resource.type, request.id)
        return empty_pb2.Empty()

    @answered
    def Invoke(self, request, context):  # noqa: N802
        answer = self._functions.answer(request.tok, decode(request.args).plain)
        if answer is None:
            raise PluginError(
                f"This stand-in has no function {request.tok}: give it one in tests/cloud_plugins/functions.py."
            )
        return provider_pb2.InvokeResponse(**{"return": encode(answer)})

    def _made(self, resource: Resource, inputs: Values, name: str) -> Made:
        where = inputs.plain.get("region") or inputs.plain.get("location")
        region = where if isinstance(where, str) else self._region
        return Made(resource.type, name, resource.urn, region, _own(inputs.plain))

    def _answer(self, resource: Resource, outputs: dict[str, Any], *origins: Values) -> Any:
        secrets = frozenset[Any]().union(*(each.secrets for each in origins))
        return encode(Values(outputs, secrets | self._plausible.secrets(resource.type, outputs)))

    def _fail_on_purpose(self, resource: Resource) -> None:
        if {resource.type, f"{resource.type}::{resource.name}"} & set(os.environ.get(FAIL, "").split(",")):
            raise PluginError(f"{resource.type} {resource.name} failed, as {FAIL} says.")


def _own(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


def _as_values(arguments: Mapping[str, Any], provider: Kind) -> dict[str, Any]:
    """A provider's arguments, which the SDK passes as JSON wherever they aren't text."""
    result = dict(arguments)
    for name, value in arguments.items():
        each = provider.inputs.get(name)
        if each and each.shape != Plain("str") and isinstance(value, str):
            try:
                result[name] = json.loads(value)
            except ValueError:
                continue
    return {name: value for name, value in result.items() if name != "version"}


def _failures(found: list[Mistake], new: Values) -> list[Any]:
    redact = redactor(new)
    return [provider_pb2.CheckFailure(property=property_path(path), reason=redact(text)) for path, text in found]


def _is_fixed(path: str, fixed: Any, found: Difference, new: Mapping[str, Any]) -> bool:
    """Whether a difference is in what can't change. What isn't known yet may turn out to be the same."""
    if len(found.path) == 1 and isinstance(new.get(str(found.path[0])), Unknown):
        return False
    plain = re.sub(r"\[\d+\]", "", path)
    return any(plain == each or plain.startswith(f"{each}.") or each.startswith(f"{plain}.") for each in fixed)


def _now(given: Any, was: Any, now: Any) -> Any:
    """An input as the cloud has it: what was given, unless it has changed there."""
    if isinstance(given, dict) and isinstance(now, dict):
        before = was if isinstance(was, dict) else {}
        kept = {key: _now(value, before.get(key), now.get(key)) for key, value in given.items()}
        added = {key: value for key, value in now.items() if key not in given and key not in before}
        return {**{key: value for key, value in kept.items() if value is not None}, **added}
    return given if now == was else now
