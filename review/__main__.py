"""`python -m review report`, `environments` and `diff STACK STACK…`: what the Makefile's targets call."""

import argparse
import datetime
import shlex
import sys
from typing import TYPE_CHECKING

from components.mistakes import NotADeployment
from local.problem import Problem

from . import reporting

if TYPE_CHECKING:
    from .environments import Known


def main() -> int:
    """Run the command that the arguments name.

    Returns:
        0; 1 with the reason on stderr; of `report` 2 where the change is as risky as `--fail-on` says, or more.
    """
    parser = argparse.ArgumentParser(prog="review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("environments", help="list every stack file, and what is known of its environment")
    diff = commands.add_parser("diff", help="how two environments or more differ")
    diff.add_argument("stacks", help="their names, with commas between them")
    diff.add_argument("--args", default="", help="--keys: the keys of conf files as well")
    reporting.arguments(commands.add_parser("report", help="what this branch does to a stack, in Pulsar's terms"))
    arguments = parser.parse_args()
    try:
        if arguments.command == "report":
            return reporting.run(arguments)
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
    sys.exit(main())
