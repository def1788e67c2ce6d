"""An API server that stands behind every cluster that is made up."""

import os
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from local.cluster import toolchain
from local.paths import CACHE
from tests.engine.api_server import all_is_well, api_server


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A kubeconfig of it."""
    built = toolchain.Toolchain(CACHE / "toolchain" / toolchain.content_hash(toolchain.BUILD))
    if built.missing() and not os.environ.get("PULSAR_TOOLCHAIN") and not os.environ.get("CI"):
        pytest.skip("there is no API server yet: name a folder that holds one with PULSAR_TOOLCHAIN")
    folder: pathlib.Path = tmp_path_factory.mktemp("kubernetes")
    with api_server(folder) as kubeconfig, all_is_well(kubeconfig, folder):
        yield kubeconfig
