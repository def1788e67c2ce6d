"""The stand-ins where an engine looks for plugins: in a home of its own, so that nothing outside tests finds them."""

import atexit
import dataclasses
import functools
import json
import pathlib
import shutil
import tempfile

from local.engine import Engine
from local.engine.kubernetes_plugin import VERSION as KUBERNETES_VERSION
from local.engine.stand_ins import script, write_program
from tests.engine.trial import stand_in_engine

CLOUDS = ("aws", "gcp", "azure-native")


@functools.cache
def cloud_engine() -> Engine:
    """The stand-in engine with the clouds' stand-in plugins beside the Kubernetes plugin."""
    engine = stand_in_engine()
    home = pathlib.Path(tempfile.mkdtemp(prefix="pulumi-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    _install(home, "kubernetes", KUBERNETES_VERSION, script("local.engine.kubernetes_plugin.__main__"))
    for name in CLOUDS:
        _install(home, name, _version(name), script("tests.cloud_plugins.__main__", name))
    return dataclasses.replace(engine, settings={**engine.settings, "PULUMI_HOME": str(home)})


def _install(home: pathlib.Path, name: str, version: str, text: str) -> None:
    write_program(home / "plugins" / f"resource-{name}-v{version}" / f"pulumi-resource-{name}", text)


def _version(name: str) -> str:
    from importlib.util import find_spec

    package = find_spec(f"pulumi_{name.replace('-', '_')}")
    assert package, f"the SDK of {name} is not installed: pip install -r requirements-clouds.lock"
    return json.loads((pathlib.Path(str(package.origin)).parent / "pulumi-plugin.json").read_text())["version"]
