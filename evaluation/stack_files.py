"""The stack files in `stacks/`, read as the engine reads them, with a sentence for each way that fails."""

import difflib
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import yaml

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
    content = _parsed(path.read_bytes(), shown)
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


def _parsed(content: bytes, shown: str) -> Any:
    try:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader with fewer surprises
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = error.problem or error.context or "it stops making sense"
        raise Unreadable(f"{shown} is not YAML{at}: {problem}.") from None
    except yaml.reader.ReaderError as error:
        raise Unreadable(f"{shown} is not YAML: it holds {_character(error)} at position {error.position}.") from None
    except RecursionError:
        raise Unreadable(f"{shown} is nested too deeply to be a stack file.") from None


def _character(error: yaml.reader.ReaderError) -> str:
    code = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
    return f"the character U+{code:04X}, which YAML does not allow,"


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"the text {text[:40]!r}" if isinstance(value, str) else text


class _Loader(yaml.SafeLoader):
    """YAML as the engine's reader takes it: `yes` is a word, dates are text, and no key may stand twice."""


_BOOL, _TIMESTAMP, _INT = (f"tag:yaml.org,2002:{name}" for name in ("bool", "timestamp", "int"))
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _TIMESTAMP, _INT)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
# Without YAML 1.1's `1:30`, which is 90 there.
_Loader.add_implicit_resolver(_INT, re.compile(r"^[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F]+)$"), list("-+0123456789"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Mapping[Any, Any]:
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        try:
            twice = key in found
        except TypeError:
            raise yaml.constructor.ConstructorError(
                None, None, "a key is a list or a mapping, and must be text", key_node.start_mark
            ) from None
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{key} stands there twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
