"""Functions, sources and sinks in Pulsar: deploy, look, change, take away."""

import json
import pathlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from plugin.problems import NotReady, PluginError
from plugin.values import without_nulls

from . import instances
from .admin import Admin, File, Refused
from .kinds import IDENTITY, Kind

DEFAULT_SECONDS = 300.0
"""How long the instances may take unless `customTimeouts` says otherwise."""
_NO_CHANGE = "no change"
_BUILTIN = "builtin://"
_PAUSES = (0.2, 0.5, 1.0, 2.0, None)
"""Seconds until a request that came second is sent again; none after the last."""
Say = Callable[[str], None]


def path_of(kind: Kind, inputs: Mapping[str, Any]) -> str:
    """Its path in the REST API."""
    return "/".join((kind.segment, *(str(inputs[each]) for each in IDENTITY)))


def read(admin: Admin, kind: Kind, identity: str) -> dict[str, Any] | None:
    """Its configuration as Pulsar has it; `None` where it isn't there."""
    found = admin.get(f"{kind.segment}/{identity}")
    return without_nulls(found) if found else None


def create(admin: Admin, kind: Kind, inputs: dict[str, Any], seconds: float, say: Say) -> dict[str, Any]:
    """Deploy it and wait until it runs.

    One that is there with this very configuration is what an interrupted update left: it is taken up.

    Returns:
        Its configuration as Pulsar has it.

    Raises:
        NotReady: it is there and doesn't run.
        PluginError: it was not deployed.
    """
    path, identity = path_of(kind, inputs), identity_of(inputs)
    there = read(admin, kind, identity)
    if there is not None and not _contains(there, inputs.get("config") or {}):
        raise PluginError(
            f"The {kind.noun} {identity} exists already, with another configuration. To manage it from here, "
            f"`pulumi import` it by the id {identity}; else delete it, or choose another name."
        )
    say("uploading" if there is None else "taking up what an interrupted update left")
    _send(admin, "POST" if there is None else "PUT", kind, inputs, with_code=True)
    return _until_it_runs(admin, kind, path, inputs, seconds, say, changed=there is not None)


def update(
    admin: Admin, kind: Kind, before: dict[str, Any], inputs: dict[str, Any], seconds: float, say: Say
) -> dict[str, Any]:
    """Change it and wait until it runs.

    Args:
        admin: the connection.
        kind: what it is.
        before: its inputs until now.
        inputs: its inputs from now on.
        seconds: how long the instances may take.
        say: shows a line of progress.

    Raises:
        NotReady: it was changed and doesn't run.
        PluginError: it was not changed.
    """
    config = dict(inputs.get("config") or {})
    for key, value in (before.get("config") or {}).items():
        if key not in config and isinstance(value, dict):
            # Pulsar keeps what is left out.
            config[key] = {}
    same = all(before.get(key) == inputs.get(key) for key in ("digest", "url", "text"))
    if not same and (file := _file(inputs)):
        _exchange(admin, kind, path_of(kind, inputs), file)
    _send(admin, "PUT", kind, {**inputs, "config": config}, with_code=not same)
    return _until_it_runs(admin, kind, path_of(kind, inputs), inputs, seconds, say, changed=True)


def delete(admin: Admin, kind: Kind, identity: str, seconds: float) -> None:
    """Take it away and wait until it is gone. One that is gone already is fine."""
    path = f"{kind.segment}/{identity}"
    try:
        admin.request("DELETE", path)
    except Refused as error:
        if error.status != 404:
            raise PluginError(f"Pulsar refused to delete the {kind.noun} {identity}: {error.reason}") from None
    until, pause = time.monotonic() + seconds, 0.1
    while admin.get(path) is not None:
        if time.monotonic() > until:
            raise PluginError(f"The {kind.noun} {identity} is still there {seconds:.0f} s after it was deleted.")
        admin.cancelled.wait(pause)
        pause = min(pause * 1.5, 1.0)


def identity_of(inputs: Mapping[str, Any]) -> str:
    """Its id: `tenant/namespace/name`."""
    return "/".join(str(inputs[each]) for each in IDENTITY)


