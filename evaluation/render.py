"""The program's Kubernetes objects as files, one each: for GitOps, and for reviews without credentials."""

import pathlib
import shutil
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from pulumi.runtime import rpc

from .program import Registered

LEFT_OUT = "pulsar.apache.org/left-out"
"""On a Secret: the keys whose values `pulumi up` puts in, and which a file in Git must not hold."""
_HEADER = "# Rendered from stacks/Pulumi.{stack}.yaml. Change that file and render again.\n"
_MARK = "# Rendered from stacks/"


def manifests(registered: Iterable[Registered]) -> dict[str, dict[str, Any]]:
    """Every Kubernetes object, by its file name: kind and name, below its namespace's folder."""
    found: dict[str, dict[str, Any]] = {}
    for resource in registered:
        if resource.type.startswith("kubernetes:") and "kind" in resource.inputs:
            manifest = without_secrets(resource.inputs)
            metadata = manifest["metadata"]
            folder = metadata.get("namespace", "cluster")
            found[f"{folder}/{manifest['kind'].lower()}-{metadata['name']}.yaml"] = manifest
    return dict(sorted(found.items()))


def without_secrets(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The object, and of a Secret only the names of its keys."""
    rest = {
        key: value for key, value in manifest.items() if not (_is_secret(manifest) and key in ("data", "stringData"))
    }
    if not _is_secret(manifest):
        return rest
    keys = sorted({*_keys(manifest.get("data")), *_keys(manifest.get("stringData"))})
    metadata = dict(rest["metadata"])
    metadata["annotations"] = {**metadata.get("annotations", {}), LEFT_OUT: ",".join(keys)}
    return {**rest, "metadata": metadata}


def _keys(content: Any) -> Iterable[str]:
    """The keys of a Secret's content. The SDK marks all of it as secret; what a cloud is yet to make has none."""
    if isinstance(content, Mapping) and rpc._special_sig_key in content:
        content = content.get("value")
    return content if isinstance(content, Mapping) else ()


def _is_secret(manifest: Mapping[str, Any]) -> bool:
    return (manifest.get("apiVersion"), manifest.get("kind")) == ("v1", "Secret")


def write(rendered: Mapping[str, Mapping[str, Any]], folder: pathlib.Path, stack: str) -> tuple[int, int]:
    """Write the objects below `folder`, and delete what an earlier rendering wrote there and this one did not.

    Returns:
        How many files there are, and how many were deleted.

    Raises:
        FileExistsError: the folder holds YAML files that no rendering wrote.
    """
    old = {path for path in folder.rglob("*.yaml") if path.is_file()} if folder.exists() else set()
    strangers = sorted(path for path in old if not path.read_text(errors="replace").startswith(_MARK))
    if strangers:
        raise FileExistsError(
            f"{folder} holds {strangers[0].relative_to(folder)}, which was not rendered. Give a folder of its own."
        )
    new: set[pathlib.Path] = set()
    for name, manifest in rendered.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEADER.format(stack=stack) + text(manifest))
        new.add(path)
    for stale in old - new:
        stale.unlink()
        if not any(stale.parent.iterdir()):
            shutil.rmtree(stale.parent)
    return len(new), len(old - new)


def text(manifest: Mapping[str, Any]) -> str:
    """One object as YAML: Kubernetes' own order at the top, sorted below, scripts as blocks."""
    first = ("apiVersion", "kind", "metadata")
    ordered = {key: manifest[key] for key in (*first, *sorted(set(manifest) - set(first))) if key in manifest}
    return yaml.dump(
        {key: _sorted(value) for key, value in ordered.items()}, Dumper=_Dumper, sort_keys=False, width=120
    )


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(inner) for inner in value] if isinstance(value, list) else value


class _Dumper(yaml.SafeDumper):
    """Several lines stay several lines."""


def _block(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _block)
