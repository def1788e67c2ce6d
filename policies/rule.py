"""What a rule is: pure functions over resources, and what a reader needs to know of them."""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from .values import UNKNOWN, at

Level = Literal["advisory", "mandatory", "remediate", "disabled"]
Properties = Mapping[str, Any]
Settings = Mapping[str, Any]
Remedy = Callable[[str, Properties], Iterator[tuple[tuple[str | int, ...], Any]]]
"""What to set where, for a resource of a type with these properties."""

PROVIDERS = {"kubernetes": "Kubernetes", "aws": "AWS", "gcp": "Google Cloud", "azure-native": "Azure"}
_VERSION_OF_API = re.compile(r"/v\d{8}(preview)?(?=:)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as the engine is asked for it."""

    type: str
    """Pulumi's type token: `kubernetes:apps/v1:StatefulSet`."""
    name: str
    """Its logical name."""
    properties: Properties
    urn: str = ""
    protected: bool = False
    """Whether the engine refuses to delete it."""
    inputs_from: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """The URNs of the resources that a property's value comes from, by the property's name."""

    @property
    def kind(self) -> str:
        """The last part of its type: `StatefulSet`."""
        return self.type.rpartition(":")[2]

    @property
    def token(self) -> str:
        """The type without the version of Azure's API."""
        return _VERSION_OF_API.sub("", self.type)

    @property
    def called(self) -> str:
        """The name of the object itself, where it is known, else the logical one."""
        own = at(self.properties, "metadata.name")
        return own if isinstance(own, str) else self.name

    @property
    def namespace(self) -> Any:
        """The Kubernetes namespace that it is in."""
        return at(self.properties, "metadata.namespace") or "default"

    def may_be_beside(self, other: "Resource") -> bool:
        """Whether it is in another object's namespace, as far as that is known."""
        return UNKNOWN in (self.namespace, other.namespace) or self.namespace == other.namespace

    @property
    def told(self) -> str:
        """How a sentence names it."""
        return f"{self.kind} {self.called}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """What a rule can be told."""

    schema: Mapping[str, Any]
    """A JSON schema of one property."""
    default: Any
    meaning: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has."""

    id: str
    """Its name in a configuration and in exemptions. It never changes."""
    says: str
    """The rule in one sentence."""
    source: str
    """Where it comes from."""
    level: Level = "mandatory"
    """What a violation does where no configuration says otherwise."""
    settings: Mapping[str, Setting] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def defaults(self) -> Settings:
        """The settings where no configuration says otherwise."""
        return {name: setting.default for name, setting in self.settings.items()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule about one resource by itself. It is asked before the resource is made."""

    types: frozenset[str]
    """The type tokens that it is about."""
    check: Callable[[Resource, Settings], Iterator[str]]
    """A sentence for everything that is wrong: what, about which object, and the way out."""
    remedy: Remedy | None = None
    """What makes a resource keep to the rule, where that can't hurt it. At the level `remediate` it is set."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule about resources together. It is asked once all of them are known, before an update begins."""

    check: Callable[[Sequence[Resource], Settings], Iterator[tuple[Resource, str]]]
    """The same, each with the resource that it is about."""


AnyRule = ResourceRule | StackRule


@dataclasses.dataclass(frozen=True, kw_only=True)
class Exemption:
    """An object that a rule leaves alone, and why."""

    object: str
    """Its own name, or its logical one."""
    reason: str
    stack: str | None = None
    """In this stack alone."""

    def covers(self, resource: Resource) -> bool:
        """Whether it is meant."""
        here = self.stack is None or resource.urn.startswith(f"urn:pulumi:{self.stack}::")
        return here and self.object in (resource.called, resource.name)


def findings(
    rule: AnyRule, resources: Sequence[Resource], settings: Settings | None = None, exempt: Sequence[Exemption] = ()
) -> list[tuple[Resource, str]]:
    """What a rule finds among resources."""
    told = {**rule.defaults, **(settings or {})}
    if isinstance(rule, StackRule):
        found = rule.check(resources, told)
    else:
        fitting = (each for each in resources if each.token in rule.types)
        found = ((each, sentence) for each in fitting for sentence in rule.check(each, told))
    return [(each, sentence) for each, sentence in found if not any(one.covers(each) for one in exempt)]
