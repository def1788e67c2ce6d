"""The command `report`: what it is told, which sources it uses, and how it ends."""

import argparse
import json
import os
import pathlib
import shutil
import sys
from typing import TYPE_CHECKING

from .risk import BY_WORD, Risk

if TYPE_CHECKING:
    from .report import Report

_WIDEST = 120
"""Characters of a line in a terminal, however wide it is."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command can be told."""
    words = [risk.word for risk in Risk if risk]
    parser.add_argument("stack", help="the stack's name")
    parser.add_argument("--base", default="origin/main", help="what the branch is compared with (default: origin/main)")
    parser.add_argument("--engine", action="store_true", help="ask Pulumi's engine, which needs state and credentials")
    parser.add_argument("--format", choices=("terminal", "markdown", "json"), default="terminal")
    parser.add_argument("--fields", action="store_true", help="list every field that differs in the terminal as well")
    parser.add_argument("--out", type=pathlib.Path, help="a file to write to (default: print it)")
    parser.add_argument(
        "--fail-on",
        choices=[*words, "never"],
        default="refused",
        help="end with 2 from this risk on (default: refused)",
    )


def run(told: argparse.Namespace) -> int:
    """Review the change.

    Returns:
        0, or 2 where it is as risky as `--fail-on` says.

    Raises:
        Problem: there is no such base, or the program broke.
    """
    from . import report, sides, writing

    with sides.checkout(told.base) as base:
        before, after = sides.both(told.stack, base)
    plan = None
    if told.engine and not (after.mistakes or after.absent):
        from . import engine_plan

        plan = engine_plan.of(told.stack)
    result = report.review(told.stack, base.commit, before, after, plan)
    if told.format == "json":
        text = json.dumps(result.as_json(), indent=2) + "\n"
    elif told.format == "markdown":
        text = writing.markdown(result)
    else:
        text = as_shown(result, fields=told.fields, file=told.out)
    if told.out:
        told.out.write_text(text)
    else:
        print(text, end="")
    threshold = BY_WORD.get(told.fail_on)
    return 2 if threshold is not None and result.risk >= threshold else 0


def as_shown(report: "Report", *, fields: bool = False, file: pathlib.Path | None = None) -> str:
    """A report as this terminal shows it; plain, with a finding a line, where there is none.

    Args:
        report: the report.
        fields: whether each field that differs is listed.
        file: where it goes. Default: it is printed.
    """
    from . import writing

    shown = sys.stdout.isatty() and file is None
    width = min(shutil.get_terminal_size().columns, _WIDEST) if shown else None
    # https://no-color.org
    return writing.terminal(report, colour=shown and not os.environ.get("NO_COLOR"), width=width, fields=fields)
