"""`python -m policies.reference [--check]`: the table of every rule in `docs/howto/policies.md`."""

import argparse
import json
import pathlib
import sys

from .rule import AnyRule, ResourceRule, StackRule
from .rules import RULES

PATH = pathlib.Path(__file__).resolve().parent.parent / "docs" / "howto" / "policies.md"
BEGIN = "<!-- Written by `python -m policies.reference` -->"
END = "<!-- Until here -->"
_WRITE = "Write it again with `python -m policies.reference`."


def table() -> str:
    """A row for each rule, and one for each of their settings."""
    rows = "\n".join(_row(rule) for rule in RULES)
    settings = "\n".join(
        f"| `{rule.id}` | `{name}` | `{json.dumps(setting.default)}` | {setting.meaning} |"
        for rule in RULES
        for name, setting in rule.settings.items()
    )
    return (
        f"| Rule | Level | Asked | What it says | Where it comes from |\n|---|---|---|---|---|\n{rows}\n\n"
        f"| Rule | Setting | Default | Meaning |\n|---|---|---|---|\n{settings}\n"
    )


def _row(rule: AnyRule) -> str:
    asked = "of the whole stack" if isinstance(rule, StackRule) else "of each resource"
    mends = ", can mend" if isinstance(rule, ResourceRule) and rule.remedy else ""
    return f"| `{rule.id}` | {rule.level} | {asked}{mends} | {rule.says} | {rule.source} |"


def written(page: str) -> str:
    """The page with the tables in their place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def main(arguments: list[str], path: pathlib.Path = PATH) -> int:
    """Write the tables into the page, or check them.

    Returns:
        0, or 1 if they were to be checked and are not what the rules say.
    """
    parser = argparse.ArgumentParser(prog="policies.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the page is up to date")
    page = path.read_text()
    if not parser.parse_args(arguments).check:
        path.write_text(written(page))
    elif page != written(page):
        print(f"{path.name} doesn't list the rules as they are. {_WRITE}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
