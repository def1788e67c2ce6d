"""The stacks that a reader can copy from: the files in `stacks/`, and the blocks of YAML in pages of `docs/`."""

import dataclasses
import functools
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import yaml

from components import bases
from components.mistakes import NotADeployment
from components.pulsar.spec import PulsarSpec
from components.stack import StackSpec, read
from evaluation import reference, stack_files
from evaluation.program import Registered, evaluate
from local.paths import PROJECT
from tests import stack_file


@dataclasses.dataclass(frozen=True)
class Example:
    """A stack that a reader can copy from."""

    where: str
    config: dict[str, Any]

    @functools.cached_property
    def spec(self) -> StackSpec | None:
        """What it says; nothing where it is mistaken."""
        try:
            return read(self.config[stack_files.SPEC], self.where)
        except NotADeployment:
            return None

    @functools.cached_property
    def evaluated(self) -> list[Registered]:
        """What the program registers for it."""
        secrets = self.spec.secrets if self.spec else ()
        return evaluate("example", {**self.config, **{f"pulsar:{key}": "made up" for key in secrets}})


PAGES = sorted({PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")} - {reference.PATH})
"""What people wrote: the reference of settings lists every variant by itself."""


def blocks(page: pathlib.Path) -> Iterator[dict[str, Any]]:
    """The parts of a stack file that a page shows, as whole ones."""
    for text in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        shown = yaml.safe_load(text)
        # What leaves something out is a sketch, and nothing to copy.
        if not isinstance(shown, dict) or "…" in text:
            continue
        if "config" in shown:
            yield shown["config"]
        elif shown.keys() <= StackSpec.model_fields.keys() | PulsarSpec.model_fields.keys():
            parts = shown.items() if shown.keys() <= StackSpec.model_fields.keys() else [("pulsar", shown)]
            smallest = stack_file.raw()
            yield {
                stack_files.SPEC: smallest
                | {name: {**(smallest[name] if name == "pulsar" else {}), **part} for name, part in parts}
            }


EXAMPLES = [
    *(Example(f"stacks/Pulumi.{name}.yaml", stack_files.read(name)) for name in stack_files.names()),
    *(Example(str(page.relative_to(PROJECT)), config) for page in PAGES for config in blocks(page)),
]


_BESIDE_PULSAR = ("operators", "tenants", "functions", "connectors", "pipelines")


def with_operators() -> list[Example]:
    """The examples that hand something to an operator."""
    specs = [(each, bases.merge(each.config[stack_files.SPEC]).spec) for each in EXAMPLES]
    return [
        each
        for each, spec in specs
        if any(spec.get(part) for part in _BESIDE_PULSAR)
        or (spec.get("pulsar") or {}).get("operator")
        or (spec.get("monitoring") or {}).get("kind") == "prometheus-operator"
    ]
