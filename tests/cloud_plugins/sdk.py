"""What a cloud's SDK for Python says about a type of resource, read from its source.

The SDKs are generated, hundreds of megabytes large, and slow to import; the text of the few classes at hand is read
instead, in milliseconds, whichever release is installed.
"""

import dataclasses
import functools
import importlib.util
import json
import pathlib
import re
from collections.abc import Mapping

from .shapes import Shape, shape_of

_TABLE = re.compile(r'resource_modules="""(.*?)"""', re.DOTALL)
_PROPERTY = re.compile(
    r'    @pulumi\.getter(?:\(name="(?P<name>[^"]+)"\))?\n'
    r'(?:    @_utilities\.deprecated\(""".*?"""\)\n)?'
    r"    def (?P<python>\w+)\(self\) -> (?P<annotation>[^\n]+):\n"
    r'(?:        """\n(?P<about>.*?)\n        """)?',
    re.DOTALL,
)
_ARGUMENTS = re.compile(r"^__all__ = \['(\w+)'", re.MULTILINE)
_SECRETS = re.compile(r"additional_secret_outputs=\[([^\]]*)\]")


@dataclasses.dataclass(frozen=True)
class Property:
    """One property of a resource or of an object in it."""

    shape: Shape
    required: bool
    """For an input, that it must be given; for an output, that it always has a value."""
    about: str
    """Its documentation."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """A type of resource."""

    token: str
    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]
    secrets: frozenset[str]
    """The outputs that the SDK keeps secret."""

    @property
    def computed(self) -> dict[str, Property]:
        """The outputs that only the cloud knows when they aren't given."""
        return {name: each for name, each in self.outputs.items() if each.required}


class UnknownType(LookupError):
    """The SDK has no such type."""


class Sdk:
    """One cloud's SDK, as it is installed."""

    def __init__(self, package: str) -> None:
        found = importlib.util.find_spec(package)
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError(f"{package} is not installed: pip install -r requirements-clouds.lock")
        self.folder = pathlib.Path(next(iter(found.submodule_search_locations)))
        self.version: str = json.loads((self.folder / "pulumi-plugin.json").read_text())["version"]

    @functools.cached_property
    def tokens(self) -> dict[str, tuple[str, str]]:
        """The package's module and the class of every type of resource."""
        table = _TABLE.search((self.folder / "__init__.py").read_text())
        assert table, "the SDK registers its resources otherwise than it did"
        return {
            token: (each["fqn"].partition(".")[2], name)
            for each in json.loads(table[1])
            for token, name in each["classes"].items()
        }

    @functools.cache  # noqa: B019 - one lives as long as the process
    def kind(self, token: str) -> Kind:
        """What is known of a type.

        Raises:
            UnknownType: when there is none of that name.
        """
        if token not in self.tokens:
            raise UnknownType(f"{token} is no type of resource of this SDK.")
        module, name = self.tokens[token]
        path = self._file_of(module, name)
        text = path.read_text()
        arguments = _ARGUMENTS.search(text)
        assert arguments, f"{path} exports otherwise than it did"
        return _kind(token, _class_text(text, arguments[1]), _class_text(text, name), module)

    @functools.cached_property
    def provider(self) -> Kind:
        """The provider's own arguments."""
        text = (self.folder / "provider.py").read_text()
        return _kind("provider", _class_text(text, "ProviderArgs"), _class_text(text, "Provider"), "")

    @functools.cache  # noqa: B019 - one lives as long as the process
    def properties(self, module: str, name: str) -> Mapping[str, Property]:
        """The properties of an object in an input (`…Args`) or an output, by its class."""
        file = "_inputs.py" if name.endswith("Args") else "outputs.py"
        return _properties(_class_text(self._text(module, file), name), module)

    @functools.cache  # noqa: B019 - one lives as long as the process
    def choices(self, module: str, name: str) -> tuple[str, ...] | None:
        """The values of an enumeration; `None` where the name is no enumeration."""
        path = self._folder(module) / "_enums.py"
        text = _class_text(self._text(module, "_enums.py"), name) if path.exists() else ""
        return tuple(re.findall(r'^    \w+ = "(.*)"$', text, re.MULTILINE)) or None

    def _folder(self, module: str) -> pathlib.Path:
        return self.folder.joinpath(*module.split(".")) if module else self.folder

    @functools.cache  # noqa: B019 - one lives as long as the process
    def _text(self, module: str, file: str) -> str:
        return (self._folder(module) / file).read_text()

    def _file_of(self, module: str, name: str) -> pathlib.Path:
        folder = self._folder(module)
        usual = folder / f"{re.sub(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])', '_', name).lower()}.py"
        start = f"\nclass {name}(pulumi.CustomResource)"
        for path in [usual, *sorted(folder.glob("*.py"))]:
            if path.exists() and start in path.read_text():
                return path
        raise UnknownType(f"{name} is not in {folder}")


def _class_text(text: str, name: str) -> str:
    """The source of one class; empty where there is none of that name."""
    start = re.search(rf"^class {re.escape(name)}[(:]", text, re.MULTILINE)
    if not start:
        return ""
    end = re.compile(r"^\S", re.MULTILINE).search(text, start.end())
    return text[start.start() : end.start() if end else len(text)]


def _properties(text: str, module: str) -> dict[str, Property]:
    found = {}
    for each in _PROPERTY.finditer(text):
        shape, optional = shape_of(each["annotation"], module)
        found[each["name"] or each["python"]] = Property(shape, not optional, each["about"] or "")
    return found


def _kind(token: str, arguments: str, resource: str, module: str) -> Kind:
    secrets = _SECRETS.search(resource)
    names = frozenset(re.findall(r'"(\w+)"', secrets[1])) if secrets else frozenset()
    return Kind(token, _properties(arguments, module), _properties(resource, module), names)
