"""Secrets stand in Kubernetes Secrets, and nowhere that everybody reads."""

import re
from collections.abc import Iterator
from typing import Any

from components import secrecy

from ..kubernetes import CONFIG_MAP, PODS, containers, named
from ..rule import Resource, ResourceRule, Settings
from ..values import mapping, mappings, texts

_PREFIX = "PULSAR_PREFIX_"
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)[= ](\S+)")
_NO_SECRET = frozenset({"initial-cluster-token"})
"""Flags that are named after a secret and hold none: etcd's token only tells two new clusters apart."""
_REFERENCE = re.compile(r"[\"']?\$")


def _in_config_map(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    for key, value in mapping(resource.properties.get("data")).items():
        if _is_secret(key, value):
            yield (
                f"{resource.told} holds a secret ({key}), and whoever may list objects reads it. "
                "Put it into a Secret, and mount that."
            )


def _in_pod(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    for _, container in containers(resource):
        told = named(resource, container)
        for variable in mappings(container.get("env")):
            name = variable.get("name")
            if isinstance(name, str) and _is_secret(name, variable.get("value")):
                yield f"{told} has a secret in its variable {name}. Take it from a Secret (valueFrom.secretKeyRef)."
        for field in ("command", "args"):
            for text in texts(container.get(field)):
                if secrecy.looks_like_one(text) or any(_given(*each) for each in _FLAG.findall(text)):
                    yield (
                        f"{told} has a secret in its {field}, which every process on the node can read. "
                        "Mount a Secret, and give its path."
                    )
                    break


def _is_secret(name: str, value: Any) -> bool:
    if not isinstance(value, str) or not value:
        return False
    bare = name.removeprefix(_PREFIX)
    by_name = secrecy.named(bare) and not secrecy.is_path(value) and value.lower() not in ("true", "false")
    return by_name or secrecy.looks_like_one(value)


def _given(flag: str, value: str) -> bool:
    return (
        flag not in _NO_SECRET
        and secrecy.named(flag)
        and not secrecy.is_path(value)
        and not value.startswith("-")
        and not _REFERENCE.match(value)
    )


_SOURCE = "OWASP, secrets management; Kubernetes, good practices for Secrets"

IN_CONFIG_MAP = ResourceRule(
    id="no-secret-in-a-config-map",
    says="No ConfigMap holds a secret.",
    source=_SOURCE,
    types=frozenset({CONFIG_MAP}),
    check=_in_config_map,
)
IN_POD = ResourceRule(
    id="no-secret-in-a-pod",
    says="No variable and no command line holds a secret.",
    source=_SOURCE,
    types=PODS,
    check=_in_pod,
)
