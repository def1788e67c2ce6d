"""What the stand-ins have to know of the types of resources that our stacks use."""

import pathlib

from tests.cloud_plugins.installing import CLOUDS
from tests.cloud_plugins.lasting import is_known

INVENTORIES = pathlib.Path(__file__).parent.parent.parent / "upgrades" / "urns"


def test_of_every_type_that_a_stack_uses_it_is_known_what_can_t_change():
    urns = [urn for path in INVENTORIES.glob("*.txt") for urn in path.read_text().splitlines()]
    types = {urn.split("::")[2].rpartition("$")[2] for urn in urns}
    unknown = sorted(each for each in types if each.partition(":")[0] in CLOUDS and not is_known(each))

    assert unknown == [], "Look it up in the cloud's reference, and add it to tests/cloud_plugins/lasting.py."
