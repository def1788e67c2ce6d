"""Which engine is used: an installed one, the official download, or the CLI with the two stand-ins."""

import json
import os
import pathlib
from importlib import metadata

from local.paths import CACHE
from local.problem import Problem
from local.progress import Progress

from . import state
from .engine import Engine
from .programs import on_path

OFFICIAL, STAND_IN = "official", "stand-in"
_REMEMBERED = CACHE / "engine" / "choice.json"


def prepare(progress: Progress, *, kubeconfig: pathlib.Path | None) -> Engine:
    """An engine that is ready to run; made ready, downloaded or built if that has not been done.

    `PULSAR_ENGINE=official` takes only Pulumi's own engine with its own plugins, `PULSAR_ENGINE=stand-in` only the CLI
    with the stand-ins. The choice is remembered in the cache until what it rests on changes.

    Args:
        progress: told what takes long.
        kubeconfig: the cluster that programs use which name none. Default: as the environment says.

    Raises:
        Problem: when no engine can be had.
    """
    asked = os.environ.get("PULSAR_ENGINE") or ""
    if asked not in ("", OFFICIAL, STAND_IN):
        raise Problem(f"PULSAR_ENGINE is {asked!r}. It takes {OFFICIAL}, {STAND_IN}, or nothing to choose by itself.")
    chosen = _remembered(asked) or _choose(asked, progress)
    program = pathlib.Path(chosen["program"])
    settings = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    if chosen["kind"] == STAND_IN:
        from . import stand_ins

        program, more = stand_ins.install(program)
        settings |= more
    else:
        settings["PATH"] = os.pathsep.join([str(program.parent), os.environ.get("PATH", os.defpath)])
    settings |= state.settings()
    if kubeconfig:
        settings["KUBECONFIG"] = str(kubeconfig)
    return Engine(chosen["description"], program, settings)


def is_chosen() -> bool:
    """Whether an engine can be had at once, without a download or a build."""
    return _remembered(os.environ.get("PULSAR_ENGINE") or "") is not None


def _choose(asked: str, progress: Progress) -> dict[str, str]:
    from . import build, official

    version, reasons = metadata.version("pulumi"), []
    if asked != STAND_IN:
        for source, get in (
            ("installed", official.installed),
            ("official download", lambda: official.download(version)),
        ):
            try:
                program = get()
            except official.Unavailable as why:
                reasons.append(str(why))
            else:
                words = f"engine: Pulumi {official.version_of(program)} ({source}) with its own plugins"
                return _remember(asked, OFFICIAL, program, words)
        if asked == OFFICIAL:
            raise Problem(
                f"PULSAR_ENGINE is {OFFICIAL}, but there is none: {'; '.join(reasons)}. Install Pulumi, or unset it."
            )
    program = build.provided() or build.built(version, progress)
    why = f"because {'; '.join(reasons)}" if reasons else f"as PULSAR_ENGINE={STAND_IN} asks for"
    words = (
        f"engine: Pulumi {official.version_of(program)} with this project's own Python language host and Kubernetes "
        f"plugin, {why}"
    )
    return _remember(asked, STAND_IN, program, words)


def _fingerprint(asked: str) -> list[str]:
    """What the choice rests on, as far as it can be had in no time."""
    found = on_path("pulumi") or ""
    changed = str(pathlib.Path(found).stat().st_mtime_ns) if found else ""
    return [asked, os.environ.get("PULSAR_TOOLCHAIN", ""), found, changed, metadata.version("pulumi")]


def _remembered(asked: str) -> dict[str, str] | None:
    try:
        chosen = json.loads(_REMEMBERED.read_text())
    except (OSError, ValueError):
        return None
    if chosen.get("rests on") == _fingerprint(asked) and pathlib.Path(chosen["program"]).exists():
        return chosen
    return None


def _remember(asked: str, kind: str, program: pathlib.Path, description: str) -> dict[str, str]:
    chosen = {"kind": kind, "program": str(program), "description": description}
    _REMEMBERED.parent.mkdir(parents=True, exist_ok=True)
    partial = _REMEMBERED.with_name(f"{_REMEMBERED.name}.{os.getpid()}")
    partial.write_text(json.dumps({**chosen, "rests on": _fingerprint(asked)}, indent=2))
    partial.replace(_REMEMBERED)
    return chosen
