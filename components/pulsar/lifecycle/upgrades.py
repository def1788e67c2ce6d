"""Moves between Pulsar's releases, or between who runs it, refused in the preview and again before they happen.

Sources: Pulsar's release policy ("Compatibility between releases": from one long-term line to the next and back is
supported, 3.2 to 5.0 is not) and "Upgrading to Pulsar 5.0.x" ("Preserve and rehearse rollback": what an older broker
can't read must be kept off before the first 5.0 broker starts).
"""

import dataclasses
from typing import Any

import pulumi

from ... import versions
from .guards import Inputs, refusing

ORDER = "Pulsar's order is metadata store, bookies, brokers, proxies"


@dataclasses.dataclass(frozen=True)
class Running:
    """What a cluster runs, or is to run."""

    version: str
    way_back: bool | None = None
    """Whether what older brokers can't read has been kept off. None: nobody has said."""
    operator: str = "native"
    """Who runs it."""

    @property
    def line(self) -> str:
        """`4.0` of `4.0.8`."""
        return self.version.rpartition(".")[0]

    @property
    def long_term(self) -> int:
        """The long-term line that it belongs to: 4 for 4.0, 4.1 and 4.2."""
        return int(self.version.partition(".")[0])

    @property
    def one_way(self) -> bool:
        """Whether its line does what older brokers can't read."""
        return self.line in versions.LINES and bool(versions.LINES[self.line].way_back)


def refusal(before: Running, after: Running) -> str | None:
    """Why a cluster may not move from one to the other."""
    if before.operator != after.operator:
        return (
            f"operator.kind goes from {before.operator} to {after.operator}, and each calls the bookies, their volumes "
            "and the metadata store's members otherwise: what is there would not be found again. Leave operator as it "
            "is, or bring a new cluster up and let this one replicate to it."
        )
    move = f"version goes from {before.version} to {after.version}"
    if abs(after.long_term - before.long_term) > 1:
        between = before.long_term + (1 if after.long_term > before.long_term else -1)
        return (
            f"{move}, and Pulsar keeps data readable from one long-term line to the next only. "
            f"Go to {between}.0 first, and on when that runs well. {ORDER}."
        )
    if before.one_way and not after.one_way and not before.way_back:
        return (
            f"{move}, and this cluster may hold what no earlier broker can read (topics that were made scalable, "
            "packages described in JSON): it ran without way_back: true. "
            f"Stay on {before.line}.x, or bring a new cluster up and let it replicate from this one."
        )
    if after.one_way and not before.one_way and after.way_back is None:
        newest = versions.LINES[before.line].newest if before.line in versions.LINES else before.version
        first = f" Pulsar's own advice is to run {newest} for a while before." if newest != before.version else ""
        return (
            f"{move}, and Pulsar {after.line} can do what no earlier broker can read. Set way_back: true to keep that "
            f"off, so that you can return to {before.version}, or way_back: false to have it and stay.{first} {ORDER}."
        )
    if before.one_way and after.one_way and after.way_back and not before.way_back:
        return (
            "way_back becomes true, and this cluster has run without it: what an earlier broker can't read may be "
            "there already. Leave way_back as it was."
        )
    return None


def hooks() -> pulumi.ResourceHookBinding:
    """What the engine asks before it changes the cluster as a whole, in a preview as well."""

    def reason(old: Inputs, new: Inputs) -> str | None:
        before, after = _running(old), _running(new)
        return refusal(before, after) if before and after else None

    return refusing("release", reason)


def inputs(running: Running) -> dict[str, Any]:
    """What the state keeps of it."""
    found: dict[str, Any] = {"version": running.version}
    if running.way_back is not None:
        found["way_back"] = running.way_back
    return found | ({} if running.operator == "native" else {"operator": running.operator})


def _running(kept: Inputs) -> Running | None:
    version = kept.get("version")
    if not isinstance(version, str) or "." not in version:
        return None
    return Running(version, kept.get("way_back"), kept.get("operator", "native"))
