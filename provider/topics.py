"""Topics: made or taken over, kept as declared, and deleted only where nothing would be lost."""

from collections.abc import Iterator
from typing import Any

from plugin.problems import NotReady, PluginError
from plugin.values import Unknown

from . import applying, emptying, governed
from .admin import Admin, Refused
from .applying import Place
from .handler import Seen, Task
from .named import Named, stays
from .tenants import NAMED

_SCHEME = "persistent://"


class Topics(Named):
    """A topic: `name` (`persistent://tenant/namespace/topic`), `partitions`, `policies`, `permissions`, `schema`,
    `keep`.
    """

    noun = "topic"

    def check(self, inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """A name that Pulsar doesn't take."""
        name = inputs.get("name")
        parts = str(name or "").removeprefix(_SCHEME).split("/")
        whole = str(name or "").startswith(_SCHEME) and len(parts) == 3 and all(map(NAMED.fullmatch, parts[:2]))
        if not isinstance(name, Unknown) and not (whole and parts[2]):
            yield "name", f"{name!r} can't name a topic. Write persistent://tenant/namespace/topic."

    def create(self, admin: Admin, inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Made; or taken over, if it is there already."""
        place = _place(admin, self.identity(inputs))
        if emptying.partitions_of(admin, place.name) is not None or not _made(place, inputs):
            _grown(place, inputs)
            governed.took_over(place, inputs, task)
        return _settled(place, {}, inputs, task)

    def update(self, admin: Admin, before: dict[str, Any], inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """More partitions, another schema, its policies and permissions."""
        place = _place(admin, self.identity(inputs))
        _grown(place, inputs)
        return _settled(place, before, inputs, task)

    def read(self, admin: Admin, identity: str, inputs: dict[str, Any], known: dict[str, Any]) -> Seen | None:
        """As Pulsar has it. Producers may bring a schema further, so only one that is gone is drift."""
        place = _place(admin, identity)
        partitions = emptying.partitions_of(admin, place.name)
        live = None if partitions is None else applying.look(place)
        if live is None:
            return None
        now = {**inputs, **governed.seen(place, inputs, known, live), "partitions": partitions}
        schema = _schema(place)
        if schema is None:
            now.pop("schema", None)
        return Seen({"keep": True, **now, "name": identity}, {**live, "partitions": partitions, "schema": schema})

    def delete(self, admin: Admin, identity: str, kept: dict[str, Any], task: Task) -> None:
        """Left in Pulsar with `keep`; else deleted, where nothing would be lost."""
        place = _place(admin, identity)
        if kept.get("keep", True):
            governed.revoked(place, kept, task)
            task.tell(stays("topic", place.name))
            return
        emptying.delete(admin, place.name)


def _place(admin: Admin, identity: str) -> Place:
    name = identity.removeprefix(_SCHEME)
    if name.count("/") != 2:
        raise PluginError(f"{identity!r} is not the id of a topic. Write persistent://tenant/namespace/topic.")
    return Place(admin, "topic", name)


def _made(place: Place, inputs: dict[str, Any]) -> bool:
    """Whether it was made: not if somebody else was faster."""
    partitions = int(inputs.get("partitions") or 0)
    path, body = (f"{place.path}/partitions", partitions) if partitions else (place.path, None)
    try:
        # A broker that has not heard of a new namespace yet doesn't find it.
        applying.patiently(place.admin, lambda: place.admin.request("PUT", path, body=body), (404,))
    except Refused as error:
        if error.status == 409:
            return False
        raise PluginError(f"Pulsar refused to make the topic {place.name}: {error.reason}") from None
    return True


def _grown(place: Place, inputs: dict[str, Any]) -> None:
    """The partitions that a topic is to have, added to those that it has."""
    there, wanted = emptying.partitions_of(place.admin, place.name) or 0, int(inputs.get("partitions") or 0)
    if there == wanted:
        return
    if not there or wanted < there:
        has = f"{there} partitions" if there else "no partitions"
        raise PluginError(
            f"The topic {place.name} is there with {has} and is to have {wanted}, and Pulsar only adds partitions to a "
            f"topic that has some. Write partitions: {there}, or declare another topic and move its clients there."
        )
    try:
        place.admin.request("POST", f"{place.path}/partitions", body=wanted)
    except Refused as error:
        raise PluginError(
            f"Pulsar refused to give the topic {place.name} {wanted} partitions: {error.reason}"
        ) from None


def _settled(place: Place, before: dict[str, Any], inputs: dict[str, Any], task: Task) -> dict[str, Any]:
    """Its policies and permissions, then its schema, which they may be about."""
    more: dict[str, Any] = {"partitions": emptying.partitions_of(place.admin, place.name)}
    wanted, reasons = inputs.get("schema"), []
    live = governed.applied(place, before, inputs, more, task)
    there = _schema(place)
    if wanted and (there is None or wanted not in (before.get("schema"), there)):
        reasons = _with_schema(place, wanted)
    elif before.get("schema") and not wanted:
        task.tell(f"The topic {place.name} keeps its schema: what is stored in it can't be read without.")
    live["schema"] = _schema(place)
    if reasons:
        raise NotReady(reasons, live)
    return live


def _with_schema(place: Place, schema: dict[str, Any]) -> list[str]:
    body = {"type": schema["type"], "schema": schema.get("schema") or "", "properties": schema.get("properties") or {}}
    try:
        place.admin.request("POST", f"{_schema_path(place)}/schema", body=body)
    except Refused as error:
        return [f"Pulsar refused the schema of the topic {place.name}: {error.reason}"]
    return []


def _schema(place: Place) -> dict[str, Any] | None:
    """The newest schema, as it was given."""
    found = place.admin.get(f"{_schema_path(place)}/schema")
    if found is None:
        return None
    return {"type": found.get("type"), "schema": found.get("data") or "", "properties": found.get("properties") or {}}


def _schema_path(place: Place) -> str:
    return place.path.replace("persistent/", "schemas/", 1)
