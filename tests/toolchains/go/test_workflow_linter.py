"""The workflows hold to GitHub's own grammar, by actionlint, which is built from its Go module."""

import os
import subprocess

from local.paths import PROJECT

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"


def test_every_workflow_is_what_github_takes(tmp_path):
    built = subprocess.run(
        ["go", "install", ACTIONLINT],
        cwd=tmp_path,
        env={**os.environ, "GOBIN": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert built.returncode == 0, built.stderr

    found = subprocess.run([tmp_path / "actionlint"], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout
