"""What runs and is not what the stack file says: the engine's preview after a refresh, as a report and as an issue."""

import argparse
import pathlib
import sys

from .reporting import as_shown


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command can be told."""
    parser.add_argument("stack", help="the stack's name")
    parser.add_argument(
        "--out", type=pathlib.Path, help="a file for the report in Markdown (default: print it, as lines in a terminal)"
    )
    parser.add_argument("--issue", action="store_true", help="keep one issue about it on GitHub or GitLab")


def run(told: argparse.Namespace) -> int:
    """Compare what runs with the stack file. Nothing is changed.

    Returns:
        0 where they agree, 2 where they don't.

    Raises:
        Problem: the preview failed, or the forge refuses.
    """
    from . import engine_plan, forge, posting, writing
    from .effects import of_changes
    from .report import Report
    from .rolls import rolls

    changes = engine_plan.of(told.stack, "--refresh")
    found = sorted(of_changes(changes, {}), key=lambda each: -each.risk)
    report = Report(told.stack, "what runs", found, rolls(changes), changes, source="drift")
    text = writing.markdown(report) if changes else None
    if text is None:
        print(f"{told.stack}: what runs is what the stack file says.")
    elif told.out:
        told.out.write_text(text)
    else:
        print(as_shown(report, fields=True) if sys.stdout.isatty() else text, end="")
    if told.issue:
        print(f"issue: {posting.issue(forge.of_environment(), told.stack, text)}")
    return 2 if changes else 0
