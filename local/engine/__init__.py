"""The Pulumi engine: which one is used, with what around it, and how commands are run with it.

`prepare` chooses once and remembers. `python -m local.engine ARGUMENTS` runs any Pulumi command with the same set-up.
"""

from .choice import prepare
from .engine import Engine

__all__ = ["Engine", "prepare"]
