"""`python -m evaluation.reference [--check]`: the table of every setting in `docs/howto/stack-file.md`."""

import argparse
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import pydantic.fields
from pydantic_core import PydanticUndefined

from components import meanings, stack
from components.model import Spec
from components.shape import Place, of_field
from local.paths import PROJECT

PATH = PROJECT / "docs" / "howto" / "stack-file.md"
BEGIN = "<!-- Written by `python -m evaluation.reference` -->"
END = "<!-- Until here -->"
_WRITE = "Write it again with `python -m evaluation.reference`."


def tables() -> str:
    """A table for each kind of part: setting, default, meaning."""
    titles: dict[type[Spec], list[str]] = {}
    for model, title in _parts("", stack.StackSpec, "The whole file"):
        titles.setdefault(model, []).append(title)
    parts: list[str] = []
    for model, places in titles.items():
        rows = [_row(model, name, field) for name, field in model.model_fields.items()]
        same = f" The same in {', '.join(places[1:])}." if places[1:] else ""
        parts += [f"### {places[0]}", "", f"{_sentence(model.__doc__ or '')}{same}", ""]
        parts += ["| Setting | Default | Meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(parts)


def _parts(path: str, model: type[Spec], title: str) -> Iterator[tuple[type[Spec], str]]:
    yield model, title
    for name, field in model.model_fields.items():
        place = of_field(field)
        inner = place.element if place.element is not None and place.element.models else place
        for tag, part in _variants(inner):
            here = f"{path}.{name}" if path else name
            told = f", `{inner.discriminator}: {tag}`" if tag else ""
            yield from _parts(here, part, f"`{here}`{told}")


def _variants(place: Place) -> Iterator[tuple[str, type[Spec]]]:
    if place.discriminator:
        yield from ((tag, model) for tag in place.tags() for model in place.variant(tag).models)
    else:
        yield from (("", model) for model in place.models)


def _row(part: type[Spec], name: str, field: pydantic.fields.FieldInfo) -> str:
    meaning, _, default = _sentence(meanings.of(part, name)).partition(" Default: ")
    place = of_field(field)
    choices = f" One of {', '.join(f'`{each}`' for each in place.choices)}." if len(place.choices) > 1 else ""
    return f"| `{name}` | {_default(field, default.rstrip('.'))} | {meaning}{choices} |".replace("\n", " ")


def _default(field: pydantic.fields.FieldInfo, told: str) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if told:
        return told
    if isinstance(value, Spec):
        return _of_part(value)
    return "none" if value in (None, (), {}) else f"`{_text(value)}`"


def _of_part(value: Spec) -> str:
    """The settings that this place gives another default than the part has by itself."""
    fields = type(value).model_fields
    unlike = {
        name: inner
        for name in fields
        if (inner := getattr(value, name)) != fields[name].default and not isinstance(inner, Spec)
    }
    return ", ".join(f"`{name}: {_text(inner)}`" for name, inner in unlike.items()) or "its own defaults"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def written(page: str) -> str:
    """The page with the tables in their place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def main(arguments: list[str], path: pathlib.Path = PATH) -> int:
    """Write the tables into the page, or check them.

    Returns:
        0, or 1 when they were to be checked and are out of date.
    """
    parser = argparse.ArgumentParser(prog="evaluation.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the tables are out of date")
    page = path.read_text()
    if not parser.parse_args(arguments).check:
        path.write_text(written(page))
        print(f"The tables in {path.name} are written.")
        return 0
    if page == written(page):
        return 0
    print(f"The tables in {path.name} are not what the model says any more. {_WRITE}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
