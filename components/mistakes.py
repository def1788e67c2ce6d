"""Every mistake in a stack file, as sentences: where, what is wrong, what is allowed, the way out."""

import copy
import difflib
import re
import typing
from collections.abc import Iterator
from typing import Any, TypeVar

import pydantic

from .model import Mistakes, Spec

Model = TypeVar("Model", bound=Spec)
Location = tuple[str | int, ...]
Found = tuple[Location, str]

_SECRET_NAME = re.compile(
    r"(^|_)(password|passphrase|secret|token|credentials?|private_?key|access_?key|api_?key|kubeconfig)($|_)", re.IGNORECASE
)
_NAMES_OF_FILES = frozenset({"kubeconfig_path"})
_WAY_OUT = (
    "Set it beside the spec with `pulumi config set --secret pulsar:NAME`, or name an existing Kubernetes Secret."
)
SECRET_IN_SPEC: Found = (
    (),
    f"holds a secret (`secure:`), which would stand in the state in the clear. {_WAY_OUT}",
)


class NotADeployment(Exception):
    """A stack file that doesn't describe a deployment, with every reason."""

    def __init__(self, stack: str, found: list[Found]) -> None:
        lines = [f"  {'.'.join(map(str, ('spec', *where)))}: {sentence}" for where, sentence in found]
        super().__init__(
            "\n".join([f"stacks/Pulumi.{stack}.yaml does not describe a deployment. Nothing was changed.", *lines])
        )
        self.found = found


def sorted_sentences(found: list[Found]) -> list[Found]:
    """In the order of the settings, each once."""
    return sorted(set(found), key=lambda each: (tuple(map(str, each[0])), each[1]))


def in_raw(raw: Any) -> list[Found]:
    """What is wrong before the settings are looked at: nothing there, not a mapping, secrets."""
    if raw is None or raw == {}:
        return [
            (
                (),
                "is missing or empty. Start from stacks/Pulumi.local.yaml: the key pulsar:spec holds cluster and pulsar.",
            )
        ]
    if not isinstance(raw, dict):
        return [((), f"is {_kind(raw)}, and must be a mapping with cluster and pulsar. See stacks/Pulumi.local.yaml.")]
    return list(_secrets(raw, ()))


