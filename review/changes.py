"""What becomes of each resource: the difference of two sides, or the engine's own plan."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from local.engine.kubernetes_plugin.immutable import dotted, mark_immutable
from plugin.differences import Difference, differences
from plugin.values import Path, at

from .probe import HIDDEN
from .sides import Resource

_ORDER = (
    "initialise",
    "etcd",
    "zookeeper",
    "oxia",
    "bookie",
    "autorecovery",
    "broker",
    "functions",
    "proxy",
    "websocket",
)
"""Pulsar's own order in an upgrade, by what the names of its objects hold. Source: docs/howto/upgrade.md."""
CLOUDS = ("aws:", "gcp:", "azure-native:")
Action = Literal["create", "update", "replace", "delete"]
MUTABLE = ("ConfigMap", "Secret")
"""Objects whose content changes in place: the program's Kubernetes provider is told so."""
_OURS = re.compile(r"^(pulsar:|pulumi:)")
_MAY_STAY = re.compile(
    r"(^|\.)(tags|labels|tagsAll|resourceLabels|description|scalingConfig|scalingSettings|version|versioning"
    r"|kubernetesVersion|minMasterVersion|orchestratorVersion|count|nodeCount|minCount|maxCount|autoscaling|instanceType"
    r"|deletionProtection|accessConfig|configurationValues|policy|rules|lifecycleRules|managementPolicy)(\.|\[|$)"
)
"""Inputs that clouds change in place."""
_TAKES_ANEW = re.compile(
    r"(bucket|name|clusterName|location|region|availabilityZone|zone|cidrBlock|ipCidrRange|vpcId|subnetIds?|instanceTypes"
    r"|resourceName|accountName|containerName|resourceGroupName|nodeGroupName|roleArn|network|subnetwork)"
)
"""Inputs for which the clouds' SDKs say that another value takes a new object. Of every input that is in neither list,
only the engine's preview knows."""


@dataclasses.dataclass(frozen=True)
class Field:
    """One input that differs."""

    path: str
    before: Any
    after: Any
    replaces: bool = False
    """Whether it takes a new object."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One resource that doesn't stay as it is."""

    action: Action
    type: str
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    protected: bool = False
    """Whether the engine refuses to delete what is there."""
    uncertain: bool = False
    """Whether it might have to be made anew: only the engine can tell."""

    @property
    def kind(self) -> str:
        """The last part of its type: `StatefulSet`."""
        return self.type.rpartition(":")[2]

    @property
    def called(self) -> str:
        """The object's own name, or the logical one where it has none."""
        metadata = self.object.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        return str(name or self.name)

    @property
    def object(self) -> Mapping[str, Any]:
        """What is there afterwards, or was before it is deleted."""
        return self.after or self.before


def between(before: Sequence[Resource], after: Sequence[Resource]) -> list[Change]:
    """What an update would do, as far as it can be known without asking the engine or a cloud."""
    old = {(each.type, each.name): each for each in before if not _is_ours(each.type)}
    new = {(each.type, each.name): each for each in after if not _is_ours(each.type)}
    found = [_of(old.get(key), new.get(key)) for key in {**old, **new}]
    return in_order(each for each in found if each is not None)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Changes in Pulsar's order, the same each time: the program registers what doesn't wait for each other anyhow."""
    return sorted(changes, key=lambda each: (_rank(each.called), each.type, each.name))


def _rank(called: str) -> int:
    return next((rank for rank, role in enumerate(_ORDER) if role in called), len(_ORDER))


def _is_ours(token: str) -> bool:
    # Components and providers: what they consist of is compared.
    return bool(_OURS.match(token)) and not token.startswith("pulsar-admin:")


def _of(old: Resource | None, new: Resource | None) -> Change | None:
    if new is None:
        return Change("delete", old.type, old.name, old.inputs, {}, protected=old.protected) if old else None
    if old is None:
        return Change("create", new.type, new.name, {}, new.inputs)
    found = list(differences(dict(old.inputs), dict(new.inputs)))
    if not found:
        return None
    fields = tuple(_field(each, old, new) for each in _marked(old, new, found))
    replaced = any(each.replaces for each in fields)
    uncertain = not replaced and _is_cloud(new.type) and not all(_MAY_STAY.search(each.path) for each in fields)
    action: Action = "replace" if replaced else "update"
    return Change(action, new.type, new.name, old.inputs, new.inputs, fields, old.protected or new.protected, uncertain)


def _marked(old: Resource, new: Resource, found: list[Difference]) -> Iterator[Difference]:
    if new.type.startswith("kubernetes:") and "kind" in new.inputs:
        yield from mark_immutable(found, dict(old.inputs), dict(new.inputs), MUTABLE)
    elif new.type.startswith("pulsar-admin:"):
        from provider.handlers import HANDLERS

        handler = HANDLERS[new.type]

        for each in found:
            gone = at(dict(new.inputs), each.path) is None
            anew = handler.replaces(each.path, gone=gone, was=at(dict(old.inputs), each.path))
            yield dataclasses.replace(each, replaces=anew)
    elif _is_cloud(new.type):
        for each in found:
            yield dataclasses.replace(each, replaces=bool(_TAKES_ANEW.fullmatch(dotted(each.path))))
    else:
        yield from found


def _field(each: Difference, old: Resource, new: Resource) -> Field:
    path: Path = each.path
    before, after = (_unsealed(at(dict(side.inputs), path)) for side in (old, new))
    if before == after:
        after = f"{after}, another one"
    return Field(dotted(path), before, after, each.replaces)


def _unsealed(value: Any) -> Any:
    """A value as it may be shown: what tells its secrets apart is left out."""
    if isinstance(value, Mapping):
        return {key: _unsealed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unsealed(inner) for inner in value]
    return HIDDEN if isinstance(value, str) and value.startswith(HIDDEN) else value


def _is_cloud(token: str) -> bool:
    return token.startswith(CLOUDS)
