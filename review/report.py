"""A review as one value: the findings by their risk, and what they come from."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from . import costs, traffic
from .changes import Change, between
from .edits import Edit, edits
from .effects import of_changes
from .findings import Finding, of_edits
from .policies import new_violations
from .risk import Risk
from .rolls import Roll, rolls, together
from .sides import Side

VERSION = 1
"""Of the report in JSON. What a reader relies on stays; what is new is added."""


@dataclasses.dataclass(frozen=True)
class Report:
    """What a change does to one stack."""

    stack: str
    base: str
    """The commit that it is compared with."""
    findings: Sequence[Finding]
    """The riskiest first."""
    rolls: Sequence[Roll] = ()
    changes: Sequence[Change] = ()
    costs: Sequence[str] = ()
    """What more or less is paid for, in units, and what becomes of the traffic between zones."""
    source: str = "evaluation"
    """`evaluation`: the program before and after, without engine or cloud. `engine`: Pulumi's own preview. `drift`:
    the same after a refresh, with a stack file that didn't change."""

    @property
    def risk(self) -> Risk:
        """Of the riskiest finding."""
        return max((each.risk for each in self.findings), default=Risk.HARMLESS)

    @property
    def verdict(self) -> str:
        """All of it in one line."""
        if not self.findings and not self.changes:
            return "Nothing changes."
        counts = Counter(each.action for each in self.changes)
        words = {"create": "made", "update": "changed", "replace": "made anew", "delete": "deleted"}
        told = ", ".join(f"{counts[action]} {word}" for action, word in words.items() if counts[action])
        if self.risk == Risk.REFUSED:
            return self.risk.verdict
        if self.source == "drift":
            rolled = together(self.rolls)
            return (
                f"What runs is not what the stack file says. To bring it back: {told}.{f' {rolled}' if rolled else ''}"
            )
        return " ".join(filter(None, (self.risk.verdict, together(self.rolls), f"Objects: {told}." if told else "")))

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "version": VERSION,
            "stack": self.stack,
            "base": self.base,
            "source": self.source,
            "risk": self.risk.word,
            "verdict": self.verdict,
            "findings": [
                {
                    "risk": each.risk.word,
                    "about": each.about,
                    "sentence": each.sentence,
                    "source": each.source,
                    "details": list(each.details),
                }
                for each in self.findings
            ],
            "rolls": [{"name": each.name, "pods": list(each.pods), "count": each.count} for each in self.rolls],
            "costs": list(self.costs),
            "changes": [
                {
                    "action": each.action,
                    "type": each.type,
                    "name": each.name,
                    "replaces": [field.path for field in each.fields if field.replaces],
                }
                for each in self.changes
            ],
        }


def review(stack: str, base: str, before: Side, after: Side, plan: Sequence[Change] | None = None) -> Report:
    """What becomes of a stack.

    Args:
        stack: its name.
        base: the commit that it is compared with.
        before: the stack file and the program as they were.
        after: the same as they are to be.
        plan: the engine's own steps. Default: what is known without the engine.
    """
    if whole := _whole(stack, before, after):
        return Report(stack, base, [whole])
    nothing = _from_nothing(stack, before)
    edited = [] if nothing else edits(before, after)
    changes = list(plan) if plan is not None else between(before.resources, after.resources)
    found = [
        *([nothing] if nothing else of_edits(edited, after.settings)),
        *of_changes(changes, after.refusals),
        *new_violations(before.resources, after.resources),
    ]
    found = _without_echoes(found, edited)
    return Report(
        stack,
        base,
        sorted(found, key=lambda each: -each.risk),
        rolls(changes),
        changes,
        [*costs.differences(before.resources, after.resources), *traffic.differences(before.settings, after.settings)],
        "evaluation" if plan is None else "engine",
    )


def _without_echoes(found: Sequence[Finding], edited: Sequence[Edit]) -> list[Finding]:
    """What scales is told by its setting, and what is refused needs no second word about the same."""
    refused = [each.sentence for each in found if each.risk == Risk.REFUSED]
    scaled = any(each.path.endswith(".replicas") for each in edited)

    def is_echo(each: Finding) -> bool:
        said = each.risk < Risk.REFUSED and any(
            sentence.startswith(f"{each.about.removeprefix('pulsar.')} ") for sentence in refused
        )
        return said or (scaled and each.sentence.startswith("Stops: "))

    return [each for each in found if not is_echo(each)]


def _whole(stack: str, before: Side, after: Side) -> Finding | None:
    """What is about the stack as a whole, where the two sides can't be compared."""
    if after.absent and before.absent:
        return Finding(Risk.REFUSED, stack, f"There is no stack file stacks/Pulumi.{stack}.yaml, before or after.")
    if after.absent:
        return Finding(
            Risk.DATA,
            stack,
            f"stacks/Pulumi.{stack}.yaml is gone. What it describes stays up and nobody tends it: destroy it before, "
            "or keep the file.",
        )
    if after.mistakes:
        return Finding(Risk.REFUSED, stack, after.mistakes)
    return None


def _from_nothing(stack: str, before: Side) -> Finding | None:
    """What there is to say of a stack file that has nothing before it to be compared with."""
    if before.absent:
        return Finding(
            Risk.HARMLESS,
            stack,
            f"{stack} is a new environment: `pulumi up` makes all of it, and nothing else changes.",
        )
    if before.mistakes:
        return Finding(
            Risk.INTERRUPTS,
            stack,
            f"What stood in stacks/Pulumi.{stack}.yaml before describes no deployment, so that all of it is told as "
            "new. What becomes of that which is up only the engine's preview can tell (--engine).",
        )
    return None


def counted(findings: Sequence[Finding]) -> Mapping[Risk, int]:
    """How many findings there are of each risk."""
    return Counter(each.risk for each in findings)
