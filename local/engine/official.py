"""Pulumi's own engine: the one that is installed, or the official download."""

import hashlib
import http.client
import os
import pathlib
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request

from local.paths import CACHE, PROJECT

from .kubernetes_plugin import VERSION as KUBERNETES_VERSION
from .programs import on_path

RELEASES = "https://get.pulumi.com/releases/sdk"
CHECKSUMS = "https://github.com/pulumi/pulumi/releases/download"
_CONNECT_SECONDS = 3.0
_COMPARE = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "!=": lambda a, b: a != b,
    "=": lambda a, b: a == b,
}


class Unavailable(Exception):
    """Why this engine can't be had; the message goes on after "because"."""


def required_versions() -> str:
    """The range of CLI versions that `Pulumi.yaml` takes; empty for any."""
    found = re.search(r"^requiredPulumiVersion:\s*[\"']?([^\"'#\n]*)", (PROJECT / "Pulumi.yaml").read_text(), re.M)
    return found[1].strip() if found else ""


def satisfies(version: str, wanted: str) -> bool:
    """Whether a version is in a range such as `>=3.227.0 <4.0.0 || =3.100.0`."""
    return any(
        all(_holds(version, condition, number) for condition, number in re.findall(r"([<>=!]*)\s*v?([\d.]+)", part))
        for part in wanted.split("||")
    )


def _holds(version: str, condition: str, number: str) -> bool:
    return _COMPARE.get(condition or "=", _COMPARE["="])(_numbers(version), _numbers(number))


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(part) for part in re.findall(r"\d+", version.split("-")[0])[:3]]
    return (*found, *[0] * (3 - len(found)))


def version_of(program: pathlib.Path) -> str:
    """What `pulumi version` says; empty when it says nothing."""
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run([program, "version"], capture_output=True, text=True, check=False, timeout=30, env=env)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().lstrip("v") if done.returncode == 0 else ""


def installed() -> pathlib.Path:
    """The CLI on PATH, when it and all that it needs are there.

    Raises:
        Unavailable: with what is missing.
    """
    found = on_path("pulumi")
    if not found:
        raise Unavailable("no pulumi is on PATH")
    program, wanted, version = pathlib.Path(found), required_versions(), version_of(pathlib.Path(found))
    if not satisfies(version or "0", wanted):
        raise Unavailable(f"the pulumi on PATH is {version or 'broken'}, and Pulumi.yaml requires {wanted}")
    beside = program.resolve().parent / "pulumi-language-python"
    if not beside.exists() and not on_path("pulumi-language-python"):
        raise Unavailable("the pulumi on PATH has no Python language host beside it")
    if not _has_kubernetes_plugin() and not reaches(RELEASES):
        raise Unavailable("the pulumi on PATH has no Kubernetes plugin, and its download is out of reach")
    return program


def _has_kubernetes_plugin() -> bool:
    home = pathlib.Path(os.environ.get("PULUMI_HOME") or pathlib.Path.home() / ".pulumi")
    if home.is_relative_to(CACHE):
        home = pathlib.Path.home() / ".pulumi"
    return (home / "plugins" / f"resource-kubernetes-v{KUBERNETES_VERSION}").is_dir()


def reaches(url: str) -> bool:
    """Whether a server answers within a few seconds, whatever it answers."""
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=_CONNECT_SECONDS).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, http.client.HTTPException):
        return False
    return True


def download(version: str) -> pathlib.Path:
    """The official release, unpacked into the cache and checked against its published checksum.

    Raises:
        Unavailable: when it is out of reach.
    """
    folder = CACHE / "engine" / f"official-{version}"
    program = folder / "pulumi" / "pulumi"
    if program.exists():
        return program
    name = f"pulumi-v{version}-{_platform()}.tar.gz"
    wanted = _published_checksum(version, name)
    archive = _fetch(f"{RELEASES}/{name}", "the official download")
    if hashlib.sha256(archive).hexdigest() != wanted:
        raise Unavailable(f"{name} isn't what its published checksum says")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        path = pathlib.Path(partial) / name
        path.write_bytes(archive)
        unpacked = pathlib.Path(partial) / "unpacked"
        with tarfile.open(path) as tar:
            tar.extractall(unpacked, filter="data")
        if version_of(unpacked / "pulumi" / "pulumi") != version:
            raise Unavailable(f"the pulumi in {name} doesn't run on this machine")
        if not folder.exists():
            unpacked.replace(folder)
    return program


def _published_checksum(version: str, name: str) -> str:
    listed = _fetch(f"{CHECKSUMS}/v{version}/pulumi-{version}-checksums.txt", "the list of official checksums").decode()
    for line in listed.splitlines():
        digest, _, file = line.partition(" ")
        if file.strip() == name:
            return digest
    raise Unavailable(f"there is no official release for this machine ({name})")


def _fetch(url: str, what: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=_CONNECT_SECONDS) as response:
            return response.read()
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(f"{what} is out of reach ({reason})") from None


def _platform() -> str:
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower())
    return f"{system}-{machine or platform.machine()}"
