"""Policies and permissions in Pulsar: seen, set, given back to the brokers, and waited for."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from typing import Any
from urllib.parse import quote

from plugin.problems import Cancelled, NotReady

from .admin import Admin, Refused
from .handler import Task
from .policies import BACKLOG_QUOTA, POLICIES, Policy, Scope, value

DEFAULT_SECONDS = 60.0
"""How long Pulsar may take until it shows what it was told, unless `customTimeouts` says otherwise."""
_AGAIN = 3.0
"""Seconds after which what isn't seen is said again. A topic's policies go through a topic of their own: of two that
were set at once, the second may not have known of the first."""
_BETWEEN = 0.1
_AT_ONCE = 8
"""The requests that look at one topic side by side."""
_UNREADY = (409, 500)
"""What brokers answer while another one writes to the same namespace, or while they still read a topic's policies."""
_READERS = futures.ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="policies")

Values = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Place:
    """A namespace or a topic."""

    admin: Admin
    scope: Scope
    name: str
    """`shop/orders`, or `shop/orders/placed`."""

    @property
    def path(self) -> str:
        """Its path in the REST API."""
        return path_of(self.scope, self.name)

    @property
    def called(self) -> str:
        """As sentences name it."""
        return f"the {self.scope} {self.name}"

    def document(self) -> dict[str, Any] | None:
        """What Pulsar says of the namespace as a whole; `None` where there is none."""
        return self.admin.get(path_of("namespace", "/".join(self.name.split("/")[:2])))

    def policies(self, document: Values) -> dict[str, Any]:
        """Those that somebody has set."""
        if self.scope == "namespace":
            told = [_at(document, policy.field) for policy in POLICIES[self.scope]]
        else:
            told = list(_READERS.map(self._ask, POLICIES[self.scope]))
        return {name: each for name, each in self.declared(POLICIES[self.scope], told) if each is not None}

    def permissions(self, document: Values) -> dict[str, list[str]]:
        """What each role may do, without what a topic has from its namespace."""
        given = document.get("auth_policies") or {}
        if self.scope == "namespace":
            found = given.get("namespace_auth") or {}
        else:
            found = (given.get("destination_auth") or {}).get(f"persistent://{self.name}") or {}
        return {role: sorted(actions) for role, actions in sorted(found.items())}

    def declared(self, policies: tuple[Policy, ...], told: list[Any]) -> Iterator[tuple[str, Any]]:
        """Each policy's name and value; a namespace in its own cluster alone is as the brokers have it."""
        alone = [self.admin.settings.place.cluster] if self.scope == "namespace" else None
        for policy, each in zip(policies, told, strict=True):
            found = value(policy, each)
            yield policy.name, None if policy.name == "replication" and found == alone else found

    def wanted(self, policies: Values) -> dict[str, Any]:
        """Declared policies, spelled as they will be seen."""
        table = POLICIES[self.scope]
        return dict(self.declared(table, [policies.get(policy.name) for policy in table]))

    def set(self, policy: Policy, wanted: Any, live: Any) -> None:
        """Set one policy, or give it back to the brokers."""
        path = f"{self.path}/{policy.name}"
        if policy.name == BACKLOG_QUOTA:
            for kind in sorted({*(live or {})} - {*(wanted or {})}):
                self.admin.request("DELETE", f"{path}?backlogQuotaType={kind}")
            for kind, each in sorted((wanted or {}).items()):
                self.admin.request("POST", f"{path}?backlogQuotaType={kind}", body=each)
        elif wanted is not None and policy.by_query:
            self.admin.request(policy.sets, f"{path}?{policy.name}={quote(str(wanted))}")
        elif wanted is not None:
            self.admin.request(policy.sets, path, body=wanted)
        elif policy.resets == "":
            brokers = [self.admin.settings.place.cluster] if policy.name == "replication" else policy.unset
            self.admin.request(policy.sets, path, body=brokers)
        else:
            self.admin.request("DELETE", f"{self.path}/{policy.resets or policy.name}")

    def grant(self, role: str, actions: list[str] | None) -> None:
        """Let a role do these, and nothing else."""
        path = f"{self.path}/permissions/{quote(role, safe='')}"
        if actions is None:
            self.admin.request("DELETE", path)
        else:
            self.admin.request("POST", path, body=actions)

    def _ask(self, policy: Policy) -> Any:
        suffix = "Map" if policy.name == BACKLOG_QUOTA else ""
        return self.admin.get(f"{self.path}/{policy.name}{suffix}")


