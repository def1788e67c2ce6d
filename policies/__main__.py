"""The policy pack: what the engine starts for `--policy-pack policies`."""

import pathlib
import sys


def main() -> None:
    """Serve every rule."""
    # The engine starts this folder as a program. Its modules are found by their package's name, beside the library.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

    from policies import crossguard
    from policies.rules import RULES

    crossguard.serve(RULES)


if __name__ == "__main__":
    main()
