"""What several stack files share: bases, which a spec names with `extends`.

A base is a file below `stacks/` that holds what stands under `pulsar:spec`, all of it or a part. Who extends it wins
over it: mappings are merged key by key, everything else is replaced, and an empty value (`null`) takes a setting out.
"""

import dataclasses
import difflib
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from . import stack_yaml
from .sentences import echo, kind
from .shape import Location

KEY = "extends"
FOLDER = pathlib.Path(__file__).parents[1] / "stacks"
"""Below it lies every base, and a base's name is its path from there, wherever the name is written."""


@dataclasses.dataclass(frozen=True)
class Wrong:
    """One mistake in what is extended, or in a base."""

    file: str | None
    """The base that it stands in. Default: the stack file."""
    where: Location
    sentence: str


@dataclasses.dataclass(frozen=True)
class Layer:
    """What one file says by itself."""

    file: str | None
    """The base's name. Default: the stack file."""
    spec: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Merged:
    """A spec with what it extends."""

    spec: Any
    layers: tuple[Layer, ...] = ()
    """The bases and at the end the stack file, each before those that win over it. Default: nothing is extended."""
    wrong: tuple[Wrong, ...] = ()
    """What keeps it from being merged; then `spec` is the stack file's own."""

    def file(self, where: Location) -> str | None:
        """The base that a setting comes from, or that all of a part comes from; `None`: the stack file."""
        for layer in reversed(self.layers):
            if _says(layer.spec, where):
                return layer.file
        return None


def merge(spec: Any, folder: pathlib.Path | None = None) -> Merged:
    """A stack file's spec, with what it extends put below it.

    Args:
        spec: the value of `pulsar:spec`.
        folder: where bases lie. Default: `FOLDER`.
    """
    if not isinstance(spec, dict):
        return Merged(spec)
    if KEY not in spec:
        close = [key for key in map(str, spec) if difflib.get_close_matches(key, [KEY], cutoff=0.8)]
        return Merged(
            spec, wrong=tuple(Wrong(None, (key,), "is not a setting. Did you mean extends?") for key in close)
        )
    reading = _Reading(folder or FOLDER)
    reading.add(None, _as_handed_over(spec), ())
    if reading.wrong:
        return Merged(spec, wrong=tuple(dict.fromkeys(reading.wrong)))
    whole: dict[str, Any] = {}
    for layer in reading.layers:
        whole = over(whole, layer.spec)
    return Merged(whole, tuple(reading.layers))


def over(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """`lower` with what `upper` says: mappings key by key, `null` takes out, everything else is replaced."""
    found = {key: value for key, value in lower.items() if key not in upper}
    for key, value in upper.items():
        if isinstance(value, Mapping):
            below = lower.get(key)
            found[key] = over(below if isinstance(below, Mapping) else {}, value)
        elif value is not None:
            found[key] = value
    # In the order in which they were said first, so that a base doesn't turn the order of what it is told in.
    return {key: found[key] for key in (*lower, *(each for each in upper if each not in lower)) if key in found}


def _says(spec: Any, where: Location) -> bool:
    """Whether a file says something of a setting: its value, a part of it, or a whole that it stands in."""
    for step in where:
        if not isinstance(spec, Mapping):
            return True
        if str(step) not in spec:
            return False
        spec = spec[str(step)]
    return True


def _as_handed_over(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A spec as the engine gives it to the program: every key is text."""
    return json.loads(json.dumps(spec))


class _Reading:
    """The files that one stack is made of, read once each."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.layers: list[Layer] = []
        self.wrong: list[Wrong] = []

    def add(self, file: str | None, spec: Mapping[str, Any], via: tuple[str, ...]) -> None:
        """Take in what a file extends, then what it says itself.

        Args:
            file: the base. Default: the stack file.
            spec: what it holds.
            via: the bases through which it was reached, itself at the end.
        """
        for name, where in self._named(file, spec.get(KEY)):
            if name in via:
                chain = " → ".join((*via[via.index(name) :], name))
                self.wrong.append(Wrong(file, where, f"goes in a circle: {chain}. Take one of them out."))
            elif name not in {layer.file for layer in self.layers}:
                base = self._read(name, file, where)
                if base is not None:
                    self.add(name, base, (*via, name))
        self.layers.append(Layer(file, {key: value for key, value in spec.items() if key != KEY}))

    def _named(self, file: str | None, names: Any) -> Iterator[tuple[str, Location]]:
        if names is None:
            return
        each = enumerate(names) if isinstance(names, list) else [(None, names)]
        for position, name in each:
            where: Location = (KEY,) if position is None else (KEY, position)
            if isinstance(name, str):
                yield name, where
            else:
                self.wrong.append(
                    Wrong(file, where, f"{kind(name)}, and must be a file in stacks/, or a list of them.")
                )

    def _read(self, name: str, file: str | None, where: Location) -> Mapping[str, Any] | None:
        path = self.folder / name
        if sentence := self._no_base(name, path):
            self.wrong.append(Wrong(file, where, sentence))
            return None
        try:
            content = stack_yaml.parsed(path.read_bytes())
        except stack_yaml.NotYaml as error:
            self.wrong.append(Wrong(file, where, f"stacks/{name} {error}"))
            return None
        if not isinstance(content, dict) or "config" in content:
            told = "has `config:`" if isinstance(content, dict) else kind(content)
            self.wrong.append(
                Wrong(
                    file,
                    where,
                    f"stacks/{name} {told}, and must hold what stands under pulsar:spec, all of it or a part.",
                )
            )
            return None
        try:
            return _as_handed_over(content)
        except TypeError:
            sentence = f"stacks/{name} holds what is no text, number, list or mapping."
            self.wrong.append(Wrong(file, where, sentence))
            return None

    def _no_base(self, name: str, path: pathlib.Path) -> str | None:
        form = "Write it as it is called from stacks/: base/production.yaml."
        plain = pathlib.PurePosixPath(name).as_posix() == name and path.resolve() == self.folder.resolve() / name
        if name.startswith("/") or not plain:
            return f"{echo(name)} is not a plain path below stacks/. {form}"
        if path.suffix != ".yaml" or path.name.startswith("Pulumi."):
            told = "a stack file" if path.name.startswith("Pulumi.") else "no file that ends in .yaml"
            return f"{echo(name)} is {told}, and a base is a file of its own. {form}"
        if not path.is_file():
            known = self._known()
            close = difflib.get_close_matches(name, known, n=1)
            listed = f"Those that exist: {', '.join(known)}." if known else "There is none yet."
            return f"there is no stacks/{name}. {listed}{f' Did you mean {close[0]}?' if close else ''}"
        return None

    def _known(self) -> list[str]:
        found = (path for path in self.folder.rglob("*.yaml") if not path.name.startswith("Pulumi."))
        return sorted(path.relative_to(self.folder).as_posix() for path in found)
