"""The engine's protocol without the rest of the SDK, for the plugin's own process.

Importing `pulumi` runs all of the SDK, which takes longer than this plugin's whole start. The messages need none of it.
"""

import importlib.util
import pathlib
import sys
import types

_PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def leave_out_the_sdk() -> None:
    """Enter the packages above the messages as names only, before anything imports them.

    Only for a process that uses nothing else of `pulumi`.

    Raises:
        ImportError: when the SDK isn't installed.
    """
    found = importlib.util.find_spec(_PACKAGES[0])
    if found is None or not found.submodule_search_locations:
        raise ImportError("the Pulumi SDK for Python is not installed in this environment")
    folder = pathlib.Path(next(iter(found.submodule_search_locations))).parent
    for name in _PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")))]
        sys.modules[name] = package
