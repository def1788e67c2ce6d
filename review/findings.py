"""What a report says: each finding with its risk, and the findings of a stack file's edits."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from .edits import Edit
from .risk import Risk
from .rules import rule_for


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that a change does."""

    risk: Risk
    about: str
    """The setting or the object."""
    sentence: str
    source: str = ""
    """Where it is written."""
    details: tuple[str, ...] = ()
    """Fields and their values, for those who want to see them."""


UNKNOWN = "What a change of this setting does is not known to the review."


def of_edits(edits: Sequence[Edit], after: Mapping[str, str]) -> Iterator[Finding]:
    """What the edits of a stack file mean.

    Args:
        edits: what changed.
        after: every effective value afterwards.
    """
    for edit in edits:
        rule = rule_for(edit.path)
        if rule is None:
            yield Finding(Risk.INTERRUPTS, edit.path, f"{UNKNOWN} It goes from {edit.before} to {edit.after}.")
            continue
        risk, sentence = rule.says(edit, after)
        yield Finding(risk, edit.path, sentence, rule.source)
