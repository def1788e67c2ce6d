"""How functions are built: only what is out of date, as Pulsar takes it, with a way out where a program lacks."""

import dataclasses
import zipfile

import pytest

from local import example_functions as build


@pytest.fixture
def shout(tmp_path, monkeypatch):
    """A Python function of two files."""
    folder = tmp_path / "functions" / "shout"
    (folder / "shout" / "__pycache__").mkdir(parents=True)
    (folder / "shout" / "__init__.py").write_text("def shout(text): return text.upper()")
    (folder / "shout" / "words.txt").write_text("the be to")
    (folder / "shout" / "__pycache__" / "shout.pyc").write_text("of this machine")
    monkeypatch.setattr(build, "FUNCTIONS", folder.parent)
    return build.Artifact("shout", "shout.zip", build.build_zip)


def test_a_python_function_of_several_files_is_packed_as_pulsar_unpacks_it(shout, tmp_path):
    build.build(shout, tmp_path / "build")

    assert zipfile.ZipFile(tmp_path / "build" / "shout.zip").namelist() == [
        "shout/src/shout/__init__.py",
        "shout/src/shout/words.txt",
    ]


def test_the_same_sources_make_the_same_bytes(shout, tmp_path):
    build.build(shout, tmp_path / "one")
    build.build(shout, tmp_path / "two")

    assert (tmp_path / "one" / "shout.zip").read_bytes() == (tmp_path / "two" / "shout.zip").read_bytes()


def test_what_is_up_to_date_is_left_alone(shout, tmp_path):
    assert build.build(shout, tmp_path / "build")
    assert not build.build(shout, tmp_path / "build")


@pytest.mark.parametrize("change", ["changed", "added", "removed"])
def test_a_source_that_was_touched_is_built_anew(change, shout, tmp_path):
    build.build(shout, tmp_path / "build")
    words = shout.source / "shout" / "words.txt"
    if change == "removed":
        words.unlink()
    else:
        (words if change == "changed" else words.with_name("more.txt")).write_text("of and a")

    assert build.build(shout, tmp_path / "build")


def test_a_file_that_is_gone_is_built_anew(shout, tmp_path):
    build.build(shout, tmp_path / "build")
    (tmp_path / "build" / "shout.zip").unlink()

    assert build.build(shout, tmp_path / "build")


def test_a_program_that_lacks_is_named_with_the_way_to_get_it(shout, tmp_path):
    lacking = dataclasses.replace(shout, needs=("no-such-compiler",), install="Install it.")

    with pytest.raises(build.CannotBuild, match=r"shout\.zip: no-such-compiler not found\. Install it\."):
        build.build(lacking, tmp_path / "build")


def test_a_compiler_s_own_words_are_shown(shout, tmp_path):
    def fail(source, _target):
        build._run(source, "sh", "-c", "echo 'line 3: expected ;' >&2; exit 1")

    with pytest.raises(build.CannotBuild, match="line 3: expected ;"):
        build.build(dataclasses.replace(shout, make=fail), tmp_path / "build")
    assert not (tmp_path / "build" / "shout.zip").exists()


def test_a_build_that_broke_off_leaves_the_last_good_one(shout, tmp_path):
    def fail(_source, target):
        target.write_text("half")
        raise build.CannotBuild("no space left")

    build.build(shout, tmp_path / "build")
    good = (tmp_path / "build" / "shout.zip").read_bytes()
    (shout.source / "shout" / "words.txt").write_text("changed")
    with pytest.raises(build.CannotBuild):
        build.build(dataclasses.replace(shout, make=fail), tmp_path / "build")

    assert (tmp_path / "build" / "shout.zip").read_bytes() == good


def test_a_function_that_is_not_there_is_answered_with_those_that_are(capsys):
    assert build.main(["wether"]) == 2
    assert "Choose from spell-check, weather" in capsys.readouterr().err
