"""What Git knows of a branch: where it left another, what it changes since, and the files as they were then."""

import pathlib
import subprocess

from local.paths import PROJECT
from local.problem import Problem

_UNREAD = (":(exclude)tests", ":(exclude)docs")
"""What is most of the files, and no stack's program reads."""


def left(base: str) -> str:
    """The commit where this branch left another.

    Raises:
        Problem: Git doesn't know the other, or they have no commit in common.
    """
    done = _git("merge-base", base, "HEAD")
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Problem(
            f"{base!r} is no commit that this branch has a part in common with. Fetch it (git fetch origin), or name "
            f"another with BASE=.{f' Git: {said[-1]}' if said else ''}"
        )
    return done.stdout.strip()


def changed(commit: str) -> list[str]:
    """The paths that differ from a commit, those that are not committed yet among them."""
    listed = (_git("diff", "--name-only", "-z", commit), _git("ls-files", "-o", "-z", "--exclude-standard"))
    for each in listed:
        each.check_returncode()
    return [path for each in listed for path in each.stdout.split("\0") if path]


def extract(commit: str, into: pathlib.Path, *paths: str) -> None:
    """Write the files of a commit.

    Args:
        commit: which one.
        into: the folder.
        paths: only what is below these. Default: all that a program may read.
    """
    there = [path for path in paths if _git("cat-file", "-e", f"{commit}:{path}").returncode == 0]
    if paths and not there:
        return
    words = ["git", "-C", str(PROJECT), "archive", "--format=tar", commit, "--", *(there or [".", *_UNREAD])]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(into)], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise subprocess.CalledProcessError(archive.returncode, words)


def _git(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", "-C", str(PROJECT), *words], capture_output=True, text=True, check=False)
