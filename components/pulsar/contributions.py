"""What each feature asks of Pulsar's processes, merged into one configuration that knows who asked for what."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

Process = Literal["bookie", "broker", "proxy", "websocket", "toolset"]

JOINABLE = frozenset({"messagingProtocols", "brokerInterceptors", "protocolHandlerDirectories"})
"""Keys whose values are comma-separated lists: several features may add to them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one feature asks for. Features are data: nothing here does anything."""

    source: str
    """Who asks, as `explain` and a conflict's message name it."""
    conf: Mapping[Process, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Keys of the process's conf file that must be so."""
    tunable: Mapping[Process, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Keys that this feature sets well, and that the stack file's `config` may set otherwise."""


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
    """One process's configuration, sorted by key.

    Raises:
        Disagreement: two features need different values of one key.
    """
    everyone = tuple(contributions)
    settings: dict[str, Setting] = {}
    for each in everyone:
        for key, value in each.conf.get(process, {}).items():
            now, earlier = Setting(value, each.source), settings.get(key)
            if earlier is None or earlier.value == value:
                settings.setdefault(key, now)
            elif key in JOINABLE:
                settings[key] = Setting(f"{earlier.value},{value}", f"{earlier.source}, {each.source}")
            else:
                raise Disagreement(process, key, earlier, now)
    required = frozenset(settings)
    for each in everyone:
        for key, value in each.tunable.get(process, {}).items():
            if key not in required:
                settings[key] = Setting(value, each.source)
            elif settings[key].value != value:
                raise Disagreement(process, key, settings[key], Setting(value, each.source))
    return dict(sorted(settings.items()))


def environment(settings: Mapping[str, Setting]) -> dict[str, str]:
    """The settings as `bin/apply-config-from-env.py` of the image takes them: replaced or added in the conf file."""
    return {f"PULSAR_PREFIX_{key}": setting.value for key, setting in settings.items()}
