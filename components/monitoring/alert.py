"""An alert as a typed value, and as Prometheus and its operator write it."""

import dataclasses
from collections.abc import Iterable
from typing import Any, Literal

RUNBOOKS = "docs/runbooks.md"
"""The page with what to do, a section for each alert."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alert:
    """One alerting rule."""

    name: str
    """What it is called, in CamelCase as Prometheus' own are."""
    expression: str
    """PromQL. The alert fires for each series that it gives."""
    wait: str
    """Prometheus' `for`: how long the expression must have given it."""
    severity: Literal["critical", "warning"]
    """`critical`: data or clients are at risk now, wake somebody. `warning`: look at it in working hours."""
    summary: str
    """What is wrong, in one line."""
    description: str
    """What follows from it."""

    @property
    def runbook(self) -> str:
        """Where the page says what to do."""
        return f"{RUNBOOKS}#{self.name.lower()}"

    def rule(self) -> dict[str, Any]:
        """As a rule file has it."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.wait,
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary, "description": self.description, "runbook": self.runbook},
        }


def rules(alerts: Iterable[Alert]) -> dict[str, Any]:
    """The content of a rule file, and the `spec` of a PrometheusRule."""
    return {"groups": [{"name": "pulsar", "rules": [each.rule() for each in alerts]}]}
