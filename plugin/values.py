"""Values between the engine and a plugin: plain Python, with unknown ones marked and secret ones remembered."""

import base64
import binascii
import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .protocol import struct_pb2

Path = tuple[str | int, ...]
"""Where in an object a value is: keys and list positions."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_TEXTS = frozenset(
    {
        _UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


class Unknown:
    """A value that a preview can't know yet."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = Unknown()


@dataclasses.dataclass(frozen=True)
class Values:
    """An object's properties, and the paths of those that are secret."""

    plain: dict[str, Any]
    secrets: frozenset[Path] = frozenset()

    @property
    def has_unknowns(self) -> bool:
        """Whether any value, at any depth, is not known yet."""
        return contains_unknown(self.plain)


def decode(struct: struct_pb2.Struct) -> Values:
    """Read what the engine sent."""
    secrets: set[Path] = set()
    plain = {key: _decode(item, (key,), secrets) for key, item in struct.fields.items()}
    return Values(plain, frozenset(secrets))


def _decode(value: struct_pb2.Value, path: Path, secrets: set[Path]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_TEXTS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if math.isfinite(number) and number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item, (*path, index), secrets) for index, item in enumerate(value.list_value.values)]
    if kind == "struct_value":
        return _decode_struct(value.struct_value, path, secrets)
    return None


def _decode_struct(struct: struct_pb2.Struct, path: Path, secrets: set[Path]) -> Any:
    fields = struct.fields
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else None
    if signature == _SECRET or (signature == _OUTPUT and fields["secret"].bool_value):
        secrets.add(path)
    if signature == _OUTPUT and "value" not in fields:
        return UNKNOWN
    if signature in (_SECRET, _OUTPUT):
        return _decode(fields["value"], path, secrets)
    if signature is not None:
        raise ValueError(
            f"{property_path(path)} is an asset, an archive or a resource, which can't be passed on. "
            "Pass the text or the resource's output instead."
        )
    return {key: _decode(item, (*path, key), secrets) for key, item in fields.items()}


def encode(values: Values) -> struct_pb2.Struct:
    """Write values as the engine reads them."""
    return struct_pb2.Struct(
        fields={key: _encode(item, (key,), values.secrets) for key, item in values.plain.items()},
    )


def _encode(value: Any, path: Path, secrets: frozenset[Path]) -> struct_pb2.Value:
    encoded = _encode_plain(value, path, secrets)
    if path not in secrets or isinstance(value, Unknown):
        return encoded
    fields = {_SIGNATURE: struct_pb2.Value(string_value=_SECRET), "value": encoded}
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))


def _encode_plain(value: Any, path: Path, secrets: frozenset[Path]) -> struct_pb2.Value:
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=_UNKNOWN_TEXT)
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, dict):
        fields = {key: _encode(item, (*path, key), secrets) for key, item in value.items()}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
    items = [_encode(item, (*path, index), secrets) for index, item in enumerate(value)]
    return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))


def contains_unknown(value: Any) -> bool:
    """Whether `value` is, or holds at any depth, something that is not known yet."""
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return isinstance(value, Unknown)


def without_nulls(value: Any) -> Any:
    """`value` without the keys whose value is null, which Kubernetes would take for an order to clear them."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def at(value: Any, path: Iterable[str | int]) -> Any:
    """What is at `path` in `value`; `None` where there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def property_path(path: Path) -> str:
    """A path as the engine spells it: `spec.ports[0].port`, `metadata.labels["app.kubernetes.io/name"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("_", "a").replace("-", "a").isalnum():
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def redactor(*values: Values) -> Callable[[str], str]:
    """A function that takes the secrets in `values` out of a text, as they are and as base64 of what they are."""
    texts = {text for each in values for text in _secret_texts(each)}
    ordered = sorted((text for text in texts if len(text) > 3), key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, "[secret]")
        return text

    return redact


def _secret_texts(values: Values) -> Iterator[str]:
    for path in values.secrets:
        for text in _strings(at(values.plain, path)):
            yield text
            yield from (line for line in text.splitlines() if len(line) > 7)
            yield base64.b64encode(text.encode()).decode()
            try:
                yield base64.b64decode(text, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                continue


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
