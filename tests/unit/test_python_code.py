"""A function in Python whose class Pulsar wouldn't find, or wouldn't call, is refused before it is deployed."""

import pathlib
import zipfile

import pytest

from components.tenancy.code import Code
from components.tenancy.python_code import not_found

CLASS = "class Shout:\n    def process(self, input, context):\n        return input\n"


def wrong(class_name: str, text: str) -> str:
    return " ".join(not_found(class_name, Code(text=text, file="shout.py")))


@pytest.mark.parametrize(
    ("class_name", "text"),
    [
        ("shout.Shout", CLASS),
        ("shout", "def process(text):\n    return text"),
        ("shout", "from words import process"),
        ("shout.Shout", "from words import Shout"),
        ("shout.Shout", "from words import *"),
        ("shout.Shout", "def made():\n    ...\n\nShout = made()"),
        ("shout.Shout", "@made\ndef Shout(text): ..."),
        ("shout.Shout", "try:\n    from words import Shout\nexcept ImportError:\n    def Shout(): ..."),
        ("shout.Shout", f"if True:\n    {CLASS}".replace("\n    ", "\n        ")),
    ],
)
def test_what_pulsar_may_find_is_taken(class_name: str, text: str) -> None:
    assert wrong(class_name, text) == ""


def test_a_function_behind_its_module_would_fail_on_every_message_and_is_refused() -> None:
    assert (
        wrong("shout.shout", "def shout(text): ...")
        == "'shout.shout' is a function, and Pulsar calls `process` of a class or of a module: every message would "
        "fail. Call the function `process` and write `class_name: shout`, or make it the method `process(self, input, "
        "context)` of a class."
    )


@pytest.mark.parametrize(
    ("class_name", "text", "said"),
    [
        ("shout.Shuot", CLASS, "the module shout has no Shuot. There: Shout."),
        ("words.Shout", CLASS, "is of the module words, which the code doesn't have. There: shout."),
        ("shout.inner.Shout", CLASS, "is of the module shout.inner"),
        ("shout", CLASS, "is a module without a function `process`"),
        ("shout.Shout", "def outer():\n    class Shout: ...", "the module shout has no Shout. Write a class"),
    ],
)
def test_a_class_that_the_code_does_not_have_is_refused(class_name: str, text: str, said: str) -> None:
    assert said in wrong(class_name, text)


def test_code_that_only_another_python_can_parse_is_left_to_pulsar() -> None:
    assert wrong("shout.Shout", "class Shout[: ...") == ""


def test_a_zip_is_searched_where_the_runtime_looks(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "words.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("words/src/loud/__init__.py", "from .shout import Shout")
        archive.writestr("words/src/loud/shout.py", CLASS)
        archive.writestr("elsewhere/quiet.py", CLASS)
    code = Code(package=str(file))
    assert not list(not_found("loud.Shout", code))
    assert not list(not_found("loud.shout.Shout", code))
    assert "There: loud, loud.shout." in next(not_found("quiet.Shout", code))


@pytest.mark.parametrize("package", ["https://example.com/shout.py", "not-built-yet.py", "pyproject.toml"])
def test_code_that_cannot_be_read_here_is_left_to_pulsar(package: str) -> None:
    assert not list(not_found("shout.Shout", Code(package=package)))
