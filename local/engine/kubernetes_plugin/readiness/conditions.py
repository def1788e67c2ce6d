"""`pulumi.com/waitFor`: conditions and JSONPath expressions that the program waits for."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .verdict import Check, Verdict, View, condition

_STEP = re.compile(
    r"""\.(?P<name>[\w-]+(?:\\\.[\w-]+)*) | \[(?P<index>-?\d+)\] | (?P<every>\[\*\]) | \[['"](?P<quoted>[^'"]*)['"]\]
    | \[\?\(@\.(?P<key>[\w.]+)\s*==\s*['"](?P<wanted>[^'"]*)['"]\)\]""",
    re.VERBOSE,
)


def conditions(text: str) -> Check:
    """What the annotation's text asks for, as a check.

    Args:
        text: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}=Running`, `jsonpath={.status.ip}`
            for any value, or a JSON list of these, all of which must hold.

    Raises:
        ValueError: when it is none of these.
    """
    wanted = json.loads(text) if text.lstrip().startswith("[") else [text]
    parts = [_parse(each) for each in wanted]

    def check(live: dict[str, Any], view: View) -> Verdict:
        for is_met, expression in parts:
            if not is_met(live):
                return Verdict(ready=False, message=f"waiting for {expression}{_told(live, expression)}")
        return Verdict(ready=True)

    return check


def _told(live: dict[str, Any], expression: str) -> str:
    """What the object's controller says about a condition that doesn't hold: its reason and its message."""
    kind, _, rest = expression.partition("=")
    if kind == "jsonpath":
        return _beside(live, expression)
    found = condition(live, rest.partition("=")[0])
    if not found or not _is_of_now(live, found):
        return ""
    words = ": ".join(each for each in (found.get("reason"), found.get("message")) if each)
    return f", which is {found.get('status')}{f' ({words})' if words else ''}"


def _beside(live: dict[str, Any], expression: str) -> str:
    """What stands where a JSONPath leads, with what stands beside it: a condition's reason, whatever it is called."""
    path = expression.partition("=")[2].partition("}")[0].lstrip("{")
    steps = _steps(path if path.startswith((".", "[")) else f".{path}", expression)
    around = next((each for each in _walk(live, steps[:-1]) if isinstance(each, dict)), {}) if steps[1:] else {}
    words = _words(around.get("conditions"))
    if not words and not list(_walk(live, steps)):
        return ""
    told = [f"{name}: {_text(value)}" for name, value in sorted(around.items()) if isinstance(value, str | int)]
    return f", where it says {', '.join(told + words)}" if told + words else ""


def _words(conditions: Any) -> list[str]:
    """What a controller says in words of an object whose numbers are awaited, whichever shape its conditions have."""
    named = conditions.items() if isinstance(conditions, dict) else ((None, each) for each in conditions or ())
    found = []
    for name, each in named:
        words = ": ".join(each[key] for key in ("reason", "message", "action") if each.get(key))
        if words:
            found.append(f"{each.get('condition') or each.get('type') or name} is {each.get('status')} ({words})")
    return found


def _is_of_now(live: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether the controller has seen the object as it is now. As `kubectl wait` decides it."""
    observed = found.get("observedGeneration", (live.get("status") or {}).get("observedGeneration"))
    return observed is None or observed >= live.get("metadata", {}).get("generation", 0)


def _parse(expression: str) -> tuple[Any, str]:
    kind, _, rest = expression.partition("=")
    if kind == "condition" and rest:
        name, _, status = rest.partition("=")
        wanted = (status or "true").lower()

        def holds(live: dict[str, Any]) -> bool:
            found = condition(live, name)
            return found.get("status", "").lower() == wanted and _is_of_now(live, found)

        return holds, expression
    found = re.fullmatch(r"\{?(?P<path>[^}]*)\}?(=(?P<value>.*))?", rest) if kind == "jsonpath" else None
    if not found or not found["path"]:
        raise ValueError(
            f"pulumi.com/waitFor is {expression!r}, but it takes condition=NAME, condition=NAME=STATUS, "
            "jsonpath={.path}, jsonpath={.path}=VALUE, or a JSON list of these."
        )
    path, value = found["path"], found["value"]
    if not path.startswith((".", "[")):
        path = f".{path}"
    steps = _steps(path, expression)

    def is_met(live: dict[str, Any]) -> bool:
        found = [each for each in _walk(live, steps) if each is not None]
        return bool(found) and (value is None or all(_text(each) == value for each in found))

    return is_met, expression


def _steps(path: str, expression: str) -> list[re.Match[str]]:
    steps, position = [], 0
    while position < len(path):
        step = _STEP.match(path, position)
        if not step:
            raise ValueError(f"pulumi.com/waitFor is {expression!r}, and {path[position:]!r} in it can't be read.")
        steps.append(step)
        position = step.end()
    return steps


def _walk(value: Any, steps: list[re.Match[str]]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    for each in _step(value, steps[0]):
        yield from _walk(each, steps[1:])


def _step(value: Any, step: re.Match[str]) -> list[Any]:
    if isinstance(value, list):
        if step["every"]:
            return value
        if step["index"]:
            index = int(step["index"])
            return [value[index]] if -len(value) <= index < len(value) else []
        if step["key"]:
            return [each for each in value if isinstance(each, dict) and _text(each.get(step["key"])) == step["wanted"]]
        return []
    if isinstance(value, dict):
        name = step["quoted"] if step["quoted"] is not None else (step["name"] or "").replace("\\.", ".")
        return [value[name]] if name in value else []
    return []


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | dict | list) else str(value)
