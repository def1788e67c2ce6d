"""`python -m local.engine ARGUMENTS`: any Pulumi command with the project's engine; `--env` shows the set-up."""

import os
import shlex
import sys

from local.paths import KUBECONFIG
from local.problem import Problem
from local.progress import Progress

from .choice import prepare


def main() -> int:
    """Become the command that the arguments name.

    Returns:
        A status when there is no command, or no engine.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["exec"]:
        arguments = arguments[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: python -m local.engine --env | [exec] PULUMI-ARGUMENTS, such as `stack ls` or `preview`")
        return 0 if arguments else 2
    kubeconfig = KUBECONFIG if KUBECONFIG.exists() and not os.environ.get("KUBECONFIG") else None
    try:
        engine = prepare(Progress(), kubeconfig=kubeconfig)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments == ["--env"]:
        print(f"# {engine.description}")
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(engine.settings.items())))
        return 0
    return os.execve(engine.program, ["pulumi", *arguments], engine.env)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