def path_of(scope: Scope, name: str) -> str:
    """A namespace's or a topic's path in the REST API."""
    parts = [quote(each, safe="") for each in name.split("/")]
    return "/".join(["namespaces" if scope == "namespace" else "persistent", *parts])


def look(place: Place) -> dict[str, Any] | None:
    """The policies and permissions that somebody has set; `None` where the namespace isn't there."""
    document = place.document()
    if document is None:
        return None
    return {"policies": place.policies(document), "permissions": place.permissions(document)}


def apply(place: Place, before: Values, after: Values, task: Task) -> dict[str, Any]:
    """Bring policies and permissions about.

    Args:
        place: what they are of.
        before: the inputs until now: what is in them and not in `after` goes back to the brokers' default.
        after: the inputs from now on. What is in neither is left as it is.
        task: the request.

    Returns:
        What `look` finds then.

    Raises:
        NotReady: Pulsar refuses some, or doesn't show them.
    """
    began, said = time.monotonic(), 0.0
    refused: list[str] = []
    while True:
        live = look(place) or {"policies": {}, "permissions": {}}
        todo = list(_todo(place, before, after, live))
        if not todo:
            return live
        if refused:
            raise NotReady(refused, live)
        now = time.monotonic()
        if now - began > (task.seconds or DEFAULT_SECONDS):
            names = ", ".join(name for name, _ in todo)
            raise NotReady([f"{place.called} doesn't show {names} {now - began:.0f} s after that was set"], live)
        if not said or now - said > _AGAIN:
            task.say(f"setting {', '.join(name for name, _ in todo)}")
            refused = _done(place, todo)
            said = time.monotonic()
        elif place.admin.cancelled.wait(_BETWEEN):
            raise Cancelled("The update was cancelled while policies are set. The next one goes on with them.")


def _todo(place: Place, before: Values, after: Values, live: Values) -> Iterator[tuple[str, Callable[[], None]]]:
    """What differs from what is wanted: its name, and what mends it."""
    wanted, was = place.wanted(after.get("policies") or {}), place.wanted(before.get("policies") or {})
    for policy in POLICIES[place.scope]:
        name, now = policy.name, live["policies"].get(policy.name)
        ours = wanted[name] is not None or was[name] is not None
        if ours and wanted[name] != now:
            yield name, _setting(place, policy, wanted[name], now)
    given, gave = after.get("permissions") or {}, before.get("permissions") or {}
    for role in sorted({*given, *gave}):
        actions = sorted(given[role]) if role in given else None
        if live["permissions"].get(role) != actions:
            yield f"the permissions of {role}", _granting(place, role, actions)


def _setting(place: Place, policy: Policy, wanted: Any, live: Any) -> Callable[[], None]:
    return lambda: place.set(policy, wanted, live)


def _granting(place: Place, role: str, actions: list[str] | None) -> Callable[[], None]:
    return lambda: place.grant(role, actions)


def _done(place: Place, todo: list[tuple[str, Callable[[], None]]]) -> list[str]:
    """Do it, one after another: brokers keep a place's policies as one value. What is refused is tried again after the
    others, since a quota must be less than what is retained, before and after. What is refused even then is told.
    """
    while True:
        refused: list[tuple[str, Callable[[], None]]] = []
        reasons: list[str] = []
        for name, act in todo:
            try:
                patiently(place.admin, act)
            except Refused as error:
                refused.append((name, act))
                reasons.append(f"Pulsar refused {name} of {place.called}: {error.reason}")
        if not refused or len(refused) == len(todo):
            return reasons
        todo = refused


def patiently(admin: Admin, act: Callable[[], Any], statuses: tuple[int, ...] = _UNREADY, times: int = 6) -> Any:
    """Do it, and again where a broker isn't ready for it: after 0.1 s, then 0.2 s, and so on."""
    for attempt in range(times - 1):
        try:
            return act()
        except Refused as error:
            if error.status not in statuses:
                raise
        admin.cancelled.wait(0.1 * 2**attempt)
    return act()


def _at(document: Values, field: tuple[str, ...]) -> Any:
    found: Any = document
    for step in field:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
