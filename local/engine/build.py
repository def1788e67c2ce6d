"""The CLI where only package registries are reached: from a folder of programs, or built from its Go module."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from local.paths import CACHE
from local.problem import Problem
from local.progress import Progress

from .official import required_versions, satisfies, version_of
from .programs import on_path

_MODULE = "github.com/pulumi/pulumi/pkg/v3"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"


def provided() -> pathlib.Path | None:
    """The CLI in the folder that `PULSAR_TOOLCHAIN` names, or on PATH, if `Pulumi.yaml` takes its version."""
    folder = os.environ.get("PULSAR_TOOLCHAIN")
    named = pathlib.Path(folder, "pulumi").absolute() if folder else None
    if named and named.exists():
        version = version_of(named)
        if not satisfies(version or "0", required_versions()):
            raise Problem(
                f"{named} is {version or 'broken'}, and Pulumi.yaml requires {required_versions()}. "
                "Put such a version there, or unset PULSAR_TOOLCHAIN to have one built."
            )
        return named
    installed = on_path("pulumi")
    if installed and satisfies(version_of(pathlib.Path(installed)) or "0", required_versions()):
        return pathlib.Path(installed).absolute()
    return None


def built(version: str, progress: Progress) -> pathlib.Path:
    """The CLI built from its Go module, once for each version.

    Raises:
        Problem: when it can't be built.
    """
    program = CACHE / "engine" / f"built-{version}" / "pulumi"
    if program.exists():
        return program
    from local.cluster import go

    compiler = go.ensure(progress)
    with (
        progress.step(f"building the Pulumi CLI {version} from its Go module", expect="9 CPU minutes, once"),
        tempfile.TemporaryDirectory(prefix="pulumi-build-") as folder,
    ):
        made = pathlib.Path(folder, "pulumi")
        env = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=mod"}
        linked = f"-s -w -X {_VERSION_VARIABLE}=v{version}"
        # Not `go install`: the module replaces one of its own, which only its published versions can stand for.
        for arguments in (
            ["mod", "init", "pulumi-cli"],
            ["get", f"{_MODULE}/cmd/pulumi@v{version}", f"github.com/pulumi/pulumi/sdk/v3@v{version}"],
            ["build", "-trimpath", "-ldflags", linked, "-o", str(made), f"{_MODULE}/cmd/pulumi"],
        ):
            done = subprocess.run(
                [compiler, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
            )
            if done.returncode:
                said = done.stderr.strip()[-2000:]
                raise Problem(
                    f"The Pulumi CLI {version} could not be built: `go {arguments[0]}` said:\n{said}\n"
                    "Install Pulumi, or name a folder that holds the program `pulumi` with PULSAR_TOOLCHAIN."
                )
        program.parent.mkdir(parents=True, exist_ok=True)
        partial = program.with_name(f"pulumi.{os.getpid()}")
        shutil.copy2(made, partial)
        partial.replace(program)
    return program
