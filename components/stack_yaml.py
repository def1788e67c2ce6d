"""YAML as the engine's reader takes it, for every file that describes a stack."""

import re
from collections.abc import Mapping
from typing import Any

import yaml


class NotYaml(Exception):
    """A text that is no YAML; the words go on after the file's name: `is not YAML at line 3, column 1: …`."""


def parsed(content: bytes) -> Any:
    """The value of a file.

    Raises:
        NotYaml: with the place and the reason.
    """
    try:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader with fewer surprises
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = error.problem or error.context or "it stops making sense"
        raise NotYaml(f"is not YAML{at}: {problem}.") from None
    except yaml.reader.ReaderError as error:
        raise NotYaml(f"is not YAML: it holds {_character(error)} at position {error.position}.") from None
    except RecursionError:
        raise NotYaml("is nested too deeply to be a stack file.") from None


def _character(error: yaml.reader.ReaderError) -> str:
    code = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
    return f"the character U+{code:04X}, which YAML does not allow,"


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
