"""Tables as people read them in a terminal."""

from collections.abc import Sequence

NONE = "-"
"""What stands where there is nothing."""


def table(lines: Sequence[Sequence[str]]) -> str:
    """Lines of as many cells each, in columns that are as wide as the widest cell."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = ("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "".join(f"{row.rstrip()}\n" for row in rows)
