"""The Pulumi engine: which one is used, with what around it, and how commands are run with it.

`prepare` chooses once and remembers. `python -m local.engine ARGUMENTS` runs any Pulumi command with the same set-up.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .choice import is_chosen, prepare
    from .engine import Engine

__all__ = ["Engine", "is_chosen", "prepare"]


def __getattr__(name: str) -> Any:
    """What is exported, imported when it is asked for: the plugins live in this package, and start without it."""
    from importlib import import_module

    if name in __all__:
        return getattr(import_module(".choice", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
