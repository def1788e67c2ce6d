"""Kubeconfig files: the cluster's own, and one context of the user's cut out of theirs."""

import base64
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import yaml

from local.problem import Problem

from .layout import Layout


def own(layout: Layout, identity: str) -> dict[str, Any]:
    """A kubeconfig with embedded certificates for one identity of the own cluster."""

    def data(file: str) -> str:
        return base64.b64encode((layout.pki / file).read_bytes()).decode()

    return single(
        layout.name,
        {"server": f"https://127.0.0.1:{layout.api_port}", "certificate-authority-data": data("ca.crt")},
        {"client-certificate-data": data(f"{identity}.crt"), "client-key-data": data(f"{identity}.key")},
    )


def single(name: str, cluster: Mapping[str, Any], user: Mapping[str, Any], namespace: str = "") -> dict[str, Any]:
    """A kubeconfig with one cluster, one user and one context, all named `name`."""
    context = {"cluster": name, "user": name} | ({"namespace": namespace} if namespace else {})
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": dict(cluster)}],
        "users": [{"name": name, "user": dict(user)}],
        "contexts": [{"name": name, "context": context}],
        "current-context": name,
    }


def minify(source: pathlib.Path, context: str | None) -> dict[str, Any]:
    """One context of a kubeconfig file, with the files that it names embedded.

    `context` None takes the file's current context. A Problem says which contexts there are.
    """
    try:
        config = yaml.safe_load(source.read_text()) or {}
    except (OSError, yaml.YAMLError) as error:
        raise Problem(
            f"The kubeconfig {source} can't be read ({error}). Set PULSAR_KUBECONFIG to one that can."
        ) from error
    wanted = str(context or config.get("current-context"))
    contexts = _named(config, "contexts", "context")
    if wanted not in contexts:
        raise Problem(
            f"The kubeconfig {source} has no context {wanted!r}. Set PULSAR_CONTEXT to one of: "
            f"{', '.join(sorted(contexts)) or '(it has none)'}."
        )
    chosen = contexts[wanted]
    cluster = _named(config, "clusters", "cluster").get(str(chosen.get("cluster")))
    user = _named(config, "users", "user").get(str(chosen.get("user")))
    if cluster is None or user is None:
        raise Problem(f"The context {wanted!r} in {source} names a cluster or a user that the file lacks.")
    return single(
        wanted,
        _embedded(cluster, source.parent, ("certificate-authority",)),
        _embedded(user, source.parent, ("client-certificate", "client-key")),
        chosen.get("namespace", ""),
    )


def _named(config: Mapping[str, Any], plural: str, singular: str) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry.get(singular) or {} for entry in config.get(plural) or []}


def _embedded(entry: Mapping[str, Any], folder: pathlib.Path, keys: tuple[str, ...]) -> dict[str, Any]:
    result = dict(entry)
    for key in keys:
        if key in result:
            result[f"{key}-data"] = base64.b64encode((folder / result.pop(key)).read_bytes()).decode()
    return result


def write(path: pathlib.Path, config: Mapping[str, Any]) -> None:
    """Write a kubeconfig that its owner alone can read, at once: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        yaml.safe_dump(dict(config), stream, sort_keys=False)
    new.replace(path)
