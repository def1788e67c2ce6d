"""Every mistake in a stack file, as sentences: where, what is wrong, what is allowed, the way out."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import pydantic

from . import secrecy
from .model import Mistakes, Spec
from .sentences import kind, sentence
from .shape import Location, Place, locate

Model = TypeVar("Model", bound=Spec)
Found = tuple[Location, str]

_WAY_OUT = (
    "Set it beside the spec with `pulumi config set --secret pulsar:NAME`, or name an existing Kubernetes Secret."
)
SECRET_IN_SPEC: Found = (
    (),
    f"holds a secret (`secure:`), which would stand in the state in the clear. {_WAY_OUT}",
)


class NotADeployment(Exception):
    """A stack file that doesn't describe a deployment, with every reason."""

    def __init__(self, stack: str, found: list[Found], bases: Mapping[Found, str] | None = None) -> None:
        """Put the reasons together.

        Args:
            stack: the stack's name.
            found: the reasons.
            bases: the base in which it must be put right, for those that don't come from the stack file itself.
        """
        lines = [f"  {'.'.join(map(str, ('spec', *each[0])))}{_base(each, bases)}: {each[1]}" for each in found]
        super().__init__(
            "\n".join([f"stacks/Pulumi.{stack}.yaml does not describe a deployment. Nothing was changed.", *lines])
        )
        self.found = found


def _base(found: Found, bases: Mapping[Found, str] | None) -> str:
    base = (bases or {}).get(found)
    return f" (stacks/{base})" if base else ""


def sorted_sentences(found: list[Found]) -> list[Found]:
    """In the order of the settings, each once."""
    return sorted(set(found), key=lambda each: (tuple(map(str, each[0])), each[1]))


def in_raw(raw: Any) -> list[Found]:
    """What is wrong before the settings are looked at: nothing there, not a mapping, all of it a secret."""
    if raw is None or raw == {}:
        return [
            (
                (),
                "is missing or empty. The key pulsar:spec holds cluster and pulsar: "
                "start from stacks/Pulumi.local.yaml.",
            )
        ]
    if not isinstance(raw, dict):
        return [((), f"{kind(raw)}, and must be a mapping with cluster and pulsar. See stacks/Pulumi.local.yaml.")]
    return [SECRET_IN_SPEC] if set(raw) == {"secure"} else []


def _secrets(value: Any, where: Location, place: Place | None) -> Iterator[Found]:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            yield where, f"is a secret, and the spec holds none: it would stand in the state. {_WAY_OUT}"
            return
        for key, inner in value.items():
            here = (*where, key)
            inside = place.inside(key) if place is not None else None
            # The model's own settings hold no secret, whatever their name; keys that the reader chooses are
            # looked at by the part that knows what they mean.
            chosen = inside is None
            if chosen and secrecy.named(str(key)) and isinstance(inner, str | int | float | list):
                yield here, f"looks like a secret, and the spec holds none. {_WAY_OUT}"
            else:
                yield from _secrets(inner, here, inside)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _secrets(inner, (*where, position), place.element if place is not None else None)
    elif secrecy.looks_like_one(value):
        yield where, f"holds what looks like a key, a token or a password, and the spec holds no secret. {_WAY_OUT}"


def secrets(model: type[Spec], raw: Any) -> list[Found]:
    """What looks like a secret in a spec, or in a part of one."""
    return list(_secrets(raw, (), Place(models=(model,))))


def validate(model: type[Model], raw: dict[str, Any]) -> tuple[Model | None, list[Found]]:
    """The value, or every mistake.

    One pass stops at the first broken part of a branch, so what is broken is taken out and the rest is looked at
    again, until nothing new is found.
    """
    if found := in_raw(raw):
        return None, found
    remaining = copy.deepcopy(raw)
    found = secrets(model, raw)
    cut: list[Location] = [gone for where, _ in found if (gone := _remove(remaining, where)) is not None]
    while True:
        try:
            value = model.model_validate(remaining)
        except pydantic.ValidationError as error:
            fresh, blind = _one_pass(model, error, cut)
            found += fresh
            broken = [*(where for where, _ in fresh), *blind]
            now_cut = [gone for where in broken if (gone := _remove(remaining, where)) is not None]
            cut += now_cut
            if not now_cut:
                return None, found
        else:
            return (value if not found and not cut else None), found


def _one_pass(
    model: type[Spec], error: pydantic.ValidationError, cut: list[Location]
) -> tuple[list[Found], list[Location]]:
    """What one look at the rest finds, and the parts that can't be looked at because of what was taken out."""
    fresh: list[Found] = []
    blind: list[Location] = []
    for each in error.errors(include_url=False):
        where, _ = locate(model, each["loc"])
        if each["type"] in ("missing", "union_tag_not_found") and _within(where, each, cut):
            # It was there, and wrong: what it belongs to can't be looked at without it.
            blind.append(where[:-1] if each["type"] == "missing" else where)
            continue
        for found_at, text in _sentences(model, where, each):
            # A sentence about a setting that was wrong itself would speak of its default.
            taken_out = {str(gone[-1]) for gone in cut if gone[: len(where)] == where and len(gone) > len(where)}
            hidden = found_at != where and taken_out & set(re.findall(r"\w+", text))
            (blind.append(found_at) if hidden else fresh.append((found_at, text)))
    return fresh, blind


def _within(where: Location, error: Any, cut: list[Location]) -> bool:
    if error["type"] == "missing":
        return where in cut
    return (*where, str(error["ctx"]["discriminator"]).strip("'")) in cut


def _remove(raw: Any, where: Location) -> Location | None:
    """Take one setting out, and say which. A list is taken out as a whole: without an entry it would mean another."""
    at = raw
    for depth, step in enumerate(where):
        if not isinstance(at, dict):
            return None
        key = next((each for each in at if each == step or str(each) == str(step)), None)
        if key is None:
            return None
        if depth == len(where) - 1 or isinstance(at[key], list):
            del at[key]
            return where[: depth + 1]
        at = at[key]
    return None


def _sentences(model: type[Spec], where: Location, error: Any) -> list[Found]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Mistakes):
        return [((*where, *path.split(".")), text) for path, text in cause.found]
    return [(where, sentence(model, where, error))]
