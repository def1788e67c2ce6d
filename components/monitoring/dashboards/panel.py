"""A dashboard as a typed value, before it is written in Grafana's own words."""

import dataclasses
from typing import Literal

Unit = Literal["short", "mps", "Bps", "bytes", "ms", "s", "percent", "percentunit", "ops", "cps", "none"]
"""Grafana's names: messages, bytes and operations per second, bytes, times, shares of 100 and of 1, counts."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked of Prometheus."""

    expression: str
    """PromQL, with Grafana's variables in it."""
    legend: str
    """The name of each series, such as `{{pod}}`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture."""

    title: str
    description: str
    """What it shows, and when to worry."""
    unit: Unit
    queries: tuple[Query, ...]
    kind: Literal["timeseries", "stat", "bargauge"] = "timeseries"
    """Over time; the value now; the values now as bars, the longest of which are asked for."""
    limit: float | None = None
    """From which value it is red. Default: no value is."""
    highest: float | None = None
    """Where the axis ends. Default: at the highest value."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Section:
    """Lines of panels below a title."""

    title: str
    lines: tuple[tuple[Panel, ...], ...]
    """The panels of a line share its width alike."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Variable:
    """What a reader chooses above the panels: values of a label."""

    name: str
    label: str
    query: str
    """Grafana's `label_values(…)`."""
    several: bool = True
    """Whether more than one may be chosen, and all of them are at first."""
    everything: str | None = None
    """The regular expression that stands for all of them. Default: each of the values, so what has none is left out."""
    at_first: str = ""
    """What is chosen at first, where only one is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mark:
    """What is marked in every picture over time: what may explain why a line bends there."""

    name: str
    expression: str
    """PromQL: a mark for each series."""
    title: str
    """Each mark's, such as `{{component}} started`."""
    text: str
    color: str
    is_moment: bool = False
    """Whether the series' value is the moment, in milliseconds since 1970. Otherwise it is marked while it is there."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dashboard:
    """One page."""

    slug: str
    """The end of its address and of its file's name: `brokers`."""
    title: str
    description: str
    sections: tuple[Section, ...]
    variables: tuple[Variable, ...] = ()
    """Beside the data source and the cluster, which all have."""
