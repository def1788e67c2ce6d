"""What each feature asks of Pulsar's processes, merged into one configuration that knows who asked for what."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from ..sentences import echo
from .workload import InitContainer, Mount, SecretKey, Workload

Process = Literal["bookie", "autorecovery", "broker", "proxy", "websocket", "functions", "toolset", "initialise"]

JOINABLE = frozenset({"messagingProtocols", "brokerInterceptors", "brokerEntryMetadataInterceptors"})
"""Keys whose values are comma-separated lists: several features may add to them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one feature asks for. Features are data: nothing here does anything."""

    source: str
    """Who asks, as `explain` and a conflict's message name it."""
    conf: Mapping[Process, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Keys of the process's conf file that must be so."""
    tunable: Mapping[Process, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Keys that this feature sets well, and that another's need or the stack file's `config` may set otherwise."""
    chosen: Mapping[Process, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Keys that the stack file's `config` sets: stronger than `tunable`, and never against `conf`."""
    environment: Mapping[Process, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Variables of the process beside its conf file's keys."""
    secret_environment: Mapping[Process, Mapping[str, SecretKey]] = dataclasses.field(default_factory=dict)
    """Variables whose values stand in a Kubernetes Secret."""
    ports: Mapping[Process, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    """More ports that the process listens on, by name."""
    mounts: Mapping[Process, tuple[Mount, ...]] = dataclasses.field(default_factory=dict)
    """Files and folders that the process finds."""
    init_containers: Mapping[Process, tuple[InitContainer, ...]] = dataclasses.field(default_factory=dict)
    """What runs in the pod before the process."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """One key's value and who set it."""

    value: str
    source: str


class Disagreement(ValueError):
    """Two features need different values of one key."""

    def __init__(self, process: Process, key: str, earlier: Setting, later: Setting) -> None:
        super().__init__(
            f"{later.source} sets {key} to {later.value!r}, "
            f"but {earlier.source} needs {earlier.value!r} in the {process}."
        )
        self.process, self.key, self.earlier, self.later = process, key, earlier, later


def merge(contributions: Iterable[Contribution], process: Process) -> dict[str, Setting]:
    """One process's configuration, sorted by key, whatever the order of the contributions.

    Raises:
        Disagreement: two features need different values of one key.
    """
    settings, found = _merged(tuple(contributions), process)
    if found:
        raise found[0]
    return settings


def disagreements(contributions: Iterable[Contribution], process: Process) -> list[Disagreement]:
    """Every key of one process on which two contributions disagree."""
    return _merged(tuple(contributions), process)[1]


def clashes(contributions: Iterable[Contribution], sections: Mapping[Process, str]) -> Iterator[tuple[str, str]]:
    """What disagrees in each process, as mistakes of the part of the stack file that its `config` stands in."""
    everyone = tuple(contributions)
    for process, section in sections.items():
        for each in disagreements(everyone, process):
            if each.later.source == f"{section}.config":
                yield (
                    f"{section}.config.{each.key}",
                    f"{echo(each.later.value)} can't be set: {each.earlier.source} needs "
                    f"{echo(each.earlier.value)}. Leave it out, or change the setting that it follows from.",
                )
            else:
                yield section, f"can't be configured: {each}"


def _merged(everyone: Sequence[Contribution], process: Process) -> tuple[dict[str, Setting], list[Disagreement]]:
    required, found = _agreed(process, [(each.source, each.conf) for each in everyone])
    tuned, tuning = _agreed(process, [(each.source, each.tunable) for each in everyone])
    chosen, choosing = _agreed(process, [(each.source, each.chosen) for each in everyone])
    found += tuning + choosing
    for key in sorted(required.keys() & chosen.keys()):
        needs, wants = required[key], chosen[key]
        if key in JOINABLE:
            chosen[key] = _joined(needs, wants)
        elif needs.value != wants.value:
            found.append(Disagreement(process, key, needs, wants))
        else:
            chosen[key] = needs
    return dict(sorted({**tuned, **required, **chosen}.items())), found


def _agreed(
    process: Process, asked: Iterable[tuple[str, Mapping[Process, Mapping[str, str]]]]
) -> tuple[dict[str, Setting], list[Disagreement]]:
    settings: dict[str, Setting] = {}
    found: list[Disagreement] = []
    for source, conf in sorted(asked, key=lambda each: each[0]):
        for key, value in sorted(conf.get(process, {}).items()):
            now, earlier = Setting(value, source), settings.get(key)
            if earlier is None:
                settings[key] = now
            elif key in JOINABLE or earlier.value == value:
                settings[key] = _joined(earlier, now)
            else:
                found.append(Disagreement(process, key, earlier, now))
    return settings, found


def _joined(one: Setting, other: Setting) -> Setting:
    """Both lists as one, each entry and each source once, in an order that doesn't depend on who came first."""
    values = sorted({*one.value.split(","), *other.value.split(",")} - {""})
    sources = sorted({*one.source.split(", "), *other.source.split(", ")})
    return Setting(one.value if one.value == other.value else ",".join(values), ", ".join(sources))


def equipped(work: Workload, contributions: Sequence[Contribution]) -> Workload:
    """The workload with all that the contributions give its process beside the conf file's keys.

    Raises:
        ValueError: two of them give the same variable, port or mount differently.
    """
    process: Process = work.role  # pyright: ignore[reportAssignmentType]
    return dataclasses.replace(
        work,
        environment=_together(work.environment, *(each.environment.get(process, {}) for each in contributions)),
        secret_environment=_together(
            work.secret_environment, *(each.secret_environment.get(process, {}) for each in contributions)
        ),
        ports=_together(work.ports, *(each.ports.get(process, {}) for each in contributions)),
        mounts=_once(*work.mounts, *(mount for each in contributions for mount in each.mounts.get(process, ()))),
        init_containers=_once(
            *work.init_containers, *(one for each in contributions for one in each.init_containers.get(process, ()))
        ),
    )


_Value = TypeVar("_Value")


def _together(*maps: Mapping[str, _Value]) -> dict[str, _Value]:
    found: dict[str, _Value] = {}
    for each in maps:
        for key, value in each.items():
            if found.setdefault(key, value) != value:
                raise ValueError(f"{key} would have to be both {found[key]!r} and {value!r}.")
    return found


_Named = TypeVar("_Named", Mount, InitContainer)


def _once(*items: _Named) -> tuple[_Named, ...]:
    return tuple(_together(*({item.name: item} for item in items)).values())


def environment(settings: Mapping[str, Setting]) -> dict[str, str]:
    """The settings as `bin/apply-config-from-env.py` of the image takes them: replaced or added in the conf file."""
    return {f"PULSAR_PREFIX_{key}": setting.value for key, setting in settings.items()}
