"""What may stand where in a stack file: the model seen as places and the settings in them.

Sentences about mistakes, `explain` and the reference in the documentation all walk it, so a new setting or a new
variant shows up in each of them by itself.
"""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic
import pydantic.fields

from .model import Spec

Location = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True)
class Place:
    """One place in the file, and what may stand there."""

    models: tuple[type[Spec], ...] = ()
    """The parts that may stand there; several where a discriminator tells which."""
    discriminator: str | None = None
    """The setting that tells which of them stands there."""
    element: "Place | None" = None
    """What each entry of the list, or of the mapping with free keys, is."""
    choices: tuple[Any, ...] = ()
    """The values of a setting that has a fixed set of them."""
    free_keys: bool = False
    """Whether it is a mapping whose keys the reader chooses."""

    def settings(self) -> dict[str, pydantic.fields.FieldInfo]:
        """The settings that may stand here, those of every variant together."""
        return {name: field for model in self.models for name, field in model.model_fields.items()}

    def variant(self, tag: Any) -> "Place":
        """This place once its discriminator says `tag`."""
        if self.discriminator is None:
            return self
        chosen = tuple(model for model in self.models if tag in self._tags(model))
        return dataclasses.replace(self, models=chosen or self.models)

    def tags(self) -> tuple[str, ...]:
        """What the discriminator may say."""
        return tuple(tag for model in self.models for tag in self._tags(model))

    def inside(self, step: str | int) -> "Place | None":
        """The place one step further in, or nothing when no such setting exists."""
        if self.element is not None:
            return self.element
        found = [
            model.model_fields[step] for model in self.models if isinstance(step, str) and step in model.model_fields
        ]
        return _joined([of_field(field) for field in found]) if found else None

    def _tags(self, model: type[Spec]) -> tuple[str, ...]:
        return typing.get_args(model.model_fields[self.discriminator].annotation) if self.discriminator else ()


def of_field(field: pydantic.fields.FieldInfo) -> Place:
    """The place that a setting's value stands in."""
    discriminator = field.discriminator if isinstance(field.discriminator, str) else None
    return _of(field.annotation, discriminator)


def _of(annotation: Any, discriminator: str | None = None) -> Place:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        told = [each.discriminator for each in arguments[1:] if isinstance(each, pydantic.fields.FieldInfo)]
        return _of(arguments[0], next((each for each in told if isinstance(each, str)), discriminator))
    if origin in (typing.Union, types.UnionType):
        return _joined([_of(each) for each in arguments if each is not type(None)], discriminator)
    if origin is typing.Literal:
        return Place(choices=arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Place(element=_of(arguments[1]), free_keys=True)
    if origin in (tuple, list):
        return Place(element=_of(arguments[0]))
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return Place(models=(annotation,), discriminator=discriminator)
    return Place()


def _joined(places: list[Place], discriminator: str | None = None) -> Place:
    return Place(
        models=tuple(model for place in places for model in place.models),
        discriminator=discriminator or next((place.discriminator for place in places if place.discriminator), None),
        element=next((place.element for place in places if place.element), None),
        choices=tuple(dict.fromkeys(choice for place in places for choice in place.choices)),
        free_keys=any(place.free_keys for place in places),
    )


def locate(model: type[Spec], reported: Location) -> tuple[Location, Place | None]:
    """A location that pydantic reports, as the file has it, and what may stand there.

    Pydantic puts the tag of the chosen variant after a place with a discriminator, and `[key]` after a mapping's key.
    """
    kept: list[str | int] = []
    place: Place | None = Place(models=(model,))
    tag_follows = False
    for step in reported:
        if tag_follows and place is not None and step in place.tags():
            place, tag_follows = place.variant(step), False
            continue
        if step == "[key]":
            continue
        kept.append(step)
        place = place.inside(step) if place is not None else None
        tag_follows = place is not None and place.discriminator is not None
    return tuple(kept), place


def homes(model: type[Spec], setting: str) -> list[str]:
    """Every part of the file, by its dotted path, that has a setting of this name."""
    return sorted({".".join(map(str, where)) for where, name in _all(Place(models=(model,)), ()) if name == setting})


def _all(place: Place, where: Location) -> Iterator[tuple[Location, str]]:
    for name in place.settings():
        yield where, name
        inner = place.inside(name)
        if inner is not None:
            yield from _all(inner, (*where, name))
