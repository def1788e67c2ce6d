"""A report as people read it: Markdown for a pull request, lines for a terminal."""

import itertools
from collections.abc import Iterator, Sequence

from .findings import Finding
from .report import Report, counted
from .risk import Risk

_SIGNS = {
    Risk.HARMLESS: "⚪",
    Risk.ROLLS: "🔵",
    Risk.NOTICED: "🟡",
    Risk.INTERRUPTS: "🟠",
    Risk.DATA: "🔴",
    Risk.REFUSED: "⛔",
}
_COLOURS = {
    Risk.HARMLESS: "2",
    Risk.ROLLS: "34",
    Risk.NOTICED: "33",
    Risk.INTERRUPTS: "33;1",
    Risk.DATA: "31;1",
    Risk.REFUSED: "31;1",
}
_HEADS = {
    Risk.REFUSED: "Refused",
    Risk.DATA: "Data at risk, or no way back",
    Risk.INTERRUPTS: "Interrupts",
    Risk.NOTICED: "Noticed",
    Risk.ROLLS: "Rolls",
    Risk.HARMLESS: "Harmless",
}
_COSTS = "What is paid for"
_LONGEST = 80
"""Characters of a value."""
_MOST = 200
"""Lines of fields: a pull request shows 65,536 characters at most."""


def mark(stack: str) -> str:
    """What the one comment of a stack is found again by."""
    return f"<!-- pulsar-review:{stack} -->"


def markdown(report: Report) -> str:
    """For a pull request: the verdict, the findings by their risk, and the fields folded below."""
    lines = [mark(report.stack), f"### {_SIGNS[report.risk]} {report.stack}: {report.verdict}", ""]
    for risk, found in _grouped(report.findings):
        lines += [f"**{_HEADS[risk]}**", ""]
        lines += [f"- {_lead(each, '`{}`: ')}{each.sentence}{_link(each)}" for each in found]
        lines.append("")
    if report.costs:
        lines += [f"**{_COSTS}**", "", *(f"- {each}" for each in report.costs), ""]
    fields = list(_fields(report))
    if fields:
        lines += [f"<details><summary>{len(fields)} fields that differ</summary>", "", "```diff"]
        lines += fields[:_MOST]
        lines += [f"… and {len(fields) - _MOST} more"] if len(fields) > _MOST else []
        lines += ["```", "", "</details>", ""]
    return "\n".join([*lines, f"<sub>{_basis(report)}</sub>", ""])


def terminal(report: Report, *, colour: bool) -> str:
    """For a terminal, a finding a line."""

    def paint(text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if colour else text

    lines = [paint(f"{report.stack}: {report.verdict}", f"{_COLOURS[report.risk]};1")]
    for risk, found in _grouped(report.findings):
        lines += ["", paint(_HEADS[risk], _COLOURS[risk])]
        lines += [f"  {_lead(each, paint('{}', '1') + ': ')}{each.sentence}" for each in found]
    if report.costs:
        lines += ["", _COSTS, *(f"  {each}" for each in report.costs)]
    return "\n".join([*lines, "", paint(_basis(report), "2"), ""])


def _lead(finding: Finding, form: str) -> str:
    """What a finding is about, where its sentence doesn't name it."""
    named = finding.about in finding.sentence or finding.about.endswith(" objects")
    return "" if named else form.format(finding.about)


def _grouped(findings: Sequence[Finding]) -> Iterator[tuple[Risk, list[Finding]]]:
    for risk in sorted(counted(findings), reverse=True):
        yield risk, [each for each in findings if each.risk == risk]


def _fields(report: Report) -> Iterator[str]:
    for change in report.changes:
        if change.action in ("create", "delete"):
            yield f"{'+' if change.action == 'create' else '-'} {change.kind} {change.name}"
            continue
        for field in change.fields:
            sign = "!" if field.replaces else " "
            before, after = _apart(field.before, field.after)
            yield f"{sign} {change.kind} {change.name}: {field.path}: {before} → {after}"


def _apart(before: object, after: object) -> tuple[str, str]:
    """Both values, from a little before where they differ."""
    texts = ["-" if value is None else " ".join(str(value).split()).replace("`", "'") for value in (before, after)]
    pairs = zip(*texts, strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max(0, same - 15) if max(map(len, texts)) > _LONGEST else 0
    return _cut(texts[0], start), _cut(texts[1], start)


def _cut(text: str, start: int) -> str:
    rest = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{rest}{'…' if start + _LONGEST < len(text) else ''}"


def _link(finding: Finding) -> str:
    if not finding.source:
        return ""
    if finding.source.startswith("https://") and " " not in finding.source:
        return f" ([why]({finding.source}))"
    return f" ({finding.source})"


def _basis(report: Report) -> str:
    if report.source == "drift":
        return "What `pulumi up --refresh` would do to bring back what the stack file says."
    if report.source == "engine":
        return f"From the engine's preview of what is up; settings compared with {report.base[:12]}."
    return (
        f"Compared with {report.base[:12]}, without engine or cloud: what was changed by hand, and what a cloud does "
        "to its own resources, only a preview tells."
    )
