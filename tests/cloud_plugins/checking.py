"""What is wrong with a resource's inputs, as far as its SDK knows, in sentences."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from plugin.values import Path, Unknown, property_path

from .sdk import Property, Sdk
from .shapes import Anything, Listed, Mapped, Named, OneOf, Plain, Shape

Mistake = tuple[Path, str]
"""Where, and a sentence."""

_WORDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}
_TYPES = {"str": str, "int": int, "float": int | float, "bool": bool}


def mistakes(
    inputs: Mapping[str, Any], properties: Mapping[str, Property], sdk: Sdk, path: Path = ()
) -> Iterator[Mistake]:
    """What the cloud's plugin would refuse, or silently leave out.

    Args:
        inputs: an object as the program gives it.
        properties: what may be in it.
        sdk: knows the objects within.
        path: where the object is.
    """
    for name, value in inputs.items():
        if name.startswith("__"):
            continue
        here = (*path, name)
        if name not in properties:
            near = difflib.get_close_matches(name, properties, 1, 0.6)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield here, f"{property_path(here)} is no property here.{hint}"
        elif value is not None:
            yield from _of_value(value, properties[name].shape, sdk, here)
    for name, each in properties.items():
        if each.required and inputs.get(name) is None:
            here = (*path, name)
            yield here, f"{property_path(here)} is required, and missing."


def _of_value(value: Any, shape: Shape, sdk: Sdk, path: Path) -> Iterator[Mistake]:
    if isinstance(value, Unknown) or isinstance(shape, Anything):
        return
    if isinstance(shape, OneOf):
        yield from _of_options(value, shape, sdk, path)
    elif isinstance(shape, Plain):
        if not _is_plain(value, shape.name):
            yield path, f"{property_path(path)} is {_kind_of(value)}, and must be {_WORDS[shape.name]}."
    elif isinstance(shape, Listed):
        if not isinstance(value, list):
            yield path, f"{property_path(path)} is {_kind_of(value)}, and must be a list."
            return
        for index, item in enumerate(value):
            yield from _of_value(item, shape.item, sdk, (*path, index))
    elif not isinstance(value, dict) and not _is_a_choice(shape, sdk):
        yield path, f"{property_path(path)} is {_kind_of(value)}, and must be an object."
    elif isinstance(shape, Mapped):
        for key, item in value.items():
            yield from _of_value(item, shape.item, sdk, (*path, key))
    else:
        yield from _of_named(value, shape, sdk, path)


def _of_named(value: Any, shape: Named, sdk: Sdk, path: Path) -> Iterator[Mistake]:
    choices = sdk.choices(shape.module, shape.name)
    if choices is None:
        yield from mistakes(value, sdk.properties(shape.module, shape.name), sdk, path)
    elif value not in choices:
        # The value itself isn't repeated: it might be a secret in the wrong place.
        yield path, f"{property_path(path)} is none of {', '.join(choices)}."


def _of_options(value: Any, shape: OneOf, sdk: Sdk, path: Path) -> Iterator[Mistake]:
    named = [each for each in shape.options if isinstance(each, Named) and sdk.choices(each.module, each.name)]
    # `Union[str, 'OSType']` takes any text, but the cloud takes what its enumeration says.
    options = named if named and isinstance(value, str) else list(shape.options)
    found = [list(_of_value(value, each, sdk, path)) for each in options]
    if all(found):
        yield from min(found, key=lambda each: (any(len(place) == len(path) for place, _ in each), len(each)))


def _is_a_choice(shape: Shape, sdk: Sdk) -> bool:
    return isinstance(shape, Named) and sdk.choices(shape.module, shape.name) is not None


def _is_plain(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "bool") == isinstance(value, bool)


def _kind_of(value: Any) -> str:
    for word, kind in (("true or false", bool), ("text", str), ("a number", int | float), ("a list", list)):
        if isinstance(value, kind):
            return word
    return "an object"
