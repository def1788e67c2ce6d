"""Programs on PATH that aren't this project's own."""

import os
import pathlib
import shutil

from local.paths import CACHE

STAND_INS = CACHE / "engine" / "stand-ins"
"""Where the stand-ins are put: a person's shell may have them on its PATH."""


def on_path(name: str) -> str | None:
    """The path of a program on PATH, wherever it is but among the stand-ins."""
    own = STAND_INS / "bin"
    folders = [each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if pathlib.Path(each) != own]
    return shutil.which(name, path=os.pathsep.join(folders))
