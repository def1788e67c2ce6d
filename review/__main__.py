"""`python -m review COMMAND`: what the Makefile's targets and the workflows call."""

import argparse
import datetime
import gc
import os
import shlex
import sys
from typing import TYPE_CHECKING

from components.mistakes import NotADeployment
from local.problem import Problem

from . import drift, posting, reporting, touched

if TYPE_CHECKING:
    from .environments import Known


_RUN = {"report": reporting.run, "touched": touched.run, "comment": posting.run, "drift": drift.run}


def main() -> int:
    """Run the command that the arguments name.

    Returns:
        0; 1 with the reason on stderr; 2 where a `report` is as risky as `--fail-on` says, and
        where there is `drift`.
    """
    parser = argparse.ArgumentParser(prog="review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("environments", help="list every stack file, and what is known of its environment")
    diff = commands.add_parser("diff", help="how two environments or more differ")
    diff.add_argument("stacks", help="their names, with commas between them")
    diff.add_argument("--args", default="", help="--keys: the keys of conf files as well")
    reporting.arguments(commands.add_parser("report", help="what this branch does to a stack, in Pulsar's terms"))
    touched.arguments(commands.add_parser("touched", help="the stacks that this branch touches"))
    posting.arguments(commands.add_parser("comment", help="write reports under a pull request, one comment each"))
    drift.arguments(commands.add_parser("drift", help="whether what runs is what the stack file says"))
    arguments = parser.parse_args()
    try:
        if arguments.command in _RUN:
            return _RUN[arguments.command](arguments)
        if arguments.command == "environments":
            return _environments()
        return _diff([name for name in arguments.stacks.replace(",", " ").split() if name], arguments.args)
    except (NotADeployment, Problem) as error:
        print(error, file=sys.stderr)
        return 1


def _environments() -> int:
    from evaluation import stack_files

    from . import environments

    states, now = _states(), datetime.datetime.now(datetime.UTC)
    rows = [environments.row(name, states, now) for name in stack_files.names()]
    print(environments.rendered(rows), end="")
    return 0


def _states() -> "dict[str, Known] | None":
    """What the engine knows, where there is one: a list must not take as long as building it does."""
    from local import engine as engines
    from local.progress import Progress

    from . import environments

    if not engines.is_chosen():
        return None
    try:
        engine = engines.prepare(Progress(), kubeconfig=None)
        return environments.known(engine.run(["stack", "ls", "--json"], stack=None, capture=True))
    except Problem as error:
        print(f"What is up can't be told: {error}", file=sys.stderr)
        return None


def _diff(names: list[str], words: str) -> int:
    from . import differences

    if len(set(names)) < 2:
        print("Name two stacks or more: make diff STACKS=onprem,aws", file=sys.stderr)
        return 1
    unknown = [word for word in shlex.split(words) if word != "--keys"]
    if unknown:
        print(f"{unknown[0]!r} is not an argument of diff. There is --keys.", file=sys.stderr)
        return 1
    found = differences.of_stacks(names)
    print(differences.rendered(names, found, keys="--keys" in shlex.split(words)), end="")
    return 0


if __name__ == "__main__":
    # A short life: what would be collected goes with the process, and looking for it takes a fifth of the time.
    gc.disable()
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough.
        status = 1
    sys.stderr.flush()
    # What was imported is not taken apart either: that would take a fourth of the time again.
    os._exit(status)
