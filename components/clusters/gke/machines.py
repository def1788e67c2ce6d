"""Google's machines: what pools are planned with, and which disks each family takes.

Sources: Compute Engine's machine families and the disk types that each supports (cloud.google.com/compute/docs/disks);
what GKE reserves of a node (cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes).
"""

import math
from collections.abc import Mapping
from typing import Literal, get_args

from ..sizing import Machine

Disk = Literal["pd-ssd", "pd-balanced", "hyperdisk-balanced"]
DISKS: tuple[Disk, ...] = get_args(Disk)

_PERSISTENT: frozenset[Disk] = frozenset({"pd-ssd", "pd-balanced"})
_HYPERDISK: frozenset[Disk] = frozenset({"hyperdisk-balanced"})
FAMILIES: Mapping[str, frozenset[Disk]] = {
    **dict.fromkeys(("n1", "n2", "n2d", "e2", "c2", "c2d", "t2d", "t2a"), _PERSISTENT),
    **dict.fromkeys(("c3", "c3d", "m3"), _PERSISTENT | _HYPERDISK),
    **dict.fromkeys(("n4", "n4d", "c4", "c4a", "c4d"), _HYPERDISK),
}
"""The disks that a family's machines may have, the system disk included. Families that aren't listed may take any."""

_GIBIBYTE = 1 << 30
_EVICTION = 100 << 20
"""What must stay free, or the kubelet evicts pods."""
_MILLICORES_OF_AGENTS, _MEMORY_OF_AGENTS = 500, 600 << 20
"""What GKE's own pods on every node ask for: network, logs, metrics, metadata, disks. Rounded up."""


def _kept_millicores(processors: int) -> int:
    """GKE keeps 6% of the first processor, 1% of the second, 0.5% of the next two, and 0.25% of the rest."""
    return math.ceil(60 + 10 + 5 * min(processors - 2, 2) + 2.5 * max(processors - 4, 0)) + _MILLICORES_OF_AGENTS


def _kept_memory(gibibytes: int) -> int:
    """GKE keeps 25% of the first 4 GiB, 20% of the next 4, 10% of the next 8, 6% of the next 112, 2% of the rest."""
    kept, left = 0.0, gibibytes
    for share, step in ((0.25, 4), (0.20, 4), (0.10, 8), (0.06, 112), (0.02, left)):
        kept += share * min(left, step)
        left -= min(left, step)
    return int(kept * _GIBIBYTE) + _EVICTION + _MEMORY_OF_AGENTS


def _sizes(family: str, processors: tuple[int, ...], volumes: int) -> tuple[Machine, ...]:
    """The standard (4 GiB for a processor) and highmem (8 GiB) machines of a family."""
    return tuple(
        Machine(
            name=f"{family}-{kind}-{number}",
            millicores=number * 1000,
            memory=number * gibibytes * _GIBIBYTE,
            volumes=volumes,
            kept_millicores=_kept_millicores(number),
            kept_memory=_kept_memory(number * gibibytes),
        )
        for number in processors
        for kind, gibibytes in (("standard", 4), ("highmem", 8))
    )


_N2 = _sizes("n2", (2, 4, 8, 16, 32, 48, 64, 80), volumes=127)
"""In every region. A machine takes 128 disks."""
_C3 = _sizes("c3", (4, 8, 22, 44, 88), volumes=15)
"""Hyperdisk, and persistent disks as well: the volumes that are there already can still be attached. The smaller
machines take 16 Hyperdisks; the larger ones more, which no pool of Pulsar's needs."""


def machines(disk: Disk) -> tuple[Machine, ...]:
    """What pools are planned with, where their volumes are of this type."""
    return _C3 if disk == "hyperdisk-balanced" else _N2


def family(machine: str) -> str:
    """The family of a machine's type: `n2` of `n2-standard-8`."""
    return machine.partition("-")[0]


def takes(machine: str, disk: Disk) -> bool:
    """Whether volumes of this type can be attached to a machine."""
    return disk in FAMILIES.get(family(machine), DISKS)


def system_disk(machine: str) -> Disk:
    """The type of a node's own disk: the family's cheapest."""
    return "pd-balanced" if takes(machine, "pd-balanced") else "hyperdisk-balanced"
