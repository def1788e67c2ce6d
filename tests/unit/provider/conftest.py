"""A Pulsar in this process, empty and with something in it."""

from collections.abc import Iterator

import pytest

from provider.admin import Admin
from tests.inside_pulsar import EACH, Said
from tests.pulsar_rest import Pulsar, pulsar


@pytest.fixture
def there() -> Iterator[tuple[Pulsar, Admin]]:
    with pulsar() as made:
        yield made


@pytest.fixture
def shop(there: tuple[Pulsar, Admin]) -> tuple[Pulsar, Admin]:
    """With the tenant, the namespace and the topic."""
    for handler, inputs in EACH:
        handler.create(there[1], inputs, Said())
    there[0].asked.clear()
    return there
