"""Where panels stand: lines that fill Grafana's grid of 24 columns."""

import dataclasses
from collections.abc import Iterator, Sequence

from .panel import Panel, Section

COLUMNS = 24
_TITLE, _HEIGHTS = 1, {"stat": 4, "timeseries": 8, "bargauge": 8}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Placed:
    """A panel, or a section's title, with its place."""

    what: Panel | str
    x: int
    y: int
    width: int
    height: int


def placed(sections: Sequence[Section]) -> Iterator[Placed]:
    """Every title and panel, from the top.

    Raises:
        ValueError: a line's panels can't share its width alike.
    """
    y = 0
    for section in sections:
        yield Placed(what=section.title, x=0, y=y, width=COLUMNS, height=_TITLE)
        y += _TITLE
        for line in section.lines:
            if not line or COLUMNS % len(line):
                raise ValueError(f"{section.title}: {len(line)} panels can't share {COLUMNS} columns alike")
            width, height = COLUMNS // len(line), max(_HEIGHTS[each.kind] for each in line)
            for at, each in enumerate(line):
                yield Placed(what=each, x=at * width, y=y, width=width, height=height)
            y += height
