"""Custom resources held to the schemas of their own projects: a field that a project doesn't know is a failure.

The definitions are the projects' own files, kept beside the checkout and not in it. `PULSAR_FIXTURES` names another
folder that has `crds/`. Those of a proprietary operator are written anew, of the fields that are used.
"""

import functools
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest
import yaml

from tests import streamnative_definitions
from tests.examples import Example

PROJECT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = pathlib.Path(os.environ.get("PULSAR_FIXTURES") or PROJECT.parent / "shared" / "fixtures")
WRITTEN_ANEW = {"streamnative": streamnative_definitions.definitions}
OPERATORS = ("function-mesh", "kaap", "prometheus-operator", "pulsar-resources-operator", *WRITTEN_ANEW)
"""The operators whose definitions are there, by their file or their name."""


def definitions(operator: str) -> list[dict[str, Any]]:
    """The custom resource definitions of an operator; the test is skipped where they aren't there."""
    if operator in WRITTEN_ANEW:
        return WRITTEN_ANEW[operator]()
    file = FIXTURES / "crds" / f"{operator}.yaml"
    if not file.exists():
        reason = f"the custom resource definitions of {operator} are not there ({file}; PULSAR_FIXTURES names another)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return list(_read(file))


@functools.cache
def _read(file: pathlib.Path) -> tuple[dict[str, Any], ...]:
    return tuple(_documents(file))


def _documents(file: pathlib.Path) -> Iterator[dict[str, Any]]:
    with file.open() as text:
        for each in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if each and each["kind"] == "CustomResourceDefinition":
                yield each


def mistakes(manifest: Mapping[str, Any]) -> list[str]:
    """What the API server would refuse or drop in a custom resource, each with its path."""
    schema = _schemas(OPERATORS).get((manifest["apiVersion"], manifest["kind"]))
    if schema is None:
        return [f"{manifest['apiVersion']} {manifest['kind']} is no kind that any of {', '.join(OPERATORS)} defines"]
    found = jsonschema.Draft202012Validator(schema).iter_errors(manifest)
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found]


def validate(manifest: Mapping[str, Any]) -> None:
    """Fail with every mistake in a custom resource."""
    found = mistakes(manifest)
    assert not found, f"{manifest['kind']} {manifest['metadata']['name']}:\n" + "\n".join(found)


def is_one(manifest: Mapping[str, Any]) -> bool:
    """Whether an object is of a kind that one of the operators defines."""
    return (manifest["apiVersion"], manifest["kind"]) in _schemas(OPERATORS)


@functools.cache
def _schemas(operators: tuple[str, ...]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (f"{each['spec']['group']}/{version['name']}", each["spec"]["names"]["kind"]): _root(version)
        for operator in operators
        for each in definitions(operator)
        for version in each["spec"]["versions"]
    }


def _root(version: Mapping[str, Any]) -> dict[str, Any]:
    whole = _strict(version["schema"]["openAPIV3Schema"])
    whole["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {
            "type": "object",
            "required": ["name", "namespace"],
            "properties": {
                "name": {"type": "string", "maxLength": 253, "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
                "namespace": {"type": "string"},
                "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63}},
                "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "additionalProperties": False,
        },
    }
    return whole


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI schema of Kubernetes as a JSON schema that takes nothing that it doesn't name."""
    kept = {key: value for key, value in schema.items() if key in _SAME}
    for key in ("properties", "items", "additionalProperties"):
        inner = schema.get(key)
        if key == "properties" and inner:
            kept[key] = {name: _strict(each) for name, each in inner.items()}
        elif inner is not None:
            kept[key] = _strict(inner) if isinstance(inner, Mapping) else inner
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema and not schema.get("x-kubernetes-int-or-string"):
            kept[key] = [_strict({**each, **_OPEN}) for each in schema[key]]
    if schema.get("x-kubernetes-int-or-string"):
        kept["type"] = ["integer", "string"]
    elif schema.get("nullable") and "type" in schema:
        kept["type"] = [schema["type"], "null"]
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if kept.get("type") == "object" and not is_open:
        kept["additionalProperties"] = False
    return kept


_OPEN = {"x-kubernetes-preserve-unknown-fields": True}
_SAME = frozenset(
    {"type", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"}
)
"""The keywords that mean the same in both, but for those that hold further schemas."""


def of_example(example: Example) -> list[dict[str, Any]]:
    """The custom resources that an example registers, as they would be applied."""
    kinds = _schemas(OPERATORS)
    found = [each.inputs for each in example.evaluated if each.type.startswith("kubernetes:")]
    return [dict(each) for each in found if (each.get("apiVersion"), each.get("kind")) in kinds]
