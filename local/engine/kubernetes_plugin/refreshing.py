"""Inputs as the live object has them, for refresh and import: of what is ours only."""

from typing import Any

from plugin.values import Path, at

from .naming import metadata

_MERGE_KEYS = ("name", "containerPort", "port", "mountPath", "devicePath", "ip", "topologyKey", "key", "uid", "type")
_SERVER_METADATA = (
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "selfLink",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)
_NOT_INPUTS = ("kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision")


def refreshed(inputs: dict[str, Any], before: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """The inputs with what has changed in the cluster since they were applied.

    A field that the API server only spells differently (`1000m` for `1`) is left as the program spells it: it counts as
    changed only when it isn't what it was after the last update.

    Args:
        inputs: what the program asked for.
        before: the object after the last update.
        live: the object now.
    """
    result = _of_dict(inputs, before, live)
    if "stringData" in inputs:
        result["stringData"] = _string_data(inputs["stringData"], before, live)
    # The API version is how we ask, not something that the cluster changes.
    return {**result, "apiVersion": inputs.get("apiVersion"), "kind": inputs.get("kind")}


def _of_dict(inputs: dict[str, Any], before: Any, live: Any) -> dict[str, Any]:
    result = {}
    for key, value in inputs.items():
        was, now = at(before, (key,)), at(live, (key,))
        if now is None and was is not None:
            continue
        result[key] = _of(value, was, now)
    return result


def _of(value: Any, was: Any, now: Any) -> Any:
    if now == was or now is None:
        return value
    if isinstance(value, dict) and isinstance(now, dict):
        return _of_dict(value, was, now)
    if isinstance(value, list) and isinstance(now, list):
        key = _merge_key(value, now)
        if key is None:
            return now
        was_by_key = {at(each, (key,)): each for each in was or []}
        now_by_key = {each[key]: each for each in now}
        return [
            _of(each, was_by_key.get(each[key]), now_by_key[each[key]]) for each in value if each[key] in now_by_key
        ]
    return now


def _merge_key(value: list[Any], now: list[Any]) -> str | None:
    both = [*value, *now]
    if not both or not all(isinstance(each, dict) for each in both):
        return None
    for key in _MERGE_KEYS:
        if all(key in each for each in both):
            # A port may be there twice, once for each protocol: then positions decide, and the whole list is compared.
            for items in (value, now):
                if len({str(each[key]) for each in items}) != len(items):
                    return None
            return key
    return None


def _string_data(inputs: dict[str, Any], before: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """Text that the API server keeps as base64 under `data`."""
    import base64

    result = {}
    for key, text in inputs.items():
        was, now = at(before, ("data", key)), at(live, ("data", key))
        if now is None:
            continue
        result[key] = text if was in (now, None) else base64.b64decode(now).decode(errors="replace")
    return result


def imported(live: dict[str, Any]) -> dict[str, Any]:
    """Inputs for an object that the state doesn't know: all that isn't the API server's own."""
    about = {key: value for key, value in metadata(live).items() if key not in _SERVER_METADATA}
    if about.get("annotations"):
        about["annotations"] = {key: value for key, value in about["annotations"].items() if key not in _NOT_INPUTS}
        if not about["annotations"]:
            del about["annotations"]
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": about}


def secret_paths(manifest: dict[str, Any], inputs: frozenset[Path]) -> frozenset[Path]:
    """The paths that are secret in an object: those of the inputs, and a Secret's content whoever made it."""
    if manifest.get("kind") != "Secret" or manifest.get("apiVersion") != "v1":
        return inputs
    copied = ("metadata", "annotations", _NOT_INPUTS[0])
    whole = {(key,) for key in ("data", "stringData") if manifest.get(key)}
    kept = {path for path in inputs if path[:1] not in whole}
    return frozenset(whole | kept | ({copied} if at(manifest, copied) else set()))
