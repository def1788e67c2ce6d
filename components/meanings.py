"""What each setting means: the docstring below it in its class.

Pydantic can read them as well, whenever a class is made: half of the time that importing the specs takes, for texts
that few programs want.
"""

import ast
import functools
import inspect
import itertools
import sys
from collections.abc import Iterator, Mapping

from .model import Spec


def of(part: type[Spec], setting: str) -> str:
    """What a setting means, in one line.

    A setting that a subclass only gives another default keeps its meaning. It is empty where nobody wrote one.
    """
    written = (_written(each.__module__).get(each.__qualname__, {}) for each in part.__mro__ if issubclass(each, Spec))
    return next((found[setting] for found in written if setting in found), "")


@functools.cache
def _written(module: str) -> Mapping[str, Mapping[str, str]]:
    """Each setting's docstring, by its class."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {each.name: dict(_below(each)) for each in tree.body if isinstance(each, ast.ClassDef)}


def _below(part: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for setting, below in itertools.pairwise(part.body):
        match setting, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())
