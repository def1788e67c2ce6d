"""The engine with the stand-ins, prepared once."""

import pathlib

import pytest

from local.engine import Engine, prepare
from local.progress import Progress

from .trial import Trial, no_engine


@pytest.fixture(scope="session")
def engine() -> Engine:
    reason = no_engine()
    if reason:
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSAR_ENGINE", "stand-in")
        return prepare(Progress(), kubeconfig=None)


@pytest.fixture
def trial(engine: Engine, tmp_path: pathlib.Path) -> Trial:
    return Trial(engine, tmp_path)
