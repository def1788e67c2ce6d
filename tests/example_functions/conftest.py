"""A context of Pulsar's own interface that remembers what a function did."""

# Their signatures say nothing of what they return.
# pyright: reportIncompatibleMethodOverride=none

import logging
from typing import Any

import pytest
from pulsar import Context
from pulsar.functions.serde import IdentitySerDe


class Remembering(Context):
    """What a function asks its context for, and what came of it. All else raises: it wasn't foreseen."""

    def __init__(self, **user_config: Any):
        self.user_config = user_config
        self.published: list[tuple[str, str, dict[str, str]]] = []
        self.metrics: list[tuple[str, float]] = []
        self.counters: dict[str, int] = {}

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("__") and name in vars(Context) and name not in vars(Remembering):
            raise NotImplementedError(f"{name} is not remembered here")
        return super().__getattribute__(name)

    def get_user_config_value(self, key):
        return self.user_config.get(key)

    def get_logger(self):
        return logging.getLogger("function")

    def record_metric(self, metric_name, metric_value):
        self.metrics.append((metric_name, metric_value))

    def publish(self, topic_name, message, serde_class_name="serde.IdentitySerDe", properties=None, **_others):
        IdentitySerDe().serialize(message)
        self.published.append((topic_name, message, properties or {}))

    def incr_counter(self, key, amount):
        self.counters[key] = self.counters.get(key, 0) + amount

    def get_counter(self, key):
        return self.counters[key]


@pytest.fixture
def context():
    """Makes a context: `context(threshold=1)` has this user configuration."""
    return Remembering


@pytest.fixture
def through_pulsar():
    """Gives a function bytes and takes bytes, as Pulsar's runtime does."""

    def run(function, message: bytes, context: Remembering) -> bytes | None:
        returned = function.process(IdentitySerDe().deserialize(message), context)
        return None if returned is None else IdentitySerDe().serialize(returned)

    return run
