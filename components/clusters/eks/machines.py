"""The EC2 instances that node pools are planned with, and what their names tell.

Sources: Amazon's pages of the M7i and R7i families and of their network interfaces; EC2's limit of 28 attachments to
an instance, which volumes and interfaces share on most of these sizes.
"""

import re
from collections.abc import Iterator

from ..sizing import Machine

_ATTACHMENTS = 28
_KUBELET_MILLICORES = 100
"""What EKS keeps of an instance for kubelet, at most, of these sizes: its nodes offer that much less."""
_SIZES = {"large": (2, 3), "xlarge": (4, 4), "2xlarge": (8, 4), "4xlarge": (16, 8), "8xlarge": (32, 8)}
"""Processors, and the network interfaces that the pods' addresses may take."""
_GIBIBYTES_PER_PROCESSOR = {"m7i": 4, "r7i": 8}

MACHINES: tuple[Machine, ...] = tuple(
    Machine(
        name=f"{family}.{size}",
        millicores=processors * 1000 - _KUBELET_MILLICORES,
        memory=processors * ratio << 30,
        # One is the system disk's.
        volumes=_ATTACHMENTS - interfaces - 1,
    )
    for family, ratio in _GIBIBYTES_PER_PROCESSOR.items()
    for size, (processors, interfaces) in _SIZES.items()
)


def wrong_machine(machine: str) -> Iterator[str]:
    """What an instance type can't be: a sentence."""
    if not re.fullmatch(r"[a-z][-a-z0-9]*\.[-a-z0-9]+", machine):
        yield (
            f"{machine[:40]!r} is not a type of EC2 instance. Write its family and size, such as m7i.xlarge, or leave "
            "it out to have one chosen."
        )
    elif re.match(r"[a-z]+[0-9]+g", machine):
        yield (
            f"{machine} has an ARM processor, and the nodes' system is set up for x86-64. "
            f"Use one of Intel's or AMD's, such as {MACHINES[0].name}."
        )
