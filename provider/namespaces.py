"""Namespaces: made or taken over, kept as declared, and deleted only where nothing in them would be lost."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from plugin.problems import PluginError
from plugin.values import Unknown

from . import applying, emptying, governed
from .admin import Admin, Refused
from .applying import Place
from .handler import Seen, Task
from .named import Named, stays
from .tenants import NAMED


class Namespaces(Named):
    """A namespace: `name` (`tenant/namespace`), `bundles`, `policies`, `permissions`, `keep`."""

    noun = "namespace"

    def check(self, inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """A name that Pulsar doesn't take."""
        name = inputs.get("name")
        parts = str(name or "").split("/")
        if not isinstance(name, Unknown) and (len(parts) != 2 or not all(map(NAMED.fullmatch, parts))):
            yield "name", f"{name!r} can't name a namespace. Write tenant/namespace."

    def create(self, admin: Admin, inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Made; or taken over, if it is there already."""
        place = Place(admin, "namespace", self.identity(inputs))
        there = place.document()
        if there is None and _made(place, inputs):
            return governed.applied(place, {}, inputs, {}, task)
        _fits(place, there or place.document() or {}, inputs)
        governed.took_over(place, inputs, task)
        return governed.applied(place, {}, inputs, {}, task)

    def update(self, admin: Admin, before: dict[str, Any], inputs: dict[str, Any], task: Task) -> dict[str, Any]:
        """Its policies and permissions."""
        place = Place(admin, "namespace", self.identity(inputs))
        return governed.applied(place, before, inputs, {}, task)

    def read(self, admin: Admin, identity: str, inputs: dict[str, Any], known: dict[str, Any]) -> Seen | None:
        """As Pulsar has it. Brokers divide bundles by themselves, so their number is no drift."""
        if identity.count("/") != 1:
            raise PluginError(f"{identity!r} is not the id of a namespace. Write tenant/namespace.")
        place = Place(admin, "namespace", identity)
        live = applying.look(place)
        if live is None:
            return None
        now = governed.seen(place, inputs, known, live)
        return Seen({"keep": True, **inputs, "name": identity, **now}, live)

    def delete(self, admin: Admin, identity: str, kept: dict[str, Any], task: Task) -> None:
        """Left in Pulsar with `keep`; else deleted with its topics, where none of them has anything to lose."""
        place = Place(admin, "namespace", identity)
        if kept.get("keep", True):
            governed.revoked(place, kept, task)
            task.tell(stays("namespace", identity))
            return
        if place.document() is None:
            return
        emptying.empty(admin, identity, task)
        try:
            applying.patiently(admin, lambda: admin.request("DELETE", place.path))
        except Refused as error:
            if error.status != 404:
                raise PluginError(f"Pulsar refused to delete the namespace {identity}: {error.reason}") from None


def _made(place: Place, inputs: dict[str, Any]) -> bool:
    """Whether it was made: not if somebody else was faster."""
    bundles = inputs.get("bundles")
    body = {"bundles": {"numBundles": int(bundles)}} if bundles else None
    tenant = place.name.partition("/")[0]
    try:
        # A broker that has not heard of a new tenant yet doesn't find it.
        applying.patiently(place.admin, lambda: place.admin.request("PUT", place.path, body=body), (404,))
    except Refused as error:
        if error.status == 409:
            return False
        missing = f" Is the tenant {quote(tenant)} there?" if error.status == 404 else ""
        raise PluginError(f"Pulsar refused to make the namespace {place.name}: {error.reason}{missing}") from None
    return True


def _fits(place: Place, document: dict[str, Any], inputs: dict[str, Any]) -> None:
    """A namespace that is there has at least the bundles that it is to have: they are divided, and never added."""
    there, wanted = int((document.get("bundles") or {}).get("numBundles") or 0), int(inputs.get("bundles") or 0)
    if wanted > there:
        raise PluginError(
            f"The namespace {place.name} is there already, with {there} bundles, and is to have {wanted}, which Pulsar "
            f"takes for new namespaces alone. Write bundles: {there}, or leave it out, and divide one with "
            "`pulsar-admin namespaces split-bundle`."
        )
