"""`python -m evaluation.schema [--check]`: what editors check a stack file with, written to `stacks/schema.json`."""

import argparse
import json
import pathlib
import sys

from components import stack
from local.paths import PROJECT

PATH = PROJECT / "stacks" / "schema.json"


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(stack.schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def complaint(path: pathlib.Path = PATH) -> str | None:
    """What is wrong with the file, as a sentence; nothing when it says what the model says."""
    if not path.exists():
        return f"{path.name} is missing. Write it with `python -m evaluation.schema`."
    if path.read_text() != text():
        return f"{path.name} is not what the model says any more. Write it again with `python -m evaluation.schema`."
    return None


def main(arguments: list[str], path: pathlib.Path = PATH) -> int:
    """Write the file, or check it.

    Returns:
        0, or 1 when it was to be checked and is out of date.
    """
    parser = argparse.ArgumentParser(prog="evaluation.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the file is out of date")
    if not parser.parse_args(arguments).check:
        path.write_text(text())
        print(f"{path.name} is written.")
        return 0
    problem = complaint(path)
    if problem:
        print(problem, file=sys.stderr)
    return int(problem is not None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
