"""What editors check and complete with: stack files, and the bases that they extend."""

from typing import Any

import pydantic
import pydantic.json_schema
from pydantic_core import core_schema

from . import bases, meanings
from .stack import KEY, SECRETS, StackSpec

BASE_FILE = "base.schema.json"
"""The schema of bases, as the one of stack files names it: it lies beside it."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENCRYPTED = {
    "description": "A secret. Set it with `pulumi config set --secret`.",
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
_BASE = {"type": "string", "pattern": r"^(?!/)(?!.*\.\./)(?!(.*/)?Pulumi\.).+\.yaml$"}
_EXTENDS = {
    "description": "Bases below stacks/ that this file changes: `base/production.yaml`. Later ones win. Default: none.",
    "anyOf": [_BASE, {"type": "array", "items": _BASE}],
}


def of_stack_files() -> dict[str, Any]:
    """What a stack file may say. One that extends a base is checked as a part of a spec, like a base."""
    whole, definitions = _spec()
    spec = {
        "if": {"type": "object", "required": [bases.KEY]},
        "then": {"$ref": BASE_FILE},
        "else": whole,
    }
    return {
        "$schema": _DIALECT,
        "title": "A stack file",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {f"pulsar:{KEY}": spec, **{f"pulsar:{key}": _ENCRYPTED for key in SECRETS}},
                "required": [f"pulsar:{KEY}"],
                # A mistyped key of this project would be read by nobody.
                "patternProperties": {f"^pulsar:(?!({'|'.join((KEY, *SECRETS))})$)": False},
            }
        },
        "required": ["config"],
        "$defs": definitions,
    }


def of_bases() -> dict[str, Any]:
    """What a base may say: a spec in which everything may be missing, and `null` takes a setting out."""
    whole, definitions = _spec()
    part = _part(whole)
    part["properties"] = {bases.KEY: _EXTENDS, **part["properties"]}
    return {
        "$schema": _DIALECT,
        **part,
        "title": "What stack files extend",
        "$defs": {name: _part(each) for name, each in definitions.items()},
    }


class _WithMeanings(pydantic.json_schema.GenerateJsonSchema):
    """Each setting with what its docstring says."""

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        found = super().model_schema(schema)
        for name, each in found.get("properties", {}).items():
            if meaning := meanings.of(schema["cls"], name):
                each["description"] = meaning
        return found


def _spec() -> tuple[dict[str, Any], dict[str, Any]]:
    adapter = pydantic.TypeAdapter(StackSpec)
    whole = adapter.json_schema(ref_template="#/$defs/{model}", schema_generator=_WithMeanings)
    return whole, whole.pop("$defs")


def _part(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_part(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    # Without the setting that tells them apart, a part fits several variants.
    found = {
        "anyOf" if key == "oneOf" else key: _part(value)
        for key, value in schema.items()
        if key not in ("required", "discriminator", "default", "minProperties", "properties")
    }
    if "properties" in schema:
        found["properties"] = {name: _or_null(_part(each)) for name, each in schema["properties"].items()}
    return found


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    told = {key: schema.pop(key) for key in ("description", "title") if key in schema}
    return {**told, "anyOf": [schema, {"type": "null"}]}
