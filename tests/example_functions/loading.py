"""The examples' modules, loaded as Pulsar loads them: by their folder."""

import importlib
import sys
from types import ModuleType

from local import example_functions as build


def load(folder: str, module: str) -> ModuleType:
    """The module of a function."""
    place = str(build.FUNCTIONS / folder)
    sys.path.insert(0, place)
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(place)
