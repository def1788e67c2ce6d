"""Every effective value of a stack, and where it came from."""

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from components import bases, meanings, secrecy
from components import stack as stacks
from components.mistakes import NotADeployment
from components.model import Spec
from components.pulsar.bookkeeper import AutorecoveryPods
from components.pulsar.contributions import Process
from components.pulsar.metadata.store import VolumeSpec
from components.pulsar.spec import PulsarSpec
from components.pulsar.websocket import WebSocketPods
from components.shape import Location

from . import stack_files

WIDTH = 100
_LONGEST_PATH = 44
SETTINGS = "Settings"
_CONF_FILES: Mapping[Process, str] = {
    "bookie": "conf/bookkeeper.conf",
    "autorecovery": "conf/bookkeeper.conf",
    "broker": "conf/broker.conf",
    "proxy": "conf/proxy.conf",
    "websocket": "conf/websocket.conf",
    "toolset": "conf/client.conf and conf/bookkeeper.conf",
}


_HARMLESS = frozenset({"kubeconfig_path"})
"""Settings of the stack file that are named after a secret and hold none."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One effective value."""

    section: str
    """`Settings`, or the process whose conf file it stands in."""
    path: str
    """The setting as the stack file would name it, or the conf file's key."""
    value: str
    source: str
    """`stack file`, a base that it extends, `default`, `version table`, `memory planner`, or the feature that set a
    key."""


def explain(stack: str, raw: Any) -> list[Line]:
    """Every effective value of a stack file's spec, then every key of each process's conf file.

    Raises:
        NotADeployment: with every mistake in it.
    """
    spec = stacks.read(raw, stack)
    merged = bases.merge(raw)
    sections = list(type(spec).model_fields)
    found = [Line(SETTINGS, *each) for each in _part(spec, merged.spec, (), merged, spec.cluster.offer.storage_class)]
    lines = sorted(found, key=lambda line: sections.index(line.path.partition(".")[0]))
    for process in _processes(spec.pulsar):
        section = f"{process}: {_CONF_FILES[process]}"
        for key, setting in spec.pulsar.settings(process).items():
            lines.append(Line(section, key, _shown(key, setting.value), setting.source))
    return lines


def _processes(pulsar: PulsarSpec) -> Iterator[Process]:
    absent = {
        "autorecovery": not isinstance(pulsar.autorecovery, AutorecoveryPods),
        "websocket": not isinstance(pulsar.websocket, WebSocketPods),
    }
    return (process for process in _CONF_FILES if not absent.get(process))


def _part(
    part: Spec, raw: Any, where: Location, merged: bases.Merged, storage_class: str | None
) -> Iterator[tuple[str, str, str]]:
    given = raw if isinstance(raw, dict) else {}
    follows = {name: (str(value), source) for name, value, source in part.follows()}
    if isinstance(part, VolumeSpec) and part.storage_class is None and storage_class:
        follows["storage_class"] = (storage_class, "cluster.storage_class")
    for name in type(part).model_fields:
        value, here, path = getattr(part, name), (*where, name), _path(where, name)
        if isinstance(value, Spec):
            continue
        if isinstance(value, Mapping) and value:
            parts = {key: inner for key, inner in sorted(value.items()) if isinstance(inner, Spec)}
            for key, inner in parts.items():
                yield from _part(inner, (given.get(name) or {}).get(key), (*here, key), merged, storage_class)
            if parts:
                continue
            for key, inner in sorted(value.items()):
                yield _path(here, key), _shown(key, inner), merged.file((*here, key)) or "stack file"
        elif given.get(name) is not None:
            yield path, _shown(name, value), merged.file(here) or "stack file"
        elif name in follows:
            yield path, *follows[name]
        else:
            yield path, _left_out(type(part), name, value), "default"
    extra = (name for name in follows if name not in type(part).model_fields)
    yield from ((_path(where, name), *follows[name]) for name in extra)
    for name in type(part).model_fields:
        if isinstance(inner := getattr(part, name), Spec):
            yield from _part(inner, given.get(name), (*where, name), merged, storage_class)


def _path(where: Location, name: str) -> str:
    return ".".join(map(str, (*where, name)))


def _left_out(part: type[Spec], name: str, value: Any) -> str:
    """A default, in the words of the setting's own meaning where there is no value."""
    if value is not None and value not in ((), {}):
        return _text(value)
    _, told, words = meanings.of(part, name).partition("Default: ")
    return f"({words.rstrip('.')})" if told else "(none)"


def _shown(key: str, value: Any) -> str:
    text = _text(value)
    hidden = secrecy.named(key) and key not in _HARMLESS and text and not secrecy.is_path(text)
    return "(a secret)" if hidden or secrecy.looks_like_one(text) else text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_text(each) for each in value)}]"
    return str(value)


def rendered(lines: list[Line]) -> str:
    """The lines as three aligned columns below each section's name, `WIDTH` characters wide at the most."""
    sections = dict.fromkeys(line.section for line in lines)
    return "\n".join(_table(section, [line for line in lines if line.section == section]) for section in sections)


def _table(section: str, lines: list[Line]) -> str:
    path_width = min(_LONGEST_PATH, max(len(line.path) for line in lines))
    source_width = max(len(line.source) for line in lines)
    value_width = WIDTH - path_width - source_width - 4
    text = [section]
    for line in lines:
        values = _wrapped(line.value, value_width) or ['""']
        path = line.path
        if len(path) > path_width:
            text.append(path)
            path = ""
        text.append(f"{path:<{path_width}}  {values[0]:<{value_width}}  {line.source}".rstrip())
        text += [f"{'':<{path_width}}  {value}" for value in values[1:]]
    return "\n".join(text) + "\n"


def _wrapped(value: str, width: int) -> list[str]:
    """The value in lines, broken at spaces, commas, slashes and dots rather than within a word."""
    found: list[str] = []
    rest = value
    while len(rest) > width:
        cut = max((rest.rfind(mark, 0, width) + 1 for mark in (" ", ",")), default=0)
        cut = cut or next((at for mark in ("/", ".") if (at := rest.rfind(mark, 1, width) + 1) > width // 3), width)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def main(stack: str) -> int:
    """Print where every value of a stack comes from.

    Returns:
        0, or 1 when there is no such stack or its file has mistakes, which are printed.
    """
    try:
        config = stack_files.read(stack)
        lines = explain(stack, config[stack_files.SPEC])
    except NotADeployment as error:
        print(error, file=sys.stderr)
        return 1
    beside = sorted(set(config) - {stack_files.SPEC})
    # What stands beside the spec may be a secret, encrypted or forgotten to be: its name is all that is shown.
    lines += [Line("Beside the spec", key, "(not shown)", "stack file") for key in beside]
    print(rendered(lines), end="")
    return 0
