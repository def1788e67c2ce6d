"""Nodes are planned from what the pods ask for: none waits for a node, and a zone may be lost."""

import hypothesis
import pytest
from hypothesis import strategies as st

from components import mistakes, stack
from components.clusters.sizing import (
    CPU_RESERVE,
    MEMORY_RESERVE,
    POOL_LABEL,
    Demand,
    Machine,
    NoMachine,
    Pool,
    nodes,
    pools,
)
from evaluation import stack_files
from tests import rendered, stack_file

GI = 1 << 30
MACHINES = tuple(
    Machine(name=f"m{size}x{ratio}", millicores=size * 1000, memory=size * ratio * GI, volumes=20)
    for size in (2, 4, 8, 16, 32)
    for ratio in (4, 8)
)
DEMANDS = st.lists(
    st.builds(
        Demand,
        role=st.sampled_from(["bookie", "broker", "proxy", "etcd"]),
        pods=st.integers(1, 9),
        millicores=st.integers(50, 8000),
        memory=st.integers(GI // 4, 60 * GI),
        volumes=st.integers(0, 3),
        alone=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda each: each.role,
)


@hypothesis.given(DEMANDS, st.integers(1, 3))
def test_every_pool_has_room_for_its_pods_and_nodes_in_every_zone(demands: list[Demand], zones: int):
    planned = {pool.name: pool for pool in pools(demands, MACHINES, zones)}

    for name, pool in planned.items():
        machine = next(each for each in MACHINES if each.name == pool.machine)
        inside = [each for each in demands if each.pool == name]
        assert pool.nodes % zones == 0
        assert pool.nodes >= zones
        assert sum(each.pods * each.millicores for each in inside) <= pool.nodes * machine.millicores * (
            1 - CPU_RESERVE
        )
        assert sum(each.pods * each.memory for each in inside) <= pool.nodes * machine.memory * (1 - MEMORY_RESERVE)
        assert all(pool.nodes >= each.pods for each in inside if each.alone)


def test_the_cheaper_of_two_machines_is_chosen():
    small = [Demand(role="broker", pods=3, millicores=1000, memory=2 * GI)]

    assert {pool.name: pool.machine for pool in pools(small, MACHINES, 3)}["broker"] == "m2x4"


def test_a_pod_that_no_machine_holds_is_told_with_what_is_left_of_the_largest():
    huge = [Demand(role="bookie", pods=3, millicores=1000, memory=900 * GI)]

    with pytest.raises(NoMachine, match=r"A bookie asks for 1 processors and 900Gi, and the largest machine .* m32x8"):
        pools(huge, MACHINES, 3)


def test_a_machine_to_which_not_enough_volumes_can_be_attached_is_not_chosen():
    few = Machine(name="few", millicores=8000, memory=64 * GI, volumes=1)

    assert nodes("bookie", [Demand(role="bookie", pods=1, millicores=100, memory=GI, volumes=2)], few, 1) is None


BESIDE = {
    "monitoring": {"kind": "own"},
    "demo": {},
    "console.login": {
        "issuer": "https://login.example.org",
        "client_id": "console",
        "secret": "console-login",
        "email_domains": ["example.org"],
        "url": "https://pulsar.example.org",
    },
}


def test_what_stands_beside_pulsar_has_room_on_the_nodes_too():
    alone, whole = stack_file.spec(), stack_file.spec(BESIDE)
    further = {each.role: each for each in whole.demands() if each not in alone.demands()}

    assert set(further) == {"prometheus", "demo", "dekaf", "console-login"}
    assert further["prometheus"] == Demand(
        role="prometheus", pods=1, millicores=250, memory=2 * GI, volumes=1, alone=False
    )


def test_a_prometheus_that_no_machine_holds_is_told_before_anything_is_made():
    changes = {"monitoring": {"kind": "own", "memory": "4Ti"}}

    with pytest.raises(mistakes.NotADeployment, match=r"spec.cluster.pools.general: A prometheus asks for"):
        stack.read(stack_file.raw(changes, base=stack_files.read("aws")[stack_files.SPEC]), "aws")


def test_what_stands_beside_pulsar_takes_no_room_from_bookies_and_brokers():
    spec = stack.read(stack_files.read("aws")[stack_files.SPEC], "aws")
    pod = rendered.manifests(spec)["events-prometheus"]["spec"]["template"]["spec"]

    assert pod["nodeSelector"] == {POOL_LABEL: "general"}


def test_nodes_are_spread_evenly_over_the_zones():
    assert Pool(name="broker", machine="m2", nodes=7).per_zone(["a", "b", "c"]) == {"a": 3, "b": 2, "c": 2}
