"""Names that the engine knows a resource by: a changed one deletes the old resource and makes a new one.

After a change that is meant, `UPDATE_URNS=1 pytest tests/upgrades/test_urns.py` writes the inventory again.
"""

import os
import pathlib

import pytest

from evaluation import stack_files
from tests.conftest import Deploy, as_the_engine_passes

INVENTORIES = pathlib.Path(__file__).parent / "urns"


@pytest.mark.parametrize("stack", stack_files.names())
def test_no_resource_is_deleted_because_its_name_changed(stack: str, deploy: Deploy):
    config = as_the_engine_passes(stack_files.read(stack))
    path = INVENTORIES / f"{stack}.txt"

    now = sorted(each.urn for each in deploy(stack=stack, config=config))
    if os.environ.get("UPDATE_URNS"):
        path.write_text("\n".join(now) + "\n")

    known = path.read_text().splitlines() if path.exists() else []
    gone, new = sorted(set(known) - set(now)), sorted(set(now) - set(known))
    assert (gone, new) == ([], []), (
        f"{path.name} lists other URNs than the program registers. Every one that is gone would be deleted in a "
        "running stack, with its data: give its resource an alias (pulumi.Alias), or leave its name and parent as "
        f"they were. If the change is meant, write the inventory again with UPDATE_URNS=1.\ngone: {gone}\nnew: {new}"
    )


def test_no_inventory_is_left_of_a_stack_that_is_gone():
    assert sorted(path.stem for path in INVENTORIES.glob("*.txt")) == stack_files.names()


def test_no_two_resources_of_a_stack_share_a_name():
    for path in INVENTORIES.glob("*.txt"):
        urns = path.read_text().splitlines()
        assert len(urns) == len(set(urns))
