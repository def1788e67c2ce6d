"""A setting without a meaning is an empty line in the reference and in the editor, and nobody learns what to write."""

from collections.abc import Iterator

import pytest

from components import meanings, stack
from components.model import Spec
from components.monitoring.prometheus import PrometheusServiceSpec
from components.shape import of_field


def below(part: type[Spec]) -> Iterator[type[Spec]]:
    yield part
    for field in part.model_fields.values():
        place = of_field(field)
        for inner in (place.element or place).models:
            yield from below(inner)


EVERY = sorted(set(below(stack.StackSpec)), key=lambda part: part.__qualname__)


@pytest.mark.parametrize("part", EVERY, ids=lambda part: part.__qualname__)
def test_every_setting_has_a_meaning(part: type[Spec]):
    assert [name for name in part.model_fields if not meanings.of(part, name)] == []


def test_a_setting_that_a_part_has_from_another_keeps_its_meaning():
    assert PrometheusServiceSpec.model_fields["type"]
    assert meanings.of(PrometheusServiceSpec, "type") == meanings.of(PrometheusServiceSpec.__mro__[1], "type")


def test_a_meaning_is_one_line():
    assert "\n" not in meanings.of(stack.StackSpec, "pipelines")
    assert meanings.of(stack.StackSpec, "pipelines").startswith("Functions and connectors that are deployed as one")


def test_what_is_no_setting_means_nothing():
    assert meanings.of(stack.StackSpec, "bookies") == ""
