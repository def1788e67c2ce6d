"""Where the code of functions and connectors comes from."""

import dataclasses
import pathlib
import re

from ..sentences import echo

PROJECT = pathlib.Path(__file__).resolve().parents[2]
"""The project's folder, below which a stack file names files."""

_WEB = re.compile(r"https?://[^\s/]+/\S+")
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
