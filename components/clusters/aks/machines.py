"""The machines and disks that AKS nodes are planned with.

Source: the size tables of the Dsv5 and Esv5 series (processors, memory, most data disks).
"""

from ..sizing import Machine

_GI = 1 << 30
_DISKS = {2: 4, 4: 8, 8: 16}
"""The most data disks by processors; larger sizes take 32."""


def _machine(family: str, processors: int, ratio: int) -> Machine:
    return Machine(
        name=f"Standard_{family}{processors}s_v5",
        millicores=processors * 1000,
        memory=processors * ratio * _GI,
        volumes=_DISKS.get(processors, 32),
    )


MACHINES = (
    *(_machine("D", processors, 4) for processors in (2, 4, 8, 16, 32, 48, 64)),
    *(_machine("E", processors, 8) for processors in (2, 4, 8, 16, 20, 32, 48, 64)),
)
"""Intel machines with premium storage and no local disk, in every region that has zones: 4 or 8 GiB per processor."""

SYSTEM_MACHINE = "Standard_D2s_v5"
"""What the cluster's own services run on: the least that AKS takes for them."""
