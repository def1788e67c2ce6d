"""What of a function's code Pulsar's runtime for Python finds and calls.

Source: `util.import_class` and `PythonInstance.run` of Pulsar's own runtime. It takes the last part of `class_name` out
of the module before it and calls it without arguments: an instance, whose `process(input, context)` is called for each
message. What can't be called so, as a module, is kept, and its `process(input)` is called. A function behind its module
has no `process`: it is deployed, and then fails on every message.
"""

import ast
import io
import pathlib
import zipfile
from collections.abc import Iterator

from .code import Code

Binding = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | None
"""What a name stands for: a class, a function, or something that only running the code would tell."""

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def not_found(class_name: str, code: Code) -> Iterator[str]:
    """What is wrong with `class_name`, as the code that is here says. The code is read, and never run.

    Code that isn't here (an address, an image), wheels, and what this Python can't parse are left to Pulsar.
    """
    modules = _modules(code)
    if not modules:
        return
    module, _, name = class_name.rpartition(".")
    if not module:
        module, name = name, ""
    if module not in modules:
        there = ", ".join(sorted(modules)[:5])
        yield (
            f"{class_name!r} is of the module {module}, which the code doesn't have. There: {there}. Write one of "
            f"them before the class, such as {min(modules)}.{name or 'CLASS'}."
        )
    elif (names := _names(modules[module])) is not None:
        yield from _wrong(class_name, module, name, names)


def _wrong(class_name: str, module: str, name: str, names: dict[str, Binding]) -> Iterator[str]:
    if not name:
        if "process" not in names:
            yield (
                f"{class_name!r} is a module without a function `process`, which Pulsar would call. Write `def "
                f"process(input):` in it, or the class behind the module: {module}.CLASS."
            )
    elif name not in names:
        classes = sorted(each for each, node in names.items() if isinstance(node, ast.ClassDef))
        there = f" There: {', '.join(classes[:5])}." if classes else ""
        yield f"{class_name!r} is not in the code: the module {module} has no {name}.{there} Write a class that it has."
    elif isinstance(names[name], _FUNCTION):
        yield (
            f"{class_name!r} is a function, and Pulsar calls `process` of a class or of a module: every message would "
            f"fail. Call the function `process` and write `class_name: {module}`, or make it the method "
            "`process(self, input, context)` of a class."
        )


def _modules(code: Code) -> dict[str, bytes]:
    """The modules that the runtime can import, by their names: a file, or what is below NAME/src in a zip."""
    if (code.local and not code.local.is_file()) or not code.file_name or (content := code.content) is None:
        return {}
    path = pathlib.PurePosixPath(code.file_name)
    if path.suffix == ".py":
        return {path.stem: content}
    if path.suffix != ".zip" or not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            ".".join(parts[2:]).removesuffix(".py").removesuffix(".__init__"): archive.read(name)
            for name in archive.namelist()
            if len(parts := name.split("/")) > 2 and parts[:2] == [path.stem, "src"] and name.endswith(".py")
        }


def _names(content: bytes) -> dict[str, Binding] | None:
    """The names of a module, or nothing where only running it would tell them."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return None
    names: dict[str, Binding] = {}
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.ClassDef, *_FUNCTION)):
            # A decorator may make anything of it, and of two definitions only running the code tells which one holds.
            names[node.name] = None if node.decorator_list or node.name in names else node
            continue
        if isinstance(node, ast.alias):
            names[(node.asname or node.name).split(".")[0]] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        waiting.extend(reversed(list(ast.iter_child_nodes(node))))
    return None if {"*", "__getattr__"} & names.keys() else names
