"""`python -m local up|down|smoke|status|preview|backup|restore|pulsar-admin`: what the Makefile's targets call."""

from __future__ import annotations

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

from components.mistakes import NotADeployment

from .problem import Problem
from .progress import Progress

if TYPE_CHECKING:
    from .pulumi_stack import PulumiStack
    from .stacks import Stack


def main() -> int:
    """Run the command that the arguments name.

    Returns:
        0, or 1 with the reason on stderr.
    """
    parser = argparse.ArgumentParser(prog="local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in _COMMANDS.items():
        command = commands.add_parser(name, help=words)
        command.add_argument("--stack", default="local", help="the stack's name (default: local)")
        if name == "restore":
            command.add_argument("--snapshot", default="", help="the snapshot's name (default: the newest)")
            command.add_argument("--yes", action="store_true", help="lose what came after the snapshot")
        if name in ("pulsar-admin", "preview", "status"):
            command.add_argument("--args", default="", help="more arguments, as the shell would split them")
    arguments = parser.parse_args()
    try:
        return _run(arguments)
    except (Problem, NotADeployment) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on from where it was.", file=sys.stderr)
        return 130


_COMMANDS = {
    "up": "bring a stack up, with all it needs, and send messages through it",
    "down": "destroy a stack, and the cluster under the local one",
    "smoke": "send messages through a stack that is up",
    "status": "show brokers, bookies, topics and tenants as they are now",
    "preview": "show what `up` would change",
    "backup": "take a snapshot of the metadata now",
    "restore": "put a snapshot of the metadata back",
    "pulsar-admin": "run pulsar-admin in the stack's toolset pod",
}


def _run(arguments: argparse.Namespace) -> int:
    from . import stacks

    progress = Progress()
    stack = stacks.read(arguments.stack)
    if arguments.command == "pulsar-admin":
        return _pulsar_admin(stack, shlex.split(arguments.args), progress)

    if arguments.command in ("backup", "restore"):
        from . import restore

        selected = _selected_if_needed(stack, progress)
        if arguments.command == "backup":
            restore.backup(stack, selected, progress)
        else:
            restore.restore(stack, selected, progress, arguments.snapshot or None, confirmed=arguments.yes)
        return 0

    if arguments.command == "status":
        from . import status

        kubeconfig = stacks.kubeconfig(stack, _selected_if_needed(stack, progress))
        status.status(stack, kubeconfig, shlex.split(arguments.args))
        return 0

    from . import up

    if arguments.command == "up":
        up.up(stack, progress)
    elif arguments.command == "down":
        up.down(stack, progress)
    elif arguments.command == "smoke":
        up.check(stack, _selected_if_needed(stack, progress), progress)
    else:
        selected = _selected(stack, progress)
        selected.select()
        selected.run(["preview", *shlex.split(arguments.args)])
    return 0


def _pulsar_admin(stack: Stack, words: list[str], progress: Progress) -> int:
    from . import reach, stacks

    tools = ("pulsar-admin", "pulsar-client", "pulsar-perf", "bookkeeper")
    tool, *rest = words if words and words[0] in tools else ("pulsar-admin", *words)
    kubeconfig = stacks.kubeconfig(stack, _selected_if_needed(stack, progress))
    return reach.run_in_toolset(stack, kubeconfig, [f"bin/{tool}", *rest])


def _selected(stack: Stack, progress: Progress) -> PulumiStack:
    from . import engine as engines
    from .pulumi_stack import PulumiStack

    return PulumiStack(stack, engines.prepare(progress, kubeconfig=None))


def _selected_if_needed(stack: Stack, progress: Progress) -> PulumiStack | None:
    """The stack in the engine's hands, where the kubeconfig is a secret that only the engine can read."""
    return _selected(stack, progress) if stack.needs_engine else None


if __name__ == "__main__":
    sys.exit(main())
