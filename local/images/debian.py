"""What images take from Debian: the lowest layer of the Pulsar image, with Java and Python, and packages' files."""

import pathlib
import subprocess
import tempfile
from collections.abc import Sequence

from local.problem import Problem

SUITE = "bookworm"
JAVA_HOME = "/usr/lib/jvm/java-17-openjdk-amd64"
PACKAGES = (
    "bash",
    "ca-certificates",
    "coreutils",
    "curl",
    "libstdc++6",
    "netcat-openbsd",
    "openjdk-17-jre-headless",
    "openssl",
    "procps",
    "python3-minimal",
    "python3-yaml",
)
LEFT_OUT = (
    "/usr/share/man/*",
    "/usr/share/doc/*",
    "/usr/share/locale/*",
    "/usr/share/info/*",
    "/usr/share/lintian/*",
    "/usr/share/fonts/*",
)
HOOKS = (
    # The user of the official image, in the group that OpenShift and restricted pods use.
    'echo "pulsar:x:10000:0:pulsar:/pulsar/data:/bin/bash" >>"$1/etc/passwd"',
    'ln -sf python3 "$1/usr/bin/python"',
    f'ln -s {JAVA_HOME} "$1/opt/jvm"',
    # A pod that is replaced keeps its name and changes its address.
    'printf "networkaddress.cache.ttl=1\\nnetworkaddress.cache.negative.ttl=1\\n" '
    '>>"$1/etc/java-17-openjdk/security/java.security"',
    'rm -rf "$1"/var/cache/* "$1"/var/log/* "$1"/var/lib/apt/lists/* "$1/etc/hostname"',
    # Perl's modules serve the installation alone, and nothing in the image converts legacy encodings.
    'rm -rf "$1"/usr/share/perl/5* "$1"/usr/lib/*/perl/5* "$1"/usr/lib/*/libperl.so* "$1"/usr/lib/*/gconv',
    'find "$1/usr" -name __pycache__ -prune -exec rm -rf {} +',
    ': >"$1/etc/resolv.conf"',
)


def inputs() -> str:
    """What the layer depends on, as text."""
    return repr((SUITE, PACKAGES, LEFT_OUT, HOOKS))


def build(target: pathlib.Path, epoch: int) -> None:
    """Write the layer's tar."""
    options = [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
    options += [f"--customize-hook={hook}" for hook in HOOKS]
    _mmdebstrap(
        "--variant=essential",
        "--format=tar",
        f"--include={','.join(PACKAGES)}",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        # The JRE's own script puts alternatives there and fails without it.
        '--essential-hook=mkdir -p "$1/usr/share/man/man1"',
        *options,
        target=target,
        epoch=epoch,
    )


def extract(folder: pathlib.Path, packages: Sequence[str], kept: Sequence[str], epoch: int) -> None:
    """Put files of packages, and of those that they need, into a folder. No package's script runs.

    Args:
        folder: where to, not there yet.
        packages: their names.
        kept: which files, as patterns that dpkg knows. With a `!` before it: which not, though an earlier one has it.
        epoch: as for a layer.
    """
    filters = [f"path-exclude={each[1:]}" if each.startswith("!") else f"path-include={each}" for each in kept]
    _mmdebstrap(
        "--variant=extract",
        "--format=directory",
        f"--include={','.join(packages)}",
        "--dpkgopt=path-exclude=/*",
        *(f"--dpkgopt={each}" for each in filters),
        target=folder,
        epoch=epoch,
    )


def _mmdebstrap(*options: str, target: pathlib.Path, epoch: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["nice", "mmdebstrap", "--quiet", *options, SUITE, target],
            check=False,
            capture_output=True,
            text=True,
            env=_environment(epoch, folder),
        )
    if done.returncode:
        raise Problem(
            f"mmdebstrap could not fetch what an image takes from Debian:\n{done.stderr.strip()[-1500:]}\n"
            "Check that Debian's archive can be reached (apt-get update)."
        )


def _environment(epoch: int, folder: str) -> dict[str, str]:
    return {
        "SOURCE_DATE_EPOCH": str(epoch),
        "TMPDIR": folder,
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }
