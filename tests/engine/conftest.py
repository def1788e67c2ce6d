"""The engine with the stand-ins, prepared once."""

import pathlib

import pytest

from local.engine import Engine

from .trial import Trial, stand_in_engine


@pytest.fixture(scope="session")
def engine() -> Engine:
    return stand_in_engine()


@pytest.fixture
def trial(engine: Engine, tmp_path: pathlib.Path) -> Trial:
    return Trial(engine, tmp_path)
