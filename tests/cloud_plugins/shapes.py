"""The types that an SDK's annotations name."""

import ast
import dataclasses


@dataclasses.dataclass(frozen=True)
class Anything:
    """Any value, an asset or an archive among them."""


@dataclasses.dataclass(frozen=True)
class Plain:
    """Text, a number or a truth value."""

    name: str
    """`str`, `int`, `float` or `bool`."""


@dataclasses.dataclass(frozen=True)
class Listed:
    """A list."""

    item: "Shape"


@dataclasses.dataclass(frozen=True)
class Mapped:
    """A mapping with keys of one's own."""

    item: "Shape"


@dataclasses.dataclass(frozen=True)
class Named:
    """An object or an enumeration, by its class."""

    module: str
    name: str


@dataclasses.dataclass(frozen=True)
class OneOf:
    """One of several."""

    options: tuple["Shape", ...]


Shape = Anything | Plain | Listed | Mapped | Named | OneOf

_PLAIN = ("str", "int", "float", "bool")


def shape_of(annotation: str, module: str) -> tuple[Shape, bool]:
    """The type that an annotation stands for, and whether it may be left out.

    Args:
        annotation: as in the source: `pulumi.Input[Optional[Sequence[pulumi.Input[_builtins.str]]]]`.
        module: the package's module in which it stands.
    """
    node = _unwrapped(ast.parse(annotation, mode="eval").body)
    optional = isinstance(node, ast.Subscript) and _name(node.value) == "Optional"
    return _shape(node, module), optional


def _unwrapped(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript) and _name(node.value) in ("Input", "Output"):
        node = node.slice
    return node


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _shape(node: ast.expr, module: str) -> Shape:
    node = _unwrapped(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _named(node.value, module)
    if isinstance(node, ast.Subscript):
        container, inner = _name(node.value), node.slice
        if container == "Optional":
            return _shape(inner, module)
        if container == "Sequence":
            return Listed(_shape(inner, module))
        if container == "Mapping" and isinstance(inner, ast.Tuple):
            return Mapped(_shape(inner.elts[1], module))
        if container == "Union" and isinstance(inner, ast.Tuple):
            return _one_of([_shape(each, module) for each in inner.elts])
    return Plain(_name(node)) if _name(node) in _PLAIN else Anything()


def _named(text: str, module: str) -> Shape:
    """A class that is named in quotes: of this module, of its outputs, or of another module (`'_iam.PolicyArgs'`)."""
    where, _, name = text.rpartition(".")
    if where == "pulumi":
        return Anything()
    if where in ("", "outputs"):
        return Named(module, name)
    parts = [part for part in where.split(".") if part not in ("outputs", "_inputs", "_enums")]
    return Named(".".join(part.lstrip("_") for part in parts), name)


def _one_of(options: list[Shape]) -> Shape:
    # The same object as a class of arguments and as a dictionary is one.
    kept = [each for each in options if not (isinstance(each, Named) and each.name.endswith("ArgsDict"))]
    return kept[0] if len(kept) == 1 else OneOf(tuple(kept))
