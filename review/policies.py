"""The rules in `policies/` that a change breaks, and that were kept before."""

from collections.abc import Iterator, Sequence

from policies.rule import Resource as Judged
from policies.rule import findings
from policies.rules import RULES

from .findings import Finding
from .risk import Risk
from .sides import Resource


def new_violations(before: Sequence[Resource], after: Sequence[Resource]) -> Iterator[Finding]:
    """What the policy pack says of the resources afterwards and didn't say before."""
    known = set(_said(before))
    found: dict[str, list[tuple[str, str]]] = {}
    for name, about, sentence in _said(after):
        if (name, about, sentence) not in known:
            found.setdefault(name, []).append((about, sentence))
    for name, said in found.items():
        about, sentence = said[0]
        more = f" So do {len(said) - 1} more." if len(said) > 1 else ""
        yield Finding(Risk.NOTICED, about, f"{sentence}{more} (rule {name})", "docs/howto/policies.md")


def _said(resources: Sequence[Resource]) -> Iterator[tuple[str, str, str]]:
    judged = [
        Judged(type=each.type, name=each.name, properties=each.inputs, protected=each.protected) for each in resources
    ]
    for rule in RULES:
        for about, sentence in findings(rule, judged):
            yield rule.id, about.called, sentence
