"""The cluster's programs: taken from a folder that the user names, or built once from Go modules.

`build/` holds a module per group of programs, whose go.sum pins every source file. A build lands in the cache under
the hash of that folder, so a changed version is built anew and an unchanged one never.
"""

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import subprocess
from collections.abc import Mapping

from local import paths
from local.problem import Problem
from local.progress import Progress

from . import go

BUILD = pathlib.Path(__file__).parent / "build"
KUBERNETES_VERSION = "1.34.4"

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
"""The names that the one Kubernetes binary is called by."""

_VERSION_FLAGS = " ".join(
    f"-X {package}.{key}={value}"
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for key, value in (
        ("gitVersion", f"v{KUBERNETES_VERSION}"),
        ("gitMajor", KUBERNETES_VERSION.split(".")[0]),
        ("gitMinor", KUBERNETES_VERSION.split(".")[1]),
        ("gitTreeState", "clean"),
        ("buildDate", "2026-02-10T12:53:36Z"),
    )
)

# Kubernetes reports v0.0.0-master without its flags, and its own checks of version skew then misbehave.
_BUILDS = (
    ("kube", "kube", ".", _VERSION_FLAGS, "about 6 minutes on two processors"),
    ("etcd", "etcd", "go.etcd.io/etcd/server/v3", "", "about a minute"),
    ("addons", "coredns", "./coredns", "", "about a minute"),
    ("addons", "local-path-provisioner", "github.com/rancher/local-path-provisioner", "", "about a minute"),
    ("addons", "pause", "./pause", "", ""),
)


@dataclasses.dataclass(frozen=True)
class Toolchain:
    """The folder that holds the programs."""

    folder: pathlib.Path

    def kube(self, program: str) -> pathlib.Path:
        """One of the Kubernetes programs: a link to the one binary that acts as whatever it is called."""
        return self.folder / program

    @property
    def etcd(self) -> pathlib.Path:
        """The etcd server."""
        return self.folder / "etcd"

    @property
    def coredns(self) -> pathlib.Path:
        """The cluster's name service."""
        return self.folder / "coredns"

    @property
    def provisioner(self) -> pathlib.Path:
        """The volume provisioner."""
        return self.folder / "local-path-provisioner"

    @property
    def pause(self) -> pathlib.Path:
        """The program that holds a pod's namespaces."""
        return self.folder / "pause"

    def missing(self) -> list[str]:
        """The programs that the folder lacks."""
        names = (*PROGRAMS, "etcd", "coredns", "local-path-provisioner", "pause")
        return [name for name in names if not os.access(self.folder / name, os.X_OK)]


def ensure(progress: Progress, environment: Mapping[str, str] = os.environ) -> Toolchain:
    """The programs, built if need be. PULSAR_TOOLCHAIN names a folder that has them already."""
    if given := environment.get("PULSAR_TOOLCHAIN"):
        toolchain = Toolchain(pathlib.Path(given).resolve())
        if missing := toolchain.missing():
            raise Problem(
                f"PULSAR_TOOLCHAIN is {given}, but that folder lacks {', '.join(missing)}. "
                "Name a folder that has them, or unset it to build them (about 8 minutes on two processors, once)."
            )
        return toolchain
    toolchain = Toolchain(paths.CACHE / "toolchain" / content_hash(BUILD))
    if toolchain.missing():
        _build(toolchain, progress)
    return toolchain


def content_hash(folder: pathlib.Path) -> str:
    """A short hash over the names and contents of all files in a folder, and over the versions that flags name."""
    digest = hashlib.sha256(_VERSION_FLAGS.encode())
    for file in sorted(found for found in folder.rglob("*") if found.is_file()):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _build(toolchain: Toolchain, progress: Progress) -> None:
    toolchain.folder.mkdir(parents=True, exist_ok=True)
    compiler = go.ensure(progress)
    for module, program, package, flags, expect in _BUILDS:
        target = toolchain.folder / program
        if target.exists():
            continue
        partial = target.with_suffix(".partial")
        with progress.step(f"cluster: building {program} from Go modules", expect):
            done = subprocess.run(
                ["nice", compiler, "build", "-trimpath", "-ldflags", f"-s -w {flags}", "-o", partial, package],
                check=False,
                cwd=BUILD / module,
                env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -mod=readonly"},
                capture_output=True,
                text=True,
            )
        if done.returncode:
            raise Problem(
                f"{program} could not be built from its Go module. The compiler's last words:\n{done.stderr[-1500:]}\n"
                "Check that a Go module proxy can be reached (GOPROXY), or set PULSAR_TOOLCHAIN to a folder with it."
            )
        partial.replace(target)
    for program in PROGRAMS:
        with contextlib.suppress(FileExistsError):
            toolchain.kube(program).symlink_to("kube")
