"""`python -m evaluation.schema [--check]`: what editors check stack files and bases with, written to `stacks/`."""

import argparse
import json
import pathlib
import sys
from collections.abc import Mapping
from typing import Any

from components import stack_schema
from local.paths import PROJECT

FOLDER = PROJECT / "stacks"
STACK_FILES = "schema.json"


def text() -> str:
    """The schema of stack files as its file holds it."""
    return _text(stack_schema.of_stack_files())


def texts() -> Mapping[str, str]:
    """Each schema as its file holds it, by the file's name."""
    return {STACK_FILES: text(), stack_schema.BASE_FILE: _text(stack_schema.of_bases())}


def _text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def complaints(folder: pathlib.Path = FOLDER) -> list[str]:
    """What is wrong with the files, as sentences; nothing when they say what the model says."""
    found: list[str] = []
    for name, says in texts().items():
        path = folder / name
        if not path.exists():
            found.append(f"{name} is missing. Write it with `python -m evaluation.schema`.")
        elif path.read_text() != says:
            found.append(
                f"{name} is not what the model says any more. Write it again with `python -m evaluation.schema`."
            )
    return found


def main(arguments: list[str], folder: pathlib.Path = FOLDER) -> int:
    """Write the files, or check them.

    Returns:
        0, or 1 when they were to be checked and one is out of date.
    """
    parser = argparse.ArgumentParser(prog="evaluation.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a file is out of date")
    if not parser.parse_args(arguments).check:
        for name, says in texts().items():
            (folder / name).write_text(says)
            print(f"{name} is written.")
        return 0
    found = complaints(folder)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
