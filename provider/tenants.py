"""Tenants: made or taken over, changed, and deleted only where nothing is in them."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from plugin.problems import PluginError
from plugin.values import Unknown

from .admin import Admin, Refused
from .handler import Seen, Task
from .named import Named, stays

NAMED = re.compile(r"[-=:.\w]+", re.ASCII)
"""What Pulsar takes as the name of a tenant or a namespace (`NamedEntity`)."""
_GOVERNED = ("adminRoles", "allowedClusters")


class Tenants(Named):
    """A tenant: `name`, `adminRoles`, `allowedClusters`, `keep`."""

    noun = "tenant"

    def check(self, inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """A name that Pulsar doesn't take, and no cluster."""
        name = inputs.get("name")
        if not isinstance(name, Unknown) and not NAMED.fullmatch(str(name or "")):
            yield "name", f"{name!r} can't name a tenant. Use letters, digits, and any of - _ = : and the dot."
        if not inputs.get("allowedClusters"):
            yield "allowedClusters", "names no cluster. Name at least one that the tenant may be in."

    def create(self, admin: Admin, inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Made; or taken over, if it is there already."""
        name = self.identity(inputs)
        if admin.get(_path(name)) is None and _made(admin, name, inputs):
            return _live(admin, name)
        task.tell(f"The tenant {name} was there already and is taken over.")
        return self.update(admin, {}, inputs, task)

    def update(self, admin: Admin, before: dict[str, Any], inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Who governs it, and where it may be."""
        del before, task
        name = self.identity(inputs)
        if _live(admin, name) != _wanted(inputs):
            try:
                admin.request("POST", _path(name), body=_wanted(inputs))
            except Refused as error:
                raise PluginError(f"Pulsar refused to change the tenant {name}: {error.reason}") from None
        return _live(admin, name)

    def read(self, admin: Admin, identity: str, inputs: dict[str, Any], known: dict[str, Any]) -> Seen | None:
        """As Pulsar has it."""
        if admin.get(_path(identity)) is None:
            return None
        live = _live(admin, identity)
        changed = {key: live[key] for key in _GOVERNED if not inputs or known.get(key) != live[key]}
        return Seen({"keep": True, **inputs, "name": identity, **changed}, live)

    def delete(self, admin: Admin, identity: str, kept: dict[str, Any], task: Task) -> None:
        """Left in Pulsar with `keep`; else deleted, where no namespace is left in it."""
        if kept.get("keep", True):
            task.tell(stays("tenant", identity))
            return
        left = [each.rpartition("/")[2] for each in admin.get(f"namespaces/{quote(identity, safe='')}") or ()]
        if left:
            raise PluginError(
                f"The tenant {identity} is not deleted: it has the namespaces {', '.join(sorted(left))}, which this "
                "stack keeps or never made. Delete them with pulsar-admin, or put the tenant back with `keep: true`."
            )
        try:
            admin.request("DELETE", _path(identity))
        except Refused as error:
            if error.status != 404:
                raise PluginError(f"Pulsar refused to delete the tenant {identity}: {error.reason}") from None


def _path(name: str) -> str:
    return f"tenants/{quote(name, safe='')}"


def _wanted(inputs: dict[str, Any]) -> dict[str, Any]:
    return {key: sorted(inputs.get(key) or ()) for key in _GOVERNED}


def _live(admin: Admin, name: str) -> dict[str, Any]:
    return _wanted(admin.get(_path(name)) or {})


def _made(admin: Admin, name: str, inputs: dict[str, Any]) -> bool:
    """Whether it was made: not if somebody else was faster."""
    try:
        admin.request("PUT", _path(name), body=_wanted(inputs))
    except Refused as error:
        if error.status != 409:
            raise PluginError(f"Pulsar refused to make the tenant {name}: {error.reason}") from None
        return False
    return True
