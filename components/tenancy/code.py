"""Where the code of functions and connectors comes from."""

import dataclasses
import pathlib
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import pydantic

from ..sentences import echo

PROJECT = pathlib.Path(__file__).resolve().parents[2]
"""The project's folder, below which a stack file names files."""
PathInImage = Annotated[str, pydantic.Field(pattern=r"^/?[^\s]+$")]
"""Where code is in an image."""

_WEB = re.compile(r"https?://[^\s/]+/\S+")
_JAVA_CLASS = re.compile(r"([a-zA-Z_$][\w$]*\.)+[a-zA-Z_$][\w$]*", re.ASCII)
_PACKAGE = re.compile(r"(function|source|sink)://[-=:.\w]+/[-=:.\w]+/[-=:.\w]+(@[-.\w]+)?", re.ASCII)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Code:
    """The code of one function or connector, in one of the ways that it may be given."""

    package: str | None = None
    """A file of the project, an address of the web, or a package of Pulsar's."""
    image: str | None = None
    """An image that holds it."""
    path: str | None = None
    """Where in the image."""
    text: str | None = None
    """The code itself."""
    file: str | None = None
    """The name of the file that the text belongs in."""

    @property
    def local(self) -> pathlib.Path | None:
        """The file of the project, where it is one."""
        return PROJECT / self.package if self.package and not is_url(self.package) else None

    @property
    def content(self) -> bytes | None:
        """The code's bytes, where they are here: a file of the project, or text."""
        if self.text is not None:
            return self.text.encode()
        return self.local.read_bytes() if self.local else None

    @property
    def url(self) -> str | None:
        """Where Pulsar finds it by itself."""
        return self.package if self.package and is_url(self.package) else None

    @property
    def file_name(self) -> str | None:
        """The file's own name, where it has one here."""
        return self.local.name if self.local else self.file


def is_url(package: str) -> bool:
    """Whether it is no file of the project."""
    return "://" in package


def absent(package: str) -> str | None:
    """What is wrong with where code is said to be, as a sentence."""
    if is_url(package):
        if _WEB.fullmatch(package) or _PACKAGE.fullmatch(package):
            return None
        return (
            f"{echo(package)} is no address of code. Write a file's path, https://…, or a package of Pulsar's: "
            "function://tenant/namespace/name@version (or source://, sink://)."
        )
    if not (PROJECT / package).is_file():
        return (
            f"{echo(package)} doesn't exist. The path is relative to the project; build it first, or correct the path."
        )
    return None


def one_place(spec: Any, ways: Sequence[str], *, what: str, unsaid: str) -> Iterator[tuple[str, str]]:
    """Code in several places or in none.

    Args:
        spec: the part of the stack file.
        ways: its settings of which one, and only one, says where the code is.
        what: what the code is of: `the code`, `the connector`.
        unsaid: what nobody knows without: `where the code is`.
    """
    given = [way for way in ways if getattr(spec, way)]
    if not given:
        yield ways[0], f"is missing: nothing says {unsaid}. Give one of {' or '.join(ways)}."
    elif len(given) > 1:
        yield given[-1], f"is one of {len(given)} places for {what} ({', '.join(given)}). Keep one of them."


def no_java_class(name: str, example: str) -> Iterator[tuple[str, str]]:
    """A `class_name` that is not a class of Java with its package."""
    if not _JAVA_CLASS.fullmatch(name):
        yield "class_name", f"{name[:80]!r} is not a class of Java with its package. Write one such as {example}."
