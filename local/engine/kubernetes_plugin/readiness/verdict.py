"""What a look at an object tells: whether it is ready, and the sentence for the person who waits."""

import dataclasses
from collections.abc import Callable
from typing import Any

from ..discovery import Discovery
from ..informers import Informers
from ..rest import Client


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The outcome of one look."""

    ready: bool
    message: str = ""
    """What is missing, or what it is waiting for."""
    failed: bool = False
    """Whether waiting longer can't help."""


READY = Verdict(ready=True)


@dataclasses.dataclass(frozen=True)
class View:
    """The cluster around an object, as the watches know it."""

    informers: Informers
    discovery: Discovery
    namespace: str | None

    @property
    def client(self) -> Client:
        """For what no watch tells: logs and events, asked once when something failed."""
        return self.informers.client

    def neighbours(self, api_version: str, plural: str, *, cluster: bool = False) -> list[dict[str, Any]]:
        """The objects of a kind in the object's namespace, or in the cluster."""
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        where = f"{root}/{plural}" if cluster or not self.namespace else f"{root}/namespaces/{self.namespace}/{plural}"
        return list(self.informers.of(where).objects.values())


Check = Callable[[dict[str, Any], View], Verdict]
"""Looks at a live object. Called with each change in its neighbourhood, so it must not ask the API server."""


def condition(live: dict[str, Any], kind: str) -> dict[str, Any]:
    """The condition of a type in an object's status; empty where there is none.

    A custom resource may call something else `conditions`: Function Mesh has a mapping there.
    """
    found = (live.get("status") or {}).get("conditions")
    for each in found if isinstance(found, list) else []:
        if each.get("type") == kind:
            return each
    return {}


def is_true(live: dict[str, Any], kind: str) -> bool:
    """Whether a condition holds."""
    return condition(live, kind).get("status") == "True"


def is_observed(live: dict[str, Any]) -> bool:
    """Whether the controller has seen the object as it is now."""
    observed = (live.get("status") or {}).get("observedGeneration")
    return observed is not None and observed >= live["metadata"].get("generation", 0)
