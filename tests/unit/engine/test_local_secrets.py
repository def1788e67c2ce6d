"""The local stack's secrets: made once, kept when the shared file changes, and on no command line."""

import pathlib
from typing import Any

import pytest
import yaml

from local import pulumi_stack, stacks
from local.pulumi_stack import PulumiStack

KEYS = ("object_store_access_key", "object_store_secret_key")


class Engine:
    """Keeps a secret as the engine does: encrypted, in the file that it is told."""

    def __init__(self):
        self.commands: list[list[str]] = []
        self.given: list[str] = []

    def run(self, args: list[str], *, stdin: str = "", **_: Any) -> str:
        self.commands.append(args)
        self.given.append(stdin)
        path = pathlib.Path(args[args.index("--config-file") + 1])
        content = yaml.safe_load(path.read_text())
        content["config"][args[args.index("--secret") + 1]] = {"secure": f"v1:{len(self.given)}"}
        path.write_text(yaml.safe_dump(content))
        return ""


@pytest.fixture
def selected(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> PulumiStack:
    monkeypatch.setattr(pulumi_stack, "_OWN_CONFIG", tmp_path)
    return PulumiStack(stacks.read("local"), Engine())  # pyright: ignore[reportArgumentType]


def config(selected: PulumiStack) -> dict[str, Any]:
    return yaml.safe_load(selected.own_config_file().read_text())["config"]


def test_secrets_are_made_once_and_outlive_a_change_of_the_shared_file(selected: PulumiStack):
    selected.make_secrets(KEYS)
    first = config(selected)
    selected.make_secrets(KEYS)

    assert [first[f"pulsar:{key}"] for key in KEYS] == [{"secure": "v1:1"}, {"secure": "v1:2"}]
    assert config(selected) == first
    assert len(selected.engine.commands) == 2  # pyright: ignore[reportAttributeAccessIssue]


def test_a_secret_is_on_no_command_line(selected: PulumiStack):
    selected.make_secrets(KEYS)
    engine: Any = selected.engine

    assert len(set(engine.given)) == 2
    assert all(len(value) >= 40 for value in engine.given)
    assert not [word for command in engine.commands for word in command if word in engine.given]


def test_what_is_no_secret_comes_from_the_shared_file_alone(selected: PulumiStack):
    path = selected.own_config_file()
    content = yaml.safe_load(path.read_text())
    content["config"]["pulsar:spec"]["pulsar"]["version"] = "4.0.1"
    content["config"]["pulsar:other"] = "plain"
    path.write_text(yaml.safe_dump(content))

    assert config(selected)["pulsar:spec"]["pulsar"]["version"] == "4.0.8"
    assert "pulsar:other" not in config(selected)
