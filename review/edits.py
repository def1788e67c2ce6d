"""What changed in a stack file: each setting once, and a part that came or went as one."""

import dataclasses
from collections.abc import Iterator, Mapping

from .sides import Side


@dataclasses.dataclass(frozen=True)
class Edit:
    """One setting, or one whole part of the spec, that is not what it was."""

    path: str
    """`pulsar.broker.replicas`; of a part, `tenants.shop.namespaces.orders`."""
    before: str | None
    """`None` where it was not there."""
    after: str | None
    """`None` where it is no longer there."""

    @property
    def added(self) -> bool:
        """Whether there was nothing."""
        return self.before is None

    @property
    def removed(self) -> bool:
        """Whether there is nothing any more."""
        return self.after is None


def edits(before: Side, after: Side) -> list[Edit]:
    """Every difference of two stack files' effective values.

    What follows from another difference is not told again: the settings of a part that came or went, those that only
    one kind of a thing has where the kind changed, and what is derived from a setting that a file names.
    """
    found = list(_parts(before.parts, after.parts))
    whole = tuple(f"{each.path}." for each in found)
    turned = tuple(f"{path}." for path, kind in before.parts.items() if after.parts.get(path, kind) != kind)
    for path in dict.fromkeys([*before.settings, *after.settings]):
        was, is_now = before.settings.get(path), after.settings.get(path)
        if was == is_now or f"{path}.".startswith(whole) or f"{path}." in whole:
            continue
        if path.startswith(turned) and (was is None or is_now is None):
            continue
        found.append(Edit(path, was, is_now))
    beside = dict.fromkeys([*before.beside, *after.beside])
    for key in beside:
        if before.beside.get(key) != after.beside.get(key):
            was, is_now = ((key in each.beside and "(a secret)") or None for each in (before, after))
            found.append(Edit(f"config.{key}", was, is_now))
    # `functions: {}` says no more than that the last of them is gone.
    around = {path[:end] for path in (each.path for each in found) for end in _dots(path)}
    kept = [each for each in found if each.path not in around and not _of_the_program(each, before, after)]
    named = {*before.given, *after.given}
    by_hand = any(each.path in named for each in kept)
    derived = {*before.derived, *after.derived} - named if by_hand else set()
    return [each for each in kept if each.path not in derived]


def _dots(path: str) -> Iterator[int]:
    return (position for position, letter in enumerate(path) if letter == ".")


def _of_the_program(edit: Edit, before: Side, after: Side) -> bool:
    """Whether it came or went with the program, and no file names it: a setting that the other program doesn't know."""
    there = after if edit.added else before if edit.removed else None
    return there is not None and edit.path not in there.given and edit.path not in _beside(there)


def _beside(side: Side) -> set[str]:
    return {f"config.{key}" for key in side.beside}


def _parts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Edit]:
    for mine, other, is_new in ((before, after, False), (after, before, True)):
        only = [path for path in mine if path not in other]
        for path in only:
            if not any(path.startswith(f"{around}.") for around in only):
                yield Edit(path, None, "there") if is_new else Edit(path, "there", None)
