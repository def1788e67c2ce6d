"""How environments differ, in the stack file's own terms."""

import dataclasses
from collections.abc import Mapping, Sequence

from evaluation import explain, stack_files

from .table import NONE, table

SETTINGS = explain.SETTINGS
_LONGEST_VALUE = 48


@dataclasses.dataclass(frozen=True)
class Difference:
    """One setting, or one key of a conf file, on which environments differ."""

    section: str
    """`Settings`, or the process whose conf file the key stands in."""
    path: str
    values: tuple[str | None, ...]
    """Its effective value in each environment, in the order that they were named; `None` where there is no such
    setting."""


def differences(stacks: Mapping[str, Sequence[explain.Line]]) -> list[Difference]:
    """Every effective value that is not the same everywhere: the settings first, then the conf files' keys.

    Args:
        stacks: what each environment's file means, by its name.
    """
    each = [{(line.section, line.path): line.value for line in lines if _is_told(line)} for lines in stacks.values()]
    values = ((path, tuple(found.get(path) for found in each)) for path in _together(each))
    return [Difference(*path, told) for path, told in values if len(set(told)) > 1]


def _is_told(line: explain.Line) -> bool:
    """What is worked out from the memory that is set is no difference of its own."""
    return line.section != SETTINGS or line.source != "memory planner"


def _together(each: Sequence[Mapping[tuple[str, str], str]]) -> list[tuple[str, str]]:
    """Every path once, those of one part beside each other, in the order of the first environment that has the part."""
    paths = dict.fromkeys(path for found in each for path in found)
    parts = list(dict.fromkeys(_part(path) for path in paths))
    return sorted(paths, key=lambda path: parts.index(_part(path)))


def _part(path: tuple[str, str]) -> tuple[str, ...]:
    section, setting = path
    # `cluster` as a whole, and of `pulsar` each of its parts.
    names = setting.split(".")
    return (section, *names[: 2 if names[0] == "pulsar" and len(names) > 2 else 1])


def rendered(names: Sequence[str], found: Sequence[Difference], *, keys: bool) -> str:
    """The differences as a table with a column for each environment.

    Args:
        names: the environments.
        found: how they differ.
        keys: whether the conf files' keys are listed as well; most follow from the settings.
    """
    settings = [each for each in found if each.section == SETTINGS]
    conf = [each for each in found if each.section != SETTINGS]
    if not found:
        return f"{' and '.join(names)} are the same in every setting.\n"
    text = _table(("setting", *names), settings) if settings else "Every setting is the same.\n"
    if not conf:
        return text
    if keys:
        sections = dict.fromkeys(each.section for each in conf)
        tables = (_table((section, *names), [each for each in conf if each.section == section]) for section in sections)
        return "\n".join((text, *tables))
    count = len(conf)
    return f"{text}\n{count} key{'s' * (count > 1)} of conf files differ{'s' * (count == 1)} as well (ARGS=--keys)\n"


def _table(head: Sequence[str], rows: Sequence[Difference]) -> str:
    return table([tuple(head), *((row.path, *map(_shown, row.values)) for row in rows)])


def _shown(value: str | None) -> str:
    if value is None:
        return NONE
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


def of_stacks(names: Sequence[str]) -> list[Difference]:
    """How these stacks' files differ.

    Raises:
        components.mistakes.NotADeployment: there is no such stack, or its file has mistakes.
    """
    return differences({name: explain.explain(name, stack_files.read(name)[stack_files.SPEC]) for name in names})
