"""What a rule of the review is: which setting, what its change means, and where that is written."""

import dataclasses
import re
from collections.abc import Callable, Mapping

from components.durations import Duration
from components.model import Bytes

from ..edits import Edit
from ..risk import Risk

Told = tuple[Risk, str]
"""How risky, and what happens, in a sentence."""
Says = Callable[[Edit, Mapping[str, str]], Told]
"""From an edit and every effective value afterwards."""

DOCS = "https://pulsar.apache.org/docs/4.0.x"
BOOKKEEPER = "https://bookkeeper.apache.org/docs"
KUBERNETES = "https://kubernetes.io/docs"
EXPANSION = f"{KUBERNETES}/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims"
_LONGEST = 80
"""Characters of a value in a sentence: a function's code may be one."""


@dataclasses.dataclass(frozen=True)
class Rule:
    """What a change of some settings means."""

    pattern: str
    """The setting's path. `*` is any one name, `**` all that is below, with the part itself."""
    says: Says
    source: str
    """The page or the file that says so."""

    def covers(self, path: str) -> bool:
        """Whether a setting is meant."""
        return bool(_expression(self.pattern).fullmatch(path))


def _expression(pattern: str) -> re.Pattern[str]:
    steps = re.escape(pattern).replace(r"\.\*\*", r"(\..+)?").replace(r"\*", r"[^.]+")
    return re.compile(steps)


def always(risk: Risk, sentence: str) -> Says:
    """The same whatever the values are, with `{before}`, `{after}` and the path's `{name}` and `{owner}` filled in."""

    def says(edit: Edit, _: Mapping[str, str]) -> Told:
        return risk, filled(sentence, edit)

    return says


def filled(sentence: str, edit: Edit) -> str:
    """The sentence with the edit's values in it."""
    names = edit.path.split(".")
    return (
        sentence.replace("{before}", shown(edit.before))
        .replace("{after}", shown(edit.after))
        .replace("{name}", names[-1])
        .replace("{owner}", ".".join(names[1:-1]))
    )


def shown(value: str | None) -> str:
    """A value in a sentence."""
    if value is None or value == "(none)":
        return "nothing"
    if value.startswith("("):
        return value.strip("()")
    text = " ".join(value.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def by_direction(*, up: Told, down: Told, other: Told | None = None) -> Says:
    """One sentence where a number, a size or a time grows, and another where it shrinks.

    Args:
        up: where it grows.
        down: where it shrinks.
        other: where it can't be compared, such as a limit that is set for the first time. Default: the riskier one.
    """

    def says(edit: Edit, _: Mapping[str, str]) -> Told:
        before, after = amount(edit.before), amount(edit.after)
        if before is None or after is None:
            risk, sentence = other or max(up, down)
        else:
            risk, sentence = up if after > before else down
        return risk, filled(sentence, edit)

    return says


def of_a_claim(volume: str, way_out: str = "") -> Says:
    """What another size means to a volume that isn't a StatefulSet's: it grows in place, and never shrinks.

    Args:
        volume: the volume, at a sentence's start.
        way_out: what to do where it is to be smaller.
    """
    down = f"{volume} would shrink ({{before}} → {{after}}), which Kubernetes refuses. {way_out}".rstrip()
    return by_direction(
        up=(Risk.NOTICED, f"{volume} grows in place ({{before}} → {{after}}), where its storage class allows it."),
        down=(Risk.REFUSED, down),
    )


def amount(value: str | None) -> float | None:
    """A number, a size in bytes or a time in seconds; `None` where it is none of these."""
    if value is None:
        return None
    for read in (float, Bytes.parse, Duration.parse):
        try:
            return float(read(value))
        except ValueError:
            continue
    return None


def there(*, added: Told, removed: Told, changed: Told) -> Says:
    """One sentence where something comes, another where it goes, another where it becomes something else."""

    def says(edit: Edit, _: Mapping[str, str]) -> Told:
        absent = (None, "(none)", "none")
        if edit.before in absent:
            risk, sentence = added
        elif edit.after in absent:
            risk, sentence = removed
        else:
            risk, sentence = changed
        return risk, filled(sentence, edit)

    return says
