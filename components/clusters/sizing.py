"""How many nodes of which machine Pulsar's pods need: a pure function of what they ask for."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

PoolName = Literal["bookie", "broker", "general"]
POOLS: tuple[PoolName, ...] = get_args(PoolName)
"""Bookies and brokers have nodes of their own, since they need other machines; everything else shares the rest."""

POOL_LABEL = "pulsar.apache.org/pool"
"""The label by which pods find their pool's nodes."""

CPU_RESERVE, MEMORY_RESERVE = 0.10, 0.15
"""The share of a machine that Pulsar doesn't get: kubelet, system and the pods that run on every node."""
SYSTEM_MILLICORES, SYSTEM_MEMORY = 500, 1 << 30
"""What else runs in the general pool: DNS, storage drivers, controllers."""

_GIBIBYTE_IN_CORES = 0.12
"""What a gibibyte of memory costs, in processors: near enough in all three clouds' price lists for choosing."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Demand:
    """A set of equal pods, and what each of them asks of its node."""

    role: str
    pods: int
    millicores: int
    memory: int
    """Bytes."""
    volumes: int = 0
    """Block volumes that are attached to the node with it."""
    alone: bool = True
    """Whether no two of them may share a node."""

    @property
    def pool(self) -> PoolName:
        """The pool that they run in."""
        return self.role if self.role in ("bookie", "broker") else "general"  # pyright: ignore[reportReturnType]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Machine:
    """A type of machine that a cloud rents out."""

    name: str
    millicores: int
    memory: int
    """Bytes."""
    volumes: int
    """Block volumes that can be attached, beside its system disk."""
    kept_millicores: int = 0
    """What the cloud keeps for itself and its own pods, where that is known and more than the usual share."""
    kept_memory: int = 0
    """The same in bytes."""

    @property
    def cost(self) -> float:
        """What it costs, in a unit that only serves to compare."""
        return self.millicores / 1000 + self.memory / (1 << 30) * _GIBIBYTE_IN_CORES


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pool:
    """The nodes of one pool."""

    name: PoolName
    machine: str
    nodes: int
    """In all zones together."""

    def per_zone(self, zones: Sequence[str]) -> Mapping[str, int]:
        """The nodes of each zone: as even as can be, the first zones get the rest."""
        each, more = divmod(self.nodes, len(zones))
        return {zone: each + (1 if position < more else 0) for position, zone in enumerate(zones)}


class NoMachine(ValueError):
    """No machine of the table is large enough for a pod."""

    def __init__(self, demand: Demand, machines: Sequence[Machine]) -> None:
        largest = max(machines, key=lambda each: (each.memory, each.millicores))
        super().__init__(
            f"A {demand.role} asks for {demand.millicores / 1000:g} processors and {demand.memory / (1 << 30):g}Gi, "
            f"and the largest machine that is chosen by itself, {largest.name}, leaves "
            f"{_usable(largest, 'broker')[0] / 1000:g} and {_usable(largest, 'broker')[1] / (1 << 30):.1f}Gi"
        )
        self.demand = demand


def pools(demands: Sequence[Demand], machines: Sequence[Machine], zones: int) -> tuple[Pool, ...]:
    """The cheapest pools that hold all pods, with a node for every zone.

    Args:
        demands: what will run.
        machines: what may be rented.
        zones: how many zones the nodes are spread over.

    Raises:
        NoMachine: a pod fits on none of the machines.
    """
    return tuple(_pool(name, [each for each in demands if each.pool == name], machines, zones) for name in POOLS)


def nodes(name: PoolName, demands: Sequence[Demand], machine: Machine, zones: int) -> int | None:
    """How many nodes of one machine a pool's pods need, or `None` where a pod doesn't fit on it."""
    room = _usable(machine, name)
    each_pod = sorted(
        (each for each in demands if each.pool == name for _ in range(each.pods)),
        key=lambda each: (-each.memory, -each.millicores, each.role),
    )
    filled: list[_Node] = []
    for pod in each_pod:
        if pod.millicores > room[0] or pod.memory > room[1] or pod.volumes > machine.volumes:
            return None
        target = next((node for node in filled if node.takes(pod)), None)
        if target is None:
            target = _Node(room[0], room[1], machine.volumes)
            filled.append(target)
        target.put(pod)
    # A zone that is lost must not take every node of the pool with it, and volumes stay in their zone.
    return math.ceil(max(len(filled), 1) / zones) * zones


def _pool(name: PoolName, demands: Sequence[Demand], machines: Sequence[Machine], zones: int) -> Pool:
    fitting = [
        (number * machine.cost, machine.name, number)
        for machine in machines
        if (number := nodes(name, demands, machine, zones)) is not None
    ]
    if not fitting:
        raise NoMachine(max(demands, key=lambda each: (each.memory, each.millicores)), machines)
    _, machine, number = min(fitting)
    return Pool(name=name, machine=machine, nodes=number)


def _usable(machine: Machine, pool: PoolName) -> tuple[int, int]:
    """What is left of a machine for Pulsar's pods."""
    cpu = min(int(machine.millicores * (1 - CPU_RESERVE)), machine.millicores - machine.kept_millicores)
    memory = min(int(machine.memory * (1 - MEMORY_RESERVE)), machine.memory - machine.kept_memory)
    return (cpu - SYSTEM_MILLICORES, memory - SYSTEM_MEMORY) if pool == "general" else (cpu, memory)


class _Node:
    """A node that is being filled."""

    def __init__(self, millicores: int, memory: int, volumes: int) -> None:
        self.millicores, self.memory, self.volumes = millicores, memory, volumes
        self.roles: set[str] = set()

    def takes(self, pod: Demand) -> bool:
        return (
            not (pod.alone and pod.role in self.roles)
            and pod.millicores <= self.millicores
            and pod.memory <= self.memory
            and pod.volumes <= self.volumes
        )

    def put(self, pod: Demand) -> None:
        self.millicores -= pod.millicores
        self.memory -= pod.memory
        self.volumes -= pod.volumes
        self.roles.add(pod.role)