def _secrets(value: Any, where: Location) -> Iterator[Found]:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            yield where, f"is a secret, and the spec holds none: it would stand in the state. {_WAY_OUT}"
            return
        for key, inner in value.items():
            if _SECRET_NAME.search(str(key)) and isinstance(inner, str | int | float) and key not in _NAMES_OF_FILES:
                yield (*where, key), f"looks like a secret, and the spec holds none. {_WAY_OUT}"
            else:
                yield from _secrets(inner, (*where, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _secrets(inner, (*where, position))


def validate(model: type[Model], raw: dict[str, Any]) -> tuple[Model | None, list[Found]]:
    """The value, or every mistake.

    One pass stops at the first broken part of a branch, so what is broken is taken out and the rest is looked at
    again, until nothing new is found.
    """
    found: list[Found] = []
    pruned: list[Location] = [where for where, _ in _secrets(raw, ())]
    remaining = copy.deepcopy(raw)
    for where in pruned:
        _remove(remaining, where)
    while True:
        try:
            value = model.model_validate(remaining)
        except pydantic.ValidationError as error:
            fresh: list[Found] = []
            blind: list[Location] = []
            for each in error.errors(include_url=False):
                where = _without_tags(model, each["loc"])
                if each["type"] == "missing" and where in pruned:
                    # It was there, and wrong: what it belongs to can't be looked at without it.
                    blind.append(where[:-1])
                    continue
                for found_at, sentence in _sentences(model, where, each):
                    # A sentence about a setting that was wrong itself would speak of its default.
                    taken_out = {str(cut[-1]) for cut in pruned if cut[:-1] == where}
                    hidden = found_at != where and taken_out & set(re.findall(r"\w+", sentence))
                    (blind.append(found_at) if hidden else fresh.append((found_at, sentence)))
            found += fresh
            cut = [where for where in (*(where for where, _ in fresh), *blind) if _remove(remaining, where)]
            pruned += cut
            if not cut:
                return None, found
        else:
            return (value if not found and not pruned else None), found


def _remove(raw: Any, where: Location) -> bool:
    *path, last = where or ("",)
    for step in path:
        raw = raw.get(step) if isinstance(raw, dict) else raw[step] if isinstance(raw, list) else None
        if raw is None:
            return False
    if isinstance(raw, dict) and last in raw:
        del raw[last]
        return True
    return False


def _sentences(model: type[Spec], where: Location, error: Any) -> list[Found]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Mistakes):
        return [((*where, *path.split(".")), sentence) for path, sentence in cause.found]
    return [(where, _sentence(model, where, error))]


def _sentence(model: type[Spec], where: Location, error: Any) -> str:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        known = sorted(_settings_at(model, where[:-1]))
        close = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.6)
        way_out = f"Did you mean {close[0]}?" if close else f"Choose from {', '.join(known)}."
        return f"is not a setting here. {way_out}"
    if kind == "missing":
        return "is missing, and has no default."
    if kind in ("literal_error", "union_tag_invalid"):
        allowed = re.findall(r"'([^']*)'", str(context.get("expected") or context.get("expected_tags")))
        tag = context.get("tag", value)
        setting = f"{_discriminator(context)} " if kind == "union_tag_invalid" else ""
        close = difflib.get_close_matches(str(tag), allowed, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        return f"{setting}{tag!r} is not a choice. Choose {' or '.join(allowed)}.{hint}"
    if kind == "union_tag_not_found":
        return f"says no {_discriminator(context)}, which tells what the rest means."
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = "at least" if kind == "greater_than_equal" else "at most"
        return f"{value!r} is out of range. Use {bound} {context.get('ge', context.get('le'))}."
    if kind == "string_too_long":
        return f"{value!r} has {len(value)} characters, and may have {context['max_length']} so that every name fits."
    wanted = _WANTED.get(kind.split("_")[0])
    return f"{_kind(value)}, where {wanted} belongs." if wanted else f"{_kind(value)}: {error['msg'].lower()}."


_WANTED = {
    "int": "a whole number",
    "string": "text",
    "bool": "true or false",
    "model": "a mapping of settings",
    "dict": "a mapping of settings",
    "mapping": "a mapping of settings",
    "tuple": "a list",
    "float": "a number",
}


def _discriminator(context: Any) -> str:
    return str(context.get("discriminator", "")).strip("'")


def _kind(value: Any) -> str:
    if value is None:
        return "is empty"
    if isinstance(value, dict):
        return "is a mapping"
    if isinstance(value, list):
        return "is a list"
    return f"is {value!r}"


def _without_tags(model: type[Spec], where: Location) -> Location:
    """The path as the file has it: pydantic puts the chosen variant's tag into it."""
    kept: list[str | int] = []
    models: tuple[type[Spec], ...] = (model,)
    for step in where:
        annotated = [part.model_fields[step] for part in models if str(step) in part.model_fields]
        if annotated or not any(_tags(part, step) for part in models):
            kept.append(step)
            models = tuple(each for field in annotated for each in _models(field.annotation)) or models
    return tuple(kept)


def _tags(part: type[Spec], step: str | int) -> bool:
    return any(
        step in typing.get_args(field.annotation) for field in part.model_fields.values() if typing.get_args(field.annotation)
    )


def _models(annotation: Any) -> Iterator[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def _settings_at(model: type[Spec], where: Location) -> set[str]:
    models: tuple[type[Spec], ...] = (model,)
    for step in where:
        models = tuple(
            each
            for part in models
            if str(step) in part.model_fields
            for each in _models(part.model_fields[str(step)].annotation)
        )
    return {name for part in models for name in part.model_fields}
