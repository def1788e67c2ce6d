"""Evaluate a stack with the program in the current folder, and print what came out as JSON.

It is run as text (`python -c`) in a checkout of another time, so it uses only what every checkout has: the modules
`components.stack`, `components.bases`, `components.model`, `evaluation.program`, `evaluation.stack_files` and
`evaluation.explain`.
"""

import gc
import hashlib
import json
import os
import pathlib
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pulumi

from components import bases
from components import stack as stack_file
from components.mistakes import NotADeployment
from components.model import Spec
from evaluation import explain, program, stack_files

HIDDEN = "(a secret)"
_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the engine's mark of a special value


def parts(spec: Spec, path: str = "") -> Iterator[tuple[str, str]]:
    """Every part below a spec, by its path, with what kind of thing it is."""
    for name in type(spec).model_fields:
        value, at = getattr(spec, name), f"{path}{name}"
        if isinstance(value, Spec):
            yield at, type(value).__name__
            yield from parts(value, f"{at}.")
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if isinstance(inner, Spec):
                    yield f"{at}.{key}", type(inner).__name__
                    yield from parts(inner, f"{at}.{key}.")


def given(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Every path that the stack file or one of its bases names, and every part around one.

    Args:
        lines: each setting's path, and where its value comes from.
    """
    for path, source in lines:
        if source == "stack file" or source.endswith(".yaml"):
            steps = path.split(".")
            yield from (".".join(steps[:count]) for count in range(1, len(steps) + 1))


def named(raw: Any, path: str = "") -> Iterator[str]:
    """Every path that a stack file names by itself: a part may stand there with nothing in it."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield f"{path}{key}"
            yield from named(value, f"{path}{key}.")


def is_derived(source: str) -> bool:
    """Whether a value follows from another, and is neither written down nor a default."""
    return source not in ("stack file", "default") and not source.endswith(".yaml")


def without_secrets(value: Any, hide: Callable[[Any], str]) -> Any:
    """The value, with what `hide` makes of it in the place of each secret."""
    if isinstance(value, Mapping):
        if _SECRET in value:
            return hide(value.get("value"))
        return {key: without_secrets(inner, hide) for key, inner in value.items()}
    return [without_secrets(inner, hide) for inner in value] if isinstance(value, list) else value


def hidden(_: Any) -> str:
    """The same word for every secret."""
    return HIDDEN


def sealed(value: Any) -> str:
    """A word that tells two secrets apart. A stack file holds them encrypted, and so does what is made of them here."""
    return f"{HIDDEN} {hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()}"


def content(kind: Any, inputs: Any, hide: Callable[[Any], str] = hidden) -> Any:
    """A resource's inputs without a secret; of a Secret only the names of its keys.

    Args:
        kind: the resource's type.
        inputs: what the engine is asked for.
        hide: what stands in a secret's place. Default: the same word for each.
    """
    if kind != "kubernetes:core/v1:Secret":
        return without_secrets(inputs, hide)
    return {
        key: _keys(value, hide) if key in ("data", "stringData") else without_secrets(value, hide)
        for key, value in inputs.items()
    }


def _keys(value: Any, hide: Callable[[Any], str]) -> Any:
    inner = value.get("value") if isinstance(value, Mapping) and _SECRET in value else value
    return {key: hide(each) for key, each in inner.items()} if isinstance(inner, Mapping) else hide(inner)


def refusals(registered: Any, before: Mapping[str, Any]) -> dict[str, str]:
    """What the program refuses to do to what was there, by the resource's logical name.

    Args:
        registered: what the program asks for now.
        before: what another side told.
    """
    old = {(each["type"], each["name"]): each["inputs"] for each in before.get("resources", ())}
    found = {}
    for each in registered:
        was = old.get((each.type, each.name))
        if was is None or was == content(each.type, each.inputs, sealed):
            continue
        about = types.SimpleNamespace(old_inputs=was, new_inputs=each.inputs)
        for hook in each.asked:
            try:
                hook.callback(about)
            except pulumi.RunError as error:
                found[each.name] = str(error)
    return found


def probe(
    stack: str,
    before: Callable[[], Mapping[str, Any]] | None = None,
    folder: pathlib.Path | None = None,
) -> dict[str, Any]:
    """What there is to tell of a stack.

    Args:
        stack: its name.
        before: what the side before told, asked for once this one has been evaluated. Default: there is none.
        folder: another time's `stacks/`, with its bases. Default: the program's own.
    """
    if stack not in stack_files.names(*filter(None, [folder])):
        return {"absent": True}
    try:
        if folder is None:
            return told(stack, stack_files.read(stack), before)
        return told(stack, _of_another_time(stack, folder), before)
    except NotADeployment as error:
        return {"mistakes": str(error)}


def _of_another_time(stack: str, folder: pathlib.Path) -> dict[str, Any]:
    """The configuration in a folder, with what it extends already in it: the program looks for bases in its own."""
    config = stack_files.read(stack, folder)
    merged = bases.merge(config[stack_files.SPEC], folder)
    if merged.wrong:
        raise NotADeployment(stack, [(each.where, each.sentence) for each in merged.wrong])
    return {**config, stack_files.SPEC: merged.spec}


def told(
    stack: str, config: Mapping[str, Any], before: Callable[[], Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """The same of a configuration.

    Raises:
        NotADeployment: it has mistakes.
    """
    raw = config[stack_files.SPEC]
    spec = stack_file.read(raw, stack)
    registered = program.evaluate(stack, config)
    settings = [line for line in explain.explain(stack, raw) if line.section == explain.SETTINGS]
    beside = {key: value for key, value in config.items() if key != stack_files.SPEC}
    return {
        "resources": [
            {
                "type": each.type,
                "name": each.name,
                "inputs": content(each.type, each.inputs, sealed),
                "protected": bool(getattr(each, "protected", False)),
            }
            for each in registered
        ],
        "settings": {line.path: line.value for line in settings},
        "parts": dict(parts(spec)),
        "given": sorted({*given((line.path, line.source) for line in settings), *named(bases.merge(raw).spec)}),
        "derived": sorted(line.path for line in settings if is_derived(line.source)),
        "refusals": refusals(registered, before()) if before else {},
        "beside": {key: hashlib.sha256(json.dumps(value).encode()).hexdigest() for key, value in beside.items()},
    }


if __name__ == "__main__":
    # A short life: what would be collected goes with the process, and looking for it takes a fifth of the time.
    gc.disable()
    print(json.dumps(probe(sys.argv[1])), flush=True)
    # Nor is what was imported taken apart.
    os._exit(0)
