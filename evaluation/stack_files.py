"""The stack files in `stacks/`, read as the engine reads them, with a sentence for each way that fails."""

import difflib
import pathlib
from typing import Any

from components import stack_yaml
from components.mistakes import NotADeployment
from components.stack import KEY
from local.paths import PROJECT

FOLDER = PROJECT / "stacks"
SPEC = f"pulsar:{KEY}"
"""The configuration key that the program reads."""


class Unreadable(NotADeployment):
    """A stack file that isn't there, or that holds no configuration; the text is the sentence for the user."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)
        self.found = []


def names(folder: pathlib.Path = FOLDER) -> list[str]:
    """The stacks that have a file."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))


def read(stack: str, folder: pathlib.Path = FOLDER) -> dict[str, Any]:
    """The `config:` mapping of a stack's file. What is encrypted there stays so.

    Raises:
        Unreadable: there is no such file, it is no YAML, or it holds no `pulsar:spec`.
    """
    if stack not in names(folder):
        raise Unreadable(_unknown(stack, names(folder)))
    path = folder / f"Pulumi.{stack}.yaml"
    shown = f"stacks/{path.name}"
    try:
        content = stack_yaml.parsed(path.read_bytes())
    except stack_yaml.NotYaml as error:
        raise Unreadable(f"{shown} {error}") from None
    if content is None:
        raise Unreadable(f"{shown} is empty. It needs `config:` with {SPEC}; stacks/Pulumi.local.yaml is an example.")
    if not isinstance(content, dict):
        raise Unreadable(f"{shown} is {_kind(content)}, and must be a mapping that starts with `config:`.")
    if "config" not in content:
        close = difflib.get_close_matches("config", [str(key) for key in content], n=1)
        meant = f" Is {close[0]!r} meant to be it?" if close else ""
        raise Unreadable(f"{shown} has no `config:`, under which {SPEC} stands.{meant}")
    config = content["config"]
    if not isinstance(config, dict):
        raise Unreadable(f"`config:` in {shown} is {_kind(config)}, and must be a mapping that holds {SPEC}.")
    if SPEC not in config:
        raise Unreadable(_no_spec(shown, [str(key) for key in config]))
    return {str(key): value for key, value in config.items()}


def _unknown(stack: str, known: list[str]) -> str:
    close = difflib.get_close_matches(stack, known, n=1)
    listed = f"Those that exist: {', '.join(known)}." if known else "There is none in stacks/ yet."
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no stack {stack}: stacks/Pulumi.{stack}.yaml does not exist. {listed}{hint}"


def _no_spec(shown: str, keys: list[str]) -> str:
    # `spec:` without the project's name, and a typing mistake, are the usual reasons.
    close = difflib.get_close_matches(SPEC, keys, n=1, cutoff=0.4) if "spec" not in keys else ["spec"]
    hint = f" Is {close[0]!r} meant to be it?" if close else ""
    return f"`config:` in {shown} has no {SPEC}, which holds the whole deployment.{hint}"


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"the text {text[:40]!r}" if isinstance(value, str) else text
