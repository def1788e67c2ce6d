"""`python -m evaluation render STACK FOLDER` and `explain STACK`: what a stack file means, without an engine."""

import argparse
import pathlib
import sys

from components.mistakes import NotADeployment


def main() -> int:
    """Run the command that the arguments name."""
    parser = argparse.ArgumentParser(prog="evaluation", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rendering = commands.add_parser("render", help="write every Kubernetes object as a file")
    rendering.add_argument("stack")
    rendering.add_argument("folder", type=pathlib.Path)
    commands.add_parser("explain", help="print every effective value and where it came from").add_argument("stack")
    arguments = parser.parse_args()
    if arguments.command == "explain":
        from . import explain

        return explain.main(arguments.stack)
    try:
        return _render(arguments.stack, arguments.folder)
    except (NotADeployment, FileExistsError) as error:
        print(error, file=sys.stderr)
        return 1


def _render(stack: str, folder: pathlib.Path) -> int:
    from . import program, render, stack_files

    count, stale = render.write(render.manifests(program.evaluate(stack, stack_files.read(stack))), folder, stack)
    print(f"{count} objects are in {folder}{f', {stale} that are gone were deleted' if stale else ''}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
