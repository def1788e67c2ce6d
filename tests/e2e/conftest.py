"""One local stack for all of these tests, brought up and down by the commands that people use."""

import os
import pathlib
import subprocess
import sys
import time

import pytest
import yaml

from local import engine as engines
from local import reach, stacks
from local.paths import PROJECT
from local.progress import Progress
from local.pulumi_stack import PulumiStack

ORDER = (
    "test_from_nothing",
    "test_kubernetes_plugin",
    "test_kubernetes_plugin_readiness",
    "test_function_mesh",
    "test_prometheus_operator",
    "test_local_cluster",
    "test_demo",
    "test_status",
    "test_console",
    "test_local_stack",
    "test_volumes",
    "test_what_runs",
    "test_functions",
    "test_function_runtimes",
    "test_tenants",
    "test_monitoring",
    "test_dashboards",
    "test_protocol_handlers",
    "test_metadata_backup",
    "test_custom_resource_definitions",
    "test_resources_operator",
    "test_kaap",
    "test_pulsar_by_kaap",
    "test_streamnative",
    "test_geo_replication",
    "test_tiered_storage",
    "test_metadata_stores",
    "test_back_to_nothing",
)


def pytest_collection_modifyitems(items):
    """From nothing, then what needs the stack, then back to nothing."""
    for item in items:
        item.add_marker(pytest.mark.cluster)
        item.add_marker(pytest.mark.timeout(1500))

    items.sort(key=lambda item: ORDER.index(pathlib.Path(item.fspath).stem))


class Command:
    """What a command printed and how it ended."""

    def __init__(self, words, environment=None, timeout=1400):
        began = time.monotonic()
        result = subprocess.run(
            words,
            cwd=PROJECT,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        self.seconds = time.monotonic() - began
        self.text, self.code = result.stdout, result.returncode
        print(f"$ {' '.join(words)}  ({self.seconds:.1f} s, exit {self.code})\n{self.text}", file=sys.stderr)


@pytest.fixture(scope="session")
def make():
    """Run a target of the Makefile as a person would."""
    return lambda *words, **options: Command(["make", "--no-print-directory", *words], **options)


@pytest.fixture(scope="session")
def local_stack(make):
    """The local stack, up."""
    result = make("up")
    assert result.code == 0, f"`make up` failed:\n{result.text[-3000:]}"
    return stacks.read("local")


@pytest.fixture(scope="session")
def selected(local_stack):
    """The local stack in the engine's hands."""
    return PulumiStack(local_stack, engines.prepare(Progress(), kubeconfig=None))


@pytest.fixture(scope="session")
def pulumi(selected):
    """Run the engine's CLI on the local stack and get what it printed."""

    def run(*words, config_file=None, timeout=1400):
        options = ["--config-file", str(config_file or selected.own_config_file()), "--non-interactive"]
        return Command(
            [str(selected.engine.program), *words, "--stack", "local", *options],
            environment=dict(selected.engine.env),
            timeout=timeout,
        )

    return run


@pytest.fixture
def changed(tmp_path, selected):
    """A copy of the local stack's configuration with changes, for `--config-file`."""

    def write(change):
        document = yaml.safe_load(selected.own_config_file().read_text())
        change(document["config"]["pulsar:spec"])
        path = tmp_path / "Pulumi.local.yaml"
        path.write_text(yaml.safe_dump(document))
        return path

    return write


@pytest.fixture(scope="session")
def endpoints(local_stack):
    """Where the local Pulsar is reached."""
    found = reach.fixed_endpoints(local_stack)
    assert found, "the local stack's endpoints are fixed by its file"
    return found


@pytest.fixture(scope="session")
def core(local_stack):
    """A Kubernetes client of the local cluster."""
    return reach.core_api(local_stack, stacks.kubeconfig(local_stack, None))
