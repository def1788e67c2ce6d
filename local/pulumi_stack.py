"""One stack in the engine's hands."""

import json
import pathlib
import secrets
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from .engine import Engine
from .paths import PROJECT, STATE
from .stacks import Stack

_OWN_CONFIG = STATE / "config"
"""Where the local stack's configuration is kept with its encryption salt, which belongs to this checkout's passphrase
and so has no place in the file that everybody shares."""


class PulumiStack:
    """A stack that exists in the engine's state."""

    def __init__(self, stack: Stack, engine: Engine) -> None:
        self.stack, self.engine = stack, engine

    @property
    def exists(self) -> bool:
        """Whether the engine has any state of it."""
        listed = json.loads(self.engine.run(["stack", "ls", "--json"], stack=None, capture=True))
        return any(each["name"].rsplit("/", 1)[-1] == self.stack.name for each in listed)

    def select(self) -> None:
        """Make it known to the engine, if it isn't yet."""
        if not self.stack.is_local:
            self.engine.run(["stack", "select", "--create", self.stack.name], stack=None, capture=True)
            return
        if self.exists:
            return
        shutil.rmtree(_OWN_CONFIG, ignore_errors=True)
        _OWN_CONFIG.mkdir(parents=True)
        (_OWN_CONFIG / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "pulsar", "runtime": "python"}))
        self.engine.run(["stack", "init", self.stack.name], stack=None, capture=True, cwd=_OWN_CONFIG)

    def moved_to(self, cluster: str) -> bool:
        """Whether the stack was on another cluster until now, and remember this one."""
        path = _OWN_CONFIG / "cluster"
        before = path.read_text() if path.exists() else cluster
        path.write_text(cluster)
        return before != cluster

    def run(self, words: Sequence[str], *, capture: bool = False) -> str:
        """Run a command that uses the stack's configuration: up, preview, refresh, destroy, config.

        Raises:
            Problem: the command failed.
        """
        return self.engine.run([*words, *self._options()], stack=self.stack.name, capture=capture)

    def remove(self) -> None:
        """Forget the stack and its state, whatever it says is still there."""
        self.engine.run(
            ["stack", "rm", "--yes", "--force", "--preserve-config", self.stack.name], stack=None, capture=True
        )
        if self.stack.is_local:
            shutil.rmtree(_OWN_CONFIG, ignore_errors=True)

    def last_changes(self) -> dict[str, int]:
        """What the last update did, by kind (`create`, `update` …), and how often; nothing for what stayed the same."""
        words = ["stack", "history", "--json", "--page-size", "1"]
        history = json.loads(self.engine.run(words, stack=self.stack.name, capture=True))
        counts = history[0].get("resourceChanges", {}) if history else {}
        return {kind: count for kind, count in counts.items() if kind != "same" and count}

    def _options(self) -> list[str]:
        options = [] if sys.stdout.isatty() else ["--non-interactive"]
        if self.stack.is_local:
            options += ["--config-file", str(self.own_config_file())]
        return options

    def own_config_file(self) -> pathlib.Path:
        """The shared file as it is now, with the salt that the engine made with the stack and the secrets set since."""
        path = _OWN_CONFIG / f"Pulumi.{self.stack.name}.yaml"
        kept = (yaml.safe_load(path.read_text()) if path.exists() else None) or {}
        shared = yaml.safe_load((PROJECT / "stacks" / path.name).read_text())
        salt = {key: kept[key] for key in ("encryptionsalt",) if key in kept}
        path.parent.mkdir(parents=True, exist_ok=True)
        config = {**_secrets(kept.get("config") or {}), **shared["config"]}
        path.write_text(yaml.safe_dump({**shared, "config": config, **salt}, sort_keys=False))
        return path

    def make_secrets(self, keys: Iterable[str]) -> None:
        """Set these secrets of the local stack to values that nobody has seen, once."""
        config = yaml.safe_load(self.own_config_file().read_text())["config"]
        for key in keys:
            if f"pulsar:{key}" not in config:
                words = ["config", "set", "--secret", f"pulsar:{key}", *self._options()]
                self.engine.run(words, stack=self.stack.name, capture=True, stdin=secrets.token_hex(20))


def _secrets(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a stack file's configuration is encrypted."""
    return {key: value for key, value in config.items() if isinstance(value, dict) and set(value) == {"secure"}}
