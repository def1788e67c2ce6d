"""One mistake in a stack file as one sentence, in the words of whoever wrote the file."""

import difflib
import re
from collections.abc import Callable
from typing import Any

from . import meanings
from .model import Spec
from .names import LONGEST_LABEL
from .shape import Location, Place, homes, locate

_LONGEST_ECHO = 40
_WANTED = {
    "int": "a whole number",
    "string": "text",
    "bool": "true or false",
    "model": "a mapping of settings",
    "dict": "a mapping of settings",
    "mapping": "a mapping of settings",
    "tuple": "a list",
    "list": "a list",
    "float": "a number",
}


def kind(value: Any) -> str:
    """What stands there, as a verb and an object: `is a list`, `is the text 'yes'`."""
    if value is None:
        return "is empty"
    if isinstance(value, dict):
        return "is a mapping"
    if isinstance(value, list | tuple):
        return "is a list"
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    if isinstance(value, str):
        return f"is the text {echo(value)}"
    return f"is {value!r}"


def echo(value: Any) -> str:
    """A value as a sentence repeats it: quoted, and cut where it would drown the sentence."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    short = text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}…"
    return repr(short) if isinstance(value, str) else short


def sentence(model: type[Spec], where: Location, error: Any) -> str:
    """What one of pydantic's errors says to whoever wrote the file."""
    context = error.get("ctx", {})
    if error["type"] == "missing":
        return _missing(model, where)
    if error["type"] == "extra_forbidden":
        return _unknown(model, where, error)
    if error["input"] is None:
        return f"is empty. {_give_or_leave_out(model, where)}"
    if error["type"] in _BY_TYPE:
        return _BY_TYPE[error["type"]](model, where, error["input"], context)
    return _wrong_type(error["type"], error["input"])


def _place(model: type[Spec], where: Location) -> Place | None:
    return locate(model, where)[1]


def _missing(model: type[Spec], where: Location) -> str:
    place, holder = _place(model, where), _place(model, where[:-1])
    if place is not None and place.choices:
        return f"is missing, and has no default. Choose {' or '.join(map(str, place.choices))}."
    written = (meanings.of(part, str(where[-1])) for part in holder.models) if holder else ()
    meaning = next(filter(None, written), "")
    return "is missing, and has no default." + (f" It means: {meaning}" if meaning else "")


def _give_or_leave_out(model: type[Spec], where: Location) -> str:
    holder = _place(model, where[:-1]) if where else None
    field = holder.settings().get(str(where[-1])) if holder else None
    if field is not None and not field.is_required():
        return "Give it a value, or leave the line out for its default."
    return "Give it a value, or leave the line out." if field is None else "Give it a value: it has no default."


def _unknown(model: type[Spec], where: Location, error: Any) -> str:
    name = str(where[-1])
    # Pydantic's own location still tells which variant the setting was looked for in.
    holder = locate(model, error["loc"][:-1])[1] or Place()
    every = _place(model, where[:-1]) or Place()
    if name in every.settings() and every.discriminator:
        owners = [tag for tag in every.tags() if name in every.variant(tag).settings()]
        now = [tag for tag in holder.tags() if holder.models == every.variant(tag).models]
        return (
            f"goes with {every.discriminator}: {' or '.join(owners)}, and {every.discriminator} is "
            f"{' or '.join(now)}. Leave it out, or change {every.discriminator}."
        )
    known = sorted(holder.settings())
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"is not a setting here. Did you mean {close[0]}?"
    elsewhere = [home for home in homes(model, name) if home]
    if elsewhere:
        within = ".".join(map(str, where[:-1]))
        # Where it was written is nearer to what was meant than another part of the stack.
        nearest = sorted(elsewhere, key=lambda home: "." in home and not home.startswith(within))
        return f"is not a setting here. It belongs in {' or '.join(nearest[:4])}."
    return f"is not a setting here. Choose from {', '.join(known)}."


def _choice(model: type[Spec], where: Location, value: Any, context: Any) -> str:
    place = _place(model, where)
    tag = context.get("tag", value)
    allowed = [str(each) for each in (place.tags() or place.choices)] if place else []
    setting = f"{place.discriminator} " if place and place.discriminator and "tag" in context else ""
    shown = echo(tag) if isinstance(tag, str | int | float) else kind(tag).removeprefix("is ")
    close = difflib.get_close_matches(str(tag), allowed, n=1) if len(allowed) > 1 else []
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"{setting}{shown} is not a choice. Choose {' or '.join(allowed)}.{hint}"


def _says_no_tag(model: type[Spec], where: Location, value: Any, context: Any) -> str:
    place = _place(model, where) or Place()
    ways = " or ".join(f"`{place.discriminator}: {tag}`" for tag in place.tags())
    return f"doesn't say {place.discriminator}, which tells what the rest means. Add {ways}."


def _bound(model: type[Spec], where: Location, value: Any, context: Any) -> str:
    if "ge" in context:
        return f"{value!r} is too small. Use at least {context['ge']}."
    return f"{value!r} is too large. Use at most {context['le']}."


def _too_long(model: type[Spec], where: Location, value: Any, context: Any) -> str:
    longest = context["max_length"]
    why = (
        "which is Kubernetes' limit" if longest == LONGEST_LABEL else "since names of up to 63 characters start with it"
    )
    return f"{echo(value)} has {len(value)} characters, and may have at most {longest}, {why}. Make it shorter."


def _own(model: type[Spec], where: Location, value: Any, context: Any) -> str:
    return str(context["error"])


def _wrong_type(error: str, value: Any) -> str:
    wanted = _WANTED.get(error.split("_")[0], "something else")
    way_out = ""
    if error.startswith("int") and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        way_out = " Leave the quotes out."
    elif error.startswith("string") and isinstance(value, int | float) and not isinstance(value, bool):
        way_out = " Put it in quotes."
    elif error.startswith(("tuple", "list")) and isinstance(value, str):
        way_out = f" Write [{value}]."
    return f"{kind(value)}, where {wanted} belongs.{way_out}"


def _key_is_text(model: type[Spec], where: Location, value: Any, context: Any) -> str:
    return f"is a setting without a name: its key {kind(where[-1])}, and a key is text."


_BY_TYPE: dict[str, Callable[[type[Spec], Location, Any, Any], str]] = {
    "value_error": _own,
    "literal_error": _choice,
    "union_tag_invalid": _choice,
    "union_tag_not_found": _says_no_tag,
    "greater_than_equal": _bound,
    "less_than_equal": _bound,
    "string_too_long": _too_long,
    "too_long": _too_long,
    "string_too_short": lambda model, where, value, context: f"is empty text. {_give_or_leave_out(model, where)}",
    "too_short": lambda model, where, value, context: f"is empty text. {_give_or_leave_out(model, where)}",
    "invalid_key": _key_is_text,
}