def _send(admin: Admin, method: str, kind: Kind, inputs: Mapping[str, Any], *, with_code: bool) -> None:
    config = {**(inputs.get("config") or {}), **{each: inputs[each] for each in IDENTITY}}
    url, form = inputs.get("url"), {}
    if url and str(url).startswith(_BUILTIN):
        config["archive" if kind.segment != "functions" else "jar"] = url
    elif url and with_code:
        form["url"] = str(url)
    elif with_code and (file := _file(inputs)):
        form["data"] = file
        if kind.segment == "functions":
            config[_CODE.get(str(config.get("runtime")), "jar")] = file.name
    form[kind.part] = json.dumps(config)
    try:
        _ask(admin, method, path_of(kind, inputs), form)
    except Refused as error:
        if method == "PUT" and _NO_CHANGE in error.reason:
            return
        verb = "deploy" if method == "POST" else "change"
        raise PluginError(f"Pulsar refused to {verb} the {kind.noun} {identity_of(inputs)}: {error.reason}") from None


def _ask(admin: Admin, method: str, path: str, form: Mapping[str, str | File]) -> None:
    """Send it. Pulsar 4.0 leaves the package of a function that was deleted, and refuses another of the name for it."""
    try:
        _race(admin, method, path, form)
    except Refused as error:
        left = re.search(
            r"'(function|source|sink)://([^/]+)/([^/]+)/([^/@]+)@([^']+)' metadata already exists", error.reason
        )
        if method != "POST" or not left or [*left.groups()[1:4]] != path.split("/")[-3:]:
            raise
        admin.request("DELETE", f"packages/{'/'.join(left.groups())}")
        _race(admin, method, path, form)


def _race(admin: Admin, method: str, path: str, form: Mapping[str, str | File]) -> None:
    """Send it, and again where it came second.

    On ZooKeeper, each of a Pulsar's first packages that come at once makes the folders above it, and all but one are
    refused (seen on 4.0.8).
    """
    for pause in _PAUSES:
        try:
            admin.request(method, path, form)
            return
        except Refused as error:
            if pause is None or "Someone just created log" not in error.reason:
                raise
        admin.cancelled.wait(pause)


def _exchange(admin: Admin, kind: Kind, path: str, file: File) -> None:
    """Put other code in the place of the package that a function has.

    Where packages are managed, Pulsar 4.0's worker takes an update's code from the package that is there, and not from
    what was uploaded with it (seen on 4.0.8: the new package has the old content). Each update makes a package of its
    own, so the one that is there has the highest number; nothing else reads it any more.
    """
    package = f"packages/{kind.segment.removesuffix('s')}/{path.partition('/')[2]}"
    try:
        numbers = [int(each) for each in admin.get(package) or () if str(each).isdigit()]
    except Refused:
        # Without package management there is no such place, and the worker takes what is uploaded.
        return
    if not numbers:
        return
    here = f"{package}/{max(numbers)}"
    admin.request("DELETE", here)
    about = json.dumps({"description": "the code", "contact": "", "properties": {"fileName": file.name}})
    admin.request("POST", here, {"metadata": about, "file": file})


_CODE = {"PYTHON": "py", "JAVA": "jar", "GO": "go"}
"""What the configuration calls a language's file."""


def _file(inputs: Mapping[str, Any]) -> File | None:
    if inputs.get("text") is not None:
        return File(str(inputs.get("fileName") or "function.py"), str(inputs["text"]).encode())
    if not inputs.get("package"):
        return None
    path = pathlib.Path(str(inputs["package"]))
    try:
        return File(path.name, path.read_bytes())
    except OSError as error:
        raise PluginError(
            f"The package {path} can't be read: {error.strerror}. Build it, or correct its path."
        ) from None


def _until_it_runs(
    admin: Admin, kind: Kind, path: str, inputs: Mapping[str, Any], seconds: float, say: Say, *, changed: bool
) -> dict[str, Any]:
    wanted = int((inputs.get("config") or {}).get("parallelism") or 1)
    reasons = instances.wait(admin, kind, path, wanted, seconds or DEFAULT_SECONDS, say, changed=changed)
    live = read(admin, kind, identity_of(inputs)) or {}
    if reasons:
        raise NotReady(list(reasons), live)
    return live


def _contains(live: Any, wanted: Any) -> bool:
    """Whether all that is wanted is so; what Pulsar adds to it doesn't matter."""
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(_contains(live.get(key), value) for key, value in wanted.items())
    # Pulsar leaves out what says nothing.
    return live == wanted or (not live and not wanted)
