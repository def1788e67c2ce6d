"""A variant of a union is complete when somebody can use it: an example that deploys, the schema, and words about it.

A new name in `ClusterSpec`, `TieredStorage`, `MetadataSpec`, `ConfigurationMetadataSpec`, `OperatorChoice`,
`MonitoringSpec`, `ConsoleSpec` or `ProtocolsSpec` fails here until it has all of them. An example is a stack file in
`stacks/`, or a block of YAML in a page of `docs/`: a part of the spec, by its own name.
"""

import dataclasses
import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from components.apps.console import ConsoleSpec
from components.buckets import TieredStorage
from components.clusters import ClusterSpec
from components.monitoring import MonitoringSpec
from components.operators.choice import OperatorChoice
from components.pulsar.metadata import ConfigurationMetadataSpec, MetadataSpec
from components.pulsar.protocols import ProtocolsSpec
from components.stack import StackSpec, read
from evaluation import schema, stack_files
from policies.rule import Resource, findings
from policies.rules import RULES, images, pods
from tests import editor
from tests.examples import EXAMPLES, PAGES, Example


@dataclasses.dataclass(frozen=True)
class Variant:
    """One of the things that may stand in a place of the stack file."""

    place: str
    """`cluster`, `monitoring` or `console`, or a part of `pulsar`."""
    tag: str
    """How a stack file chooses it."""
    written: str
    """What a reader looks for: `provider: eks`."""

    def __str__(self) -> str:
        return f"{self.place}: {self.tag}"

    def is_used_by(self, spec: StackSpec) -> bool:
        """Whether a stack runs on it."""
        if self.place == "protocols":
            return bool(getattr(spec.pulsar.protocols, self.tag))
        part = getattr(spec if self.place in ("cluster", "monitoring", "console") else spec.pulsar, self.place)
        return part is not None and self.tag == getattr(part, self.written.partition(":")[0])


def of_union(place: str, union: Any, discriminator: str) -> Iterator[Variant]:
    """Every variant that pydantic would tell apart."""
    alternatives = typing.get_args(typing.get_args(union)[0]) or (typing.get_args(union)[0],)
    for model in alternatives:
        for tag in typing.get_args(model.model_fields[discriminator].annotation):
            yield Variant(place, tag, f"{discriminator}: {tag}")


BOOKIES = {
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:bookkeeper.streamnative.io/v1alpha1:BookKeeperCluster",
    "kubernetes:kaap.oss.datastax.com/v1beta1:PulsarCluster",
}
"""What bookies are made from, by this program or by an operator."""
VARIANTS = [
    *of_union("cluster", ClusterSpec, "provider"),
    *of_union("tiered_storage", TieredStorage, "kind"),
    *of_union("metadata", MetadataSpec, "store"),
    *of_union("configuration_metadata", ConfigurationMetadataSpec, "store"),
    *of_union("operator", OperatorChoice, "kind"),
    *of_union("monitoring", MonitoringSpec, "kind"),
    *of_union("console", ConsoleSpec, "kind"),
    *(Variant("protocols", name, f"{name}:") for name in ProtocolsSpec.model_fields),
]


def examples_of(variant: Variant) -> list[Example]:
    return [each for each in EXAMPLES if each.spec and variant.is_used_by(each.spec)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.where)
def test_an_example_is_what_it_shows_and_nothing_in_it_is_mistaken(example: Example):
    assert read(example.config[stack_files.SPEC], example.where)
    editor.STACK_FILE.validate({"config": example.config})


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_variant_has_an_example_to_copy_from(variant: Variant):
    assert examples_of(variant), (
        f"No stack file and no page shows {variant.written} ({variant.place}). Add a stack to stacks/, or a block of "
        "YAML to a page of docs/."
    )


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_the_program_runs_on_every_variant_s_example(variant: Variant):
    for example in examples_of(variant)[:1]:
        kinds = {each.type for each in example.evaluated}

        assert kinds & BOOKIES, f"{example.where} deploys no bookies."


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_a_variant_keeps_to_the_rules(variant: Variant):
    for example in [each for each in examples_of(variant) if "local" not in each.where][:1]:
        resources = [
            Resource(type=each.type, name=each.name, properties=each.inputs, protected=True)
            for each in example.evaluated
        ]

        # Which registry an example has its handlers from is its own, and an operator's pods are as safe as it makes
        # them: a stack's own rules exempt its namespace by name.
        own = {images.TRUSTED.id} | ({pods.NAMESPACE.id} if variant.place == "operator" else set())
        mandatory = [rule for rule in RULES if rule.level == "mandatory" and rule.id not in own]
        assert [sentence for rule in mandatory for _, sentence in findings(rule, resources)] == []


@pytest.mark.parametrize("variant", [each for each in VARIANTS if each.place == "cluster"], ids=str)
def test_every_cloud_has_a_stack_of_its_own(variant: Variant):
    shown = [each.where for each in examples_of(variant) if each.where.startswith("stacks/")]

    assert shown, (
        f"No stack in stacks/ has {variant.written}: previews, replays, inventories and the policy pack run over those."
    )


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_a_page_tells_about_every_variant(variant: Variant):
    mention = re.compile(rf"`[^`\n]*\b{re.escape(variant.tag)}\b[^`\n]*`|{re.escape(variant.written)}")

    assert [page.name for page in PAGES if mention.search(page.read_text())], (
        f"No page of docs/ says what {variant.written} ({variant.place}) is for, and what it needs."
    )


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_editors_complete_every_variant(variant: Variant):
    text = schema.text()

    assert f'"{variant.tag}"' in text
