"""The system programs that a node needs, installed by Debian's or Ubuntu's package manager when they are missing."""

import os
import pathlib
import shutil
import subprocess

from local.problem import Problem
from local.progress import Progress

SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

NODE = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "ip": "iproute2",
    "ethtool": "ethtool",
    "socat": "socat",
    "nsenter": "util-linux",
    "unshare": "util-linux",
}
"""What a node runs, by the program or file that shows that it is there."""

IMAGES = {"mmdebstrap": "mmdebstrap"}
"""What building images takes."""


def missing(programs: dict[str, str]) -> list[str]:
    """The packages whose program isn't there."""
    return sorted({package for program, package in programs.items() if not _present(program)})


def _present(program: str) -> bool:
    return pathlib.Path(program).exists() if program.startswith("/") else shutil.which(program, path=SEARCH) is not None


def ensure(programs: dict[str, str], progress: Progress) -> None:
    """Install what is missing, or say what to install."""
    packages = missing(programs)
    if not packages:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Problem(
            f"This machine lacks {', '.join(packages)} (Debian's names), and only root on Debian or Ubuntu can have "
            "them installed. Install them, or name a cluster of yours with PULSAR_KUBECONFIG."
        )
    with progress.step(f"cluster: installing {', '.join(packages)}", "about a minute"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages],
        ):
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL
            )
        if done.returncode:
            raise Problem(
                f"apt-get could not install {', '.join(packages)}: {done.stderr.strip()[-500:]} "
                "Install them by hand and try again."
            )
