"""Pipelines: functions and connectors that are deployed as one."""

from collections.abc import Iterator

from ..model import Name, Spec


class PipelineSpec(Spec):
    """Functions and connectors of this stack that belong together: one `FunctionMesh` of the operator's.

    Where Pulsar's own worker runs them, they are deployed one by one as always.
    """

    functions: tuple[Name, ...] = ()
    """Functions, by their names under `functions`."""
    connectors: tuple[Name, ...] = ()
    """Connectors, by their names under `connectors`."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Nothing in it, or something twice."""
        if not self.functions and not self.connectors:
            yield "functions", "is missing, and connectors as well: a pipeline has at least one of either."
        for section in ("functions", "connectors"):
            names = getattr(self, section)
            for name in sorted({each for each in names if names.count(each) > 1}):
                yield section, f"has {name} twice. Name it once."
