"""A report as people read it: Markdown for a pull request, lines for a terminal."""

import itertools
import re
import textwrap
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
_CODE = re.compile(r"(`[^`]+`)")
_MEANT = re.compile(r"[\\*<]|__|~~|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|(?<=\])\(|(?<!\w)@(?=\w)|(?<!\w)#(?=\d)")
"""What Markdown, or a forge, would read as more than text. Source: GitHub Flavored Markdown."""
_MOST = 200
"""Lines of fields: a pull request shows 65,536 characters at most."""


def mark(stack: str) -> str:
    """What the one comment of a stack is found again by."""
    return f"<!-- pulsar-review:{stack} -->"


def markdown(report: Report) -> str:
    """For a pull request: the verdict, the findings by their risk, and the fields folded below."""
    lines = [mark(report.stack), f"### {_SIGNS[_shade(report)]} {report.stack}: {report.verdict}", ""]
    for risk, found in _grouped(report.findings):
        lines += [f"**{_HEADS[risk]}**", ""]
        lines += [f"- {_in_markdown(each)}{_link(each)}" for each in found]
        lines.append("")
    if report.costs:
        lines += [f"**{_COSTS}**", "", *(f"- {_escaped(each)}" for each in report.costs), ""]
    fields = list(_fields(report))
    if fields:
        lines += [f"<details><summary>{_counted(fields)}</summary>", "", "```diff"]
        lines += fields[:_MOST]
        lines += [f"… and {len(fields) - _MOST} more"] if len(fields) > _MOST else []
        lines += ["```", "", "</details>", ""]
    return "\n".join([*lines, f"<sub>{_basis(report)}</sub>", ""])


def terminal(report: Report, *, colour: bool = False, width: int | None = None, fields: bool = False) -> str:
    """For a terminal.

    Args:
        report: the report.
        colour: whether it is in colour.
        width: characters of a line. Default: a finding is one line.
        fields: whether each field that differs is listed. Default: how many there are.
    """

    def paint(text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if colour else text

    lines = [
        paint(each, f"{_COLOURS[_shade(report)]};1") for each in _lines(f"{report.stack}: {report.verdict}", width)
    ]
    for risk, found in _grouped(report.findings):
        lines += ["", paint(_HEADS[risk], _COLOURS[risk])]
        for each in found:
            about = _about(each)
            first, *rest = _lines(f"{about}: {each.sentence}" if about else each.sentence, width, "  ")
            lines += [first.replace(about, paint(about, "1"), 1) if about else first, *rest]
    if report.costs:
        lines += ["", _COSTS, *(line for each in report.costs for line in _lines(each, width, "  "))]
    listed = list(_fields(report))
    if listed and fields:
        lines += ["", "Fields that differ", *(f"  {each}" for each in listed)]
    told = (
        f" {_counted(listed)}: --fields lists {'it' if len(listed) == 1 else 'them'}." if listed and not fields else ""
    )
    return "\n".join([*lines, "", *(paint(each, "2") for each in _lines(f"{_basis(report)}{told}", width)), ""])


def _shade(report: Report) -> Risk:
    """How the verdict looks: somebody should look at drift, however little it takes to bring it back."""
    return max(report.risk, Risk.NOTICED) if report.source == "drift" else report.risk


def _counted(fields: Sequence[str]) -> str:
    return "1 field differs" if len(fields) == 1 else f"{len(fields)} fields differ"


def _lines(text: str, width: int | None, indent: str = "") -> list[str]:
    if width is None or "\n" in text:
        return [f"{indent}{text}"]
    further = f"{indent}{indent}"
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _in_markdown(finding: Finding) -> str:
    about = _about(finding)
    return f"`{about}`: {_escaped(finding.sentence)}" if about else _escaped(finding.sentence)


def _escaped(text: str) -> str:
    """A sentence whose values mean nothing to Markdown: no emphasis, no tag, no link, nobody called."""
    return "".join(each if each.startswith("`") else _MEANT.sub(_as_it_is, each) for each in _CODE.split(text))


def _as_it_is(found: re.Match[str]) -> str:
    text = found[0]
    if text in ("@", "#"):
        return f"{text}<!-- -->"
    return "&lt;" if text == "<" else "".join(f"\\{each}" for each in text)


def _about(finding: Finding) -> str:
    """What a finding is about, where its sentence doesn't name it."""
    named = finding.about in finding.sentence or finding.about.endswith(" objects")
    return "" if named else finding.about


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
