"""What a cloud would answer: outputs that look real, and are the same for the same resource and inputs."""

import dataclasses
import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from plugin.values import UNKNOWN, Path

from . import particular
from .identities import ACCOUNT, PROJECT, SUBSCRIPTION
from .sdk import Property, Sdk
from .shapes import Listed, Mapped, Named, OneOf, Plain, Shape

_DEPTH = 5
_LONG_AGO = "2000-01-01T00:00:00Z"
_SECRET_NAMES = frozenset(
    {"secret", "sesSmtpPasswordV4", "privateKey", "clientKey", "primaryKey", "secondaryKey", "password"}
)
_SCALARS: Mapping[str, Callable[["Made"], Any]] = {
    "region": lambda made: made.region,
    "location": lambda made: made.region,
    "project": lambda made: PROJECT,
    "ownerId": lambda made: ACCOUNT,
    "accountId": lambda made: ACCOUNT,
    "arn": lambda made: made.arn,
    "status": lambda made: "ACTIVE",
    "state": lambda made: "available",
    "provisioningState": lambda made: "Succeeded",
    "selfLink": lambda made: f"https://www.googleapis.com/v1/{made.identity}",
    "name": lambda made: made.identity.rpartition("/")[2],
    "email": lambda made: made.identity.rpartition("/")[2],
    "uniqueId": lambda made: str(int(made.digits[:17], 16)),
    "tenantId": lambda made: str(uuid.UUID(SUBSCRIPTION)),
    "etag": lambda made: made.digits[:12],
    "eTag": lambda made: made.digits[:12],
    "publicIp": lambda made: f"192.0.2.{int(made.digits[:2], 16) % 250 + 1}",
    "ipAddress": lambda made: f"192.0.2.{int(made.digits[:2], 16) % 250 + 1}",
}


@dataclasses.dataclass(frozen=True)
class Made:
    """A resource that was just made."""

    token: str
    identity: str
    urn: str
    region: str
    inputs: Mapping[str, Any]

    @property
    def digits(self) -> str:
        """Hexadecimal digits of its own."""
        return hashlib.sha256(f"{self.urn}\n{self.identity}".encode()).hexdigest()

    @property
    def arn(self) -> str:
        """Its Amazon Resource Name, where it is in AWS."""
        module = self.token.split(":")[1].partition("/")[0]
        if self.identity.startswith("arn:"):
            return self.identity
        if module == "s3":
            return f"arn:aws:s3:::{self.identity}"
        kind = self.token.rpartition(":")[2]
        place = f"iam::{ACCOUNT}" if module == "iam" else f"{module}:{self.region}:{ACCOUNT}"
        return f"arn:aws:{place}:{kind[0].lower()}{kind[1:]}/{self.identity}"


class Plausible:
    """Makes outputs up, for the types of one SDK."""

    def __init__(self, sdk: Sdk, default_tags: Mapping[str, str]) -> None:
        self._sdk = sdk
        self._default_tags = default_tags

    def outputs(self, made: Made) -> dict[str, Any]:
        """All that the resource has, inputs included."""
        kind, result = self._sdk.kind(made.token), {}
        for name, each in kind.outputs.items():
            given = made.inputs.get(name)
            if given is not None:
                result[name] = self._completed(given, each.shape, made)
            elif name not in kind.inputs or (each.required and isinstance(each.shape, Plain | OneOf)):
                result[name] = self._value(name, each.shape, made, _DEPTH)
        if "tagsAll" in kind.outputs:
            result["tagsAll"] = {**self._default_tags, **(made.inputs.get("tags") or {})}
        rest = {name: value for name, value in made.inputs.items() if name not in result}
        return _merged({**rest, **result}, particular.outputs(made))

    def foreseen(self, made: Made) -> dict[str, Any]:
        """What of it is known before it is made: what was given. The rest is marked as unknown."""
        kind, everything = self._sdk.kind(made.token), self.outputs(made)
        known = dict(made.inputs)
        for name, value in everything.items():
            if name in made.inputs:
                known[name] = _with_unknowns(made.inputs[name], value)
            elif name in kind.outputs:
                known[name] = UNKNOWN
        return known

    def secrets(self, token: str, outputs: Mapping[str, Any]) -> frozenset[Path]:
        """The outputs that nobody may see."""
        names = self._sdk.kind(token).secrets | _SECRET_NAMES
        return frozenset((name,) for name in names if name in outputs) | particular.secrets(token)

    def _completed(self, given: Any, shape: Shape, made: Made) -> Any:
        """What was given, with what the cloud always adds within."""
        if isinstance(given, list) and isinstance(shape, Listed):
            return [self._completed(each, shape.item, made) for each in given]
        if isinstance(given, list) and isinstance(shape, Mapped):
            # Azure takes a list of identities and answers with a mapping of them.
            return {str(each): {} for each in given}
        if not isinstance(given, dict) or not isinstance(shape, Named):
            return given
        result = dict(given)
        for name, each in self._properties(shape).items():
            if given.get(name) is not None:
                result[name] = self._completed(given[name], each.shape, made)
            elif each.required and isinstance(each.shape, Plain):
                result[name] = self._value(name, each.shape, made, 1)
        return result

    def _properties(self, shape: Named) -> Mapping[str, Property]:
        return self._sdk.properties(shape.module, shape.name)

    def _value(self, name: str, shape: Shape, made: Made, depth: int) -> Any:
        if isinstance(shape, Mapped):
            return {}
        if isinstance(shape, Listed):
            item = shape.item
            return [self._value(name, item, made, depth - 1)] if depth and isinstance(item, Named) else []
        if isinstance(shape, OneOf):
            return self._value(name, shape.options[0], made, depth)
        if isinstance(shape, Named):
            choices = self._sdk.choices(shape.module, shape.name)
            if choices:
                return choices[0]
            inner = self._properties(shape) if depth else {}
            return {key: self._value(key, each.shape, made, depth - 1) for key, each in inner.items()}
        return _scalar(name, shape.name if isinstance(shape, Plain) else "str", made)


def _scalar(name: str, kind: str, made: Made) -> Any:
    if kind == "bool":
        return False
    if kind in ("int", "float"):
        return 1
    if name in _SCALARS:
        return _SCALARS[name](made)
    digits = hashlib.sha256(f"{made.digits}{name}".encode()).hexdigest()
    lower = name.lower()
    if lower.endswith(("arn",)):
        return f"arn:aws:iam::{ACCOUNT}:{name}/{digits[:16]}"
    if lower.endswith(("url", "uri", "endpoint")):
        return f"https://{digits[:12]}.example.invalid/"
    if lower.endswith(("principalid", "clientid", "objectid", "uid")):
        return str(uuid.UUID(digits[:32]))
    if lower.endswith(("time", "date", "at", "on")):
        return _LONG_AGO
    if name in _SECRET_NAMES:
        return f"made-up-{digits[:32]}"
    return f"{lower}-{digits[:10]}"


def _merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for key, value in other.items():
        here = result.get(key)
        result[key] = _merged(here, value) if isinstance(here, dict) and isinstance(value, Mapping) else value
    return result


def _with_unknowns(given: Any, whole: Any) -> Any:
    """What was given, with what the cloud adds to it unknown."""
    if isinstance(given, dict) and isinstance(whole, dict):
        return {key: _with_unknowns(given[key], whole[key]) if key in given else UNKNOWN for key in {**given, **whole}}
    if isinstance(given, list) and isinstance(whole, list) and len(given) == len(whole):
        return [_with_unknowns(one, other) for one, other in zip(given, whole, strict=True)]
    return UNKNOWN if isinstance(given, list) and isinstance(whole, dict) else given
