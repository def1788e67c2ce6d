"""The engine's own plan: what `pulumi preview` says that an update would do."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .changes import Action, Change, Field, in_order
from .probe import content

_ACTIONS: Mapping[str, Action] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
}
_COMPONENT = re.compile(r"^(pulsar:|pulumi:)")


def of(stack: str, *options: str) -> list[Change]:
    """The engine's plan for a stack, from its state.

    Args:
        stack: its name.
        options: more of `pulumi preview`'s own options.

    Raises:
        Problem: the preview failed.
    """
    from local import engine as engines
    from local import stacks
    from local.progress import Progress
    from local.pulumi_stack import PulumiStack

    selected = PulumiStack(stacks.read(stack), engines.prepare(Progress(), kubeconfig=None))
    selected.select()
    return changes(json.loads(selected.run(["preview", "--json", *options], capture=True))["steps"])


def changes(steps: Sequence[Mapping[str, Any]]) -> list[Change]:
    """The steps of a preview as changes. A replacement, which the engine tells in two or three steps, is one."""
    found: dict[str, Change] = {}
    for step in steps:
        action = _ACTIONS.get(step["op"])
        old, new = step.get("oldState") or {}, step.get("newState") or {}
        token = (new or old).get("type", "")
        if action is None or _COMPONENT.match(token):
            continue
        change = _change(step, action, token, old, new)
        known = found.get(step["urn"])
        # The step that deletes what is replaced knows nothing of what comes.
        if known is None or (change.after and change.fields):
            found[step["urn"]] = change
    return in_order(found.values())


def _change(
    step: Mapping[str, Any], action: Action, token: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Change:
    before = content(token, old.get("inputs") or {})
    after = content(token, new.get("inputs") or {})
    told = step.get("detailedDiff") or {}
    fields = tuple(
        Field(path, _at(before, path), _at(after, path), "replace" in each.get("kind", ""))
        for path, each in told.items()
    )
    name = step["urn"].rpartition("::")[2]
    return Change(action, token, name, before, after, fields, bool(old.get("protect")))


def _at(value: Any, path: str) -> Any:
    """What is at a path as the engine writes it: `spec.ports[0]["a.b"]`."""
    for name, position, quoted in re.findall(r'([^.\[\]"]+)(?=[.\[]|$)|\[(\d+)\]|\["([^"]*)"\]', path):
        if isinstance(value, Mapping):
            value = value.get(name or quoted)
        elif isinstance(value, list) and position and int(position) < len(value):
            value = value[int(position)]
        else:
            return None
    return value
