"""One comment a stack on a pull request, and one issue a stack that drifted: updated, and never repeated."""

import argparse
import json
import os
import pathlib
import re
from collections.abc import Collection

from local.problem import Problem

from . import forge
from .forge import LONGEST, Forge

_MARK = re.compile(r"<!-- pulsar-(?P<kind>review|drift):(?P<stack>[a-z0-9][-a-z0-9]{0,99}) -->")
_CUT = "\n\n… the rest is too long for here; `python -m review report` prints all of it.\n"


def marked(text: str) -> str:
    """The line by which a text's own comment is found again.

    Raises:
        Problem: it has none; what comes from a pull request is not written just anywhere.
    """
    first = text.partition("\n")[0].strip()
    if not _MARK.fullmatch(first):
        raise Problem(f"The report begins with {first[:60]!r}, where its mark (<!-- pulsar-review:STACK -->) belongs.")
    return first


def shortened(text: str) -> str:
    """What fits into a comment: a cut is said, and what was opened before it is closed."""
    if len(text) <= LONGEST:
        return text
    kept = text[: LONGEST - 200].rpartition("\n")[0]
    closing = "\n```" * (kept.count("\n```") % 2) + "\n\n</details>" * (
        kept.count("<details>") - kept.count("</details>")
    )
    return f"{kept}{closing}{_CUT}"


def comment(where: Forge, number: int, text: str) -> str:
    """Write a report under a pull request, over the one that is there already.

    Returns:
        `written`, `updated` or `unchanged`.
    """
    mark, text = marked(text), shortened(text)
    for path, before in where.comments(number):
        if before.startswith(mark):
            # Forges end lines otherwise, and take blanks from the end.
            if before.replace("\r\n", "\n").strip() == text.strip():
                return "unchanged"
            where.change_comment(path, text)
            return "updated"
    where.write_comment(number, text)
    return "written"


def withdraw(where: Forge, number: int, touched: Collection[str]) -> list[str]:
    """Say in the comments about stacks that a pull request no longer touches that it doesn't.

    Args:
        where: the forge.
        number: the pull request.
        touched: the stacks that it does touch.

    Returns:
        The stacks whose comments were changed.
    """
    found = []
    for path, before in list(where.comments(number)):
        first = before.partition("\n")[0].strip()
        mark = _MARK.fullmatch(first)
        if not mark or mark["kind"] != "review" or mark["stack"] in touched:
            continue
        text = f"{first}\n### ⚪ {mark['stack']}: this pull request no longer touches it.\n"
        if before.replace("\r\n", "\n").strip() != text.strip():
            where.change_comment(path, text)
            found.append(mark["stack"])
    return found


def issue(where: Forge, stack: str, text: str | None) -> str:
    """Keep one open issue about a stack that drifted; close it when it doesn't any more.

    Args:
        where: the forge.
        stack: the stack's name.
        text: the report. Default: there is no drift.

    Returns:
        `opened`, `updated`, `closed` or `nothing to do`.
    """
    mark = f"<!-- pulsar-drift:{stack} -->"
    found = next(((path, before) for path, before in where.issues() if before.startswith(mark)), None)
    if text is None:
        if found is None:
            return "nothing to do"
        where.change_issue(
            found[0], f"{found[1].rstrip()}\n\nGone since: what runs is what the stack file says.\n", close=True
        )
        return "closed"
    body = shortened(f"{mark}\n{text}")
    if found:
        where.change_issue(found[0], body)
        return "updated"
    where.open_issue(f"{stack} has drifted from its stack file", body)
    return "opened"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command can be told."""
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="reports in Markdown, one a stack")
    parser.add_argument(
        "--touched", type=pathlib.Path, help="what `touched --json` printed: comments on other stacks are withdrawn"
    )
    parser.add_argument("--pull-request", type=int, help="its number (default: CI_MERGE_REQUEST_IID)")
    parser.add_argument("--head", help="the commit that the pull request is found by, where its number isn't known")


def run(told: argparse.Namespace) -> int:
    """Post the reports.

    Raises:
        Problem: there is no such pull request, or the forge refuses.
    """
    where = forge.of_environment()
    number = told.pull_request or int(os.environ.get("CI_MERGE_REQUEST_IID") or 0)
    if not number and told.head and isinstance(where, forge.GitHub):
        number = where.pull_request(told.head) or 0
        if not number:
            print(f"No open pull request is at {told.head[:12]} any more: nothing is posted.")
            return 0
    if not number:
        raise Problem("Which pull request? Name it: --pull-request NUMBER, or --head COMMIT on GitHub.")
    for path in told.files:
        print(f"{path.name}: {comment(where, number, _read(path))}")
    if told.touched:
        for stack in withdraw(where, number, _stacks(told.touched)):
            print(f"{stack}: withdrawn")
    return 0


def _read(path: pathlib.Path) -> str:
    try:
        return path.read_text()
    except OSError:
        raise Problem(f"There is no report {path}: its review ended before it wrote one.") from None


def _stacks(path: pathlib.Path) -> list[str]:
    try:
        told = json.loads(_read(path))
    except ValueError:
        told = None
    if not isinstance(told, list):
        raise Problem(f"{path} is no list of stacks. `python -m review touched --json` prints one.")
    return [str(each) for each in told]
