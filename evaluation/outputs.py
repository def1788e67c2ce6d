"""What a cloud would answer, without one: for each output that its SDK declares, a placeholder that names it."""

import base64
import functools
import json
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi import _types as declarations

_OBJECTS = "kubernetes:"
"""A Kubernetes object is all that its manifest says: what the cluster adds is nothing to render."""


def of_resource(token: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs, and a placeholder such as `${aws:iam/role:Role.broker.arn}` for each output that they don't hold.

    Args:
        token: the resource's type token.
        name: its logical name.
        inputs: its inputs, by Pulumi's names.
    """
    declared = {} if token.startswith(_OBJECTS) else _declared(token)
    answers = {output: _placeholder(kind, f"{token}.{name}.{output}", ()) for output, kind in declared.items()}
    return _filled(answers, inputs)


def of_question(token: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """What a cloud would answer to what no resource's outputs tell, with placeholders.

    Args:
        token: the function's token.
        about: its arguments.

    Raises:
        RuntimeError: the question is not one of those few that the program may ask.
    """
    if token not in _QUESTIONS:
        raise RuntimeError(f"The program asks the outside world ({token}), which an evaluation can't answer.")
    return _QUESTIONS[token](about)


def _aks_credentials(about: Mapping[str, Any]) -> dict[str, Any]:
    """A kubeconfig in base64, of which the program takes the certificate authority alone."""
    cluster = {"certificate-authority-data": f"${{aks:{about['resourceName']}.certificate-authority}}"}
    told = json.dumps({"clusters": [{"name": about["resourceName"], "cluster": cluster}]})
    return {"kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(told.encode()).decode()}]}


def _storage_keys(about: Mapping[str, Any]) -> dict[str, Any]:
    """Both keys of a storage account."""
    names = ("key1", "key2")
    return {"keys": [{"keyName": name, "value": f"${{storage:{about['accountName']}.{name}}}"} for name in names]}


_QUESTIONS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": _aks_credentials,
    "azure-native:storage:listStorageAccountKeys": _storage_keys,
}


def _filled(answer: Any, given: Any) -> Any:
    """What was given stays, and what is missing of it comes from the answer."""
    if isinstance(answer, dict) and isinstance(given, Mapping):
        return {
            **answer,
            **{key: _filled(answer[key], value) if key in answer else value for key, value in given.items()},
        }
    if isinstance(answer, list) and isinstance(given, list):
        return [_filled(answer[0], each) for each in given]
    # Azure takes a list of identities and answers with a mapping of them.
    return answer if isinstance(answer, dict) and isinstance(given, list) else given


@functools.cache
def _declared(token: str) -> Mapping[str, type]:
    """The outputs of a type and their types. Its class is loaded: the program just used it."""
    found = [each for each in _classes(pulumi.CustomResource) if getattr(each, "pulumi_type", None) == token]
    return declarations.resource_types(found[0]) if found else {}


def _classes(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _classes(each)


def _placeholder(kind: Any, path: str, around: Sequence[type]) -> Any:
    kind = declarations.unwrap_type(kind)
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if kind in (bool, int, float):
        return kind()
    if isinstance(kind, type) and declarations.is_output_type(kind):
        if kind in around:
            return {}
        inner = declarations.output_type_types(kind)
        return {name: _placeholder(each, f"{path}.{name}", (*around, kind)) for name, each in inner.items()}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return [_placeholder(of[0] if of else Any, f"{path}[0]", around)]
    return f"${{{path}}}"
