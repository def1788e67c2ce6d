"""Which stacks a branch touches: those whose files it changes, or all where it changes the program."""

import argparse
import json
from collections.abc import Iterable, Mapping

from local.paths import PROJECT

from . import history

STACKS = "stacks/"
_PROGRAM = (
    "__main__.py",
    "Pulumi.yaml",
    "components/",
    "plugin/",
    "provider/",
    "examples/",
    "requirements.lock",
    "requirements-clouds.lock",
)
"""What the program of every stack is made of. Functions' code is below `examples/`, or where a team keeps its own."""


def touched(changed: Iterable[str], files: Mapping[str, Iterable[str]]) -> list[str]:
    """The stacks that may become something else.

    A stack of which a review then says that nothing changes is no mistake; one that is left out would be.

    Args:
        changed: the paths that a branch changes, from the project's folder.
        files: each stack's own file, the bases that it extends, and the code that it names.
    """
    paths = set(changed)
    if any(path.startswith(_PROGRAM) for path in paths):
        return sorted(files)
    return sorted(stack for stack, own in files.items() if paths.intersection(own))


def files_of_stacks() -> dict[str, set[str]]:
    """What each stack is made of beside the program, by its name."""
    from components import bases
    from components.mistakes import NotADeployment
    from evaluation import stack_files

    found = {}
    for stack in stack_files.names():
        own = {f"{STACKS}Pulumi.{stack}.yaml"}
        try:
            merged = bases.merge(stack_files.read(stack)[stack_files.SPEC])
        except NotADeployment:
            # Its own review says what is wrong.
            found[stack] = own
            continue
        own |= {f"{STACKS}{layer.file}" for layer in merged.layers if layer.file}
        # A base that can't be read may be what is changed.
        own |= {f"{STACKS}{each.file}" for each in merged.wrong if each.file}
        found[stack] = own | set(_code(merged.spec))
    return found


def _code(spec: object) -> Iterable[str]:
    """Every file of the project that a spec names."""
    if isinstance(spec, Mapping):
        for value in spec.values():
            yield from _code(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _code(value)
    elif isinstance(spec, str) and "/" in spec and len(spec) < 300 and (PROJECT / spec).is_file():
        yield spec


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command can be told."""
    parser.add_argument("--base", default="origin/main", help="what the branch is compared with (default: origin/main)")
    parser.add_argument("--order", default="", help="only these, in this order, with commas between them")
    parser.add_argument("--json", action="store_true", help="as a list in JSON, for a matrix of jobs")


def run(told: argparse.Namespace) -> int:
    """Print the stacks, a line each."""
    found = touched(history.changed(history.left(told.base)), files_of_stacks())
    if order := [name for name in told.order.replace(",", " ").split() if name]:
        found = [stack for stack in order if stack in found]
    print(json.dumps(found) if told.json else "\n".join(found))
    return 0
