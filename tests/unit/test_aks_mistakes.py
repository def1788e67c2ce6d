"""What AKS would refuse, or would make useless, is told before anything is made."""

from typing import Any

import pytest

from components import stack
from components.mistakes import NotADeployment
from tests import stack_file
from tests.azure_stack import SMALLEST

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a subscription's name": (
        {"cluster.subscription": "Production"},
        "spec.cluster.subscription: 'Production' is not an id of Azure: 32 hexadecimal digits, as in "
        "0f3c5d1e-8a2b-4c6d-9e7f-102938475656. `az account show --query id` tells the subscription's, "
        "`az ad group show --query id` a group's.",
    ),
    "a region as the portal shows it": (
        {"cluster.region": "West Europe"},
        "spec.cluster.region: 'West Europe' is not spelled as Azure spells a region: lower-case letters and digits, no "
        "spaces. Write westeurope.",
    ),
    "a region of another cloud": (
        {"cluster.region": "eu-west-1"},
        "spec.cluster.region: eu-west-1 is a region of another cloud. Azure's are written like westeurope or eastus2.",
    ),
    "a region without zones": (
        {"cluster.region": "westus"},
        "spec.cluster.region: westus has no availability zones, so that nothing there survives the loss of a data "
        "centre. Choose a region with zones, such as westeurope, eastus2 or southeastasia.",
    ),
    "a zone as Kubernetes labels it": (
        {"cluster.zones": ["westeurope-1", 2, 3]},
        "spec.cluster.zones.0: 'westeurope-1' is no zone of Azure. In every region they are called 1, 2 and 3, such as "
        "zones: [1, 2, 3].",
    ),
    "a zone that no region has": (
        {"cluster.zones": [1, 2, 4]},
        "spec.cluster.zones.2: '4' is no zone of Azure. In every region they are called 1, 2 and 3, such as "
        "zones: [1, 2, 3].",
    ),
    "too few zones for the copies": (
        {"cluster.zones": [1]},
        "spec.cluster.zones: 1 can't hold 2 copies of each message in zones of their own. Name at least 2 zones, or "
        "set pulsar.spread to preferred to do without.",
    ),
    "a name that Azure keeps": (
        {"cluster.name": "windows-events"},
        "spec.cluster.name: windows-events holds the word windows, which Azure reserves for itself. Choose a name "
        "without it.",
    ),
    "a name that starts as Azure's do": (
        {"cluster.name": "login"},
        "spec.cluster.name: login starts with login, which Azure reserves for itself. Choose a name that starts "
        "otherwise.",
    ),
    "a product of Microsoft's": (
        {"cluster.name": "exchange"},
        "spec.cluster.name: exchange is a name that Azure reserves for itself. Add something to it, such as "
        "exchange-events.",
    ),
    "a name too long for its address": (
        {"cluster.name": "e" * 55},
        f"spec.cluster.name: {'e' * 55} has 55 characters, and the cloud's names that start with it would be too long. "
        "Use at most 54.",
    ),
    "a resource group that ends with a period": (
        {"cluster.resource_group": "events."},
        "spec.cluster.resource_group: 'events.' can't name a resource group. Use at most 90 letters, digits, hyphens, "
        "underscores, periods and parentheses, with no period at the end.",
    ),
    "nobody who may reach it": (
        {"cluster.admin_groups": []},
        "spec.cluster.admin_groups: is empty, and there are no local accounts: nobody could reach the cluster. Name an "
        "Entra group that whoever runs `pulumi up` is in.",
    ),
    "an open API": (
        {"cluster.api_networks": ["0.0.0.0/0"]},
        "spec.cluster.api_networks.0: 0.0.0.0/0 is the whole internet. Name the networks that you come from.",
    ),
    "a private network where one of the internet belongs": (
        {"cluster.api_networks": ["10.0.0.0/8"]},
        "spec.cluster.api_networks.0: 10.0.0.0/8 is private, and these are networks of the internet. A private network "
        "reaches a private cluster by a peering or a VPN: leave api_networks out.",
    ),
    "networks that share addresses": (
        {"cluster.network": {"pods": "10.20.128.0/17"}},
        "spec.cluster.network.pods: 10.20.128.0/17 overlaps nodes (10.20.0.0/16), and each needs addresses of its own. "
        "Choose another.",
    ),
    "a network that AKS keeps": (
        {"cluster.network": {"services": "172.31.0.0/20"}},
        "spec.cluster.network.services: 172.31.0.0/20 overlaps 172.31.0.0/16, which AKS keeps for itself. Choose "
        "another, such as 10.244.0.0/16.",
    ),
    "services that take too many addresses": (
        {"cluster.network": {"services": "100.0.0.0/10"}},
        "spec.cluster.network.services: 100.0.0.0/10 is larger than AKS takes. Use a length from /13 to /28, such as "
        "10.100.0.0/16.",
    ),
    "services without room for DNS": (
        {"cluster.network": {"services": "10.100.0.0/29"}},
        "spec.cluster.network.services: 10.100.0.0/29 is too small for the cluster's own services. Use a length from "
        "/13 to /28, such as 10.100.0.0/16.",
    ),
    "pods without room for the nodes": (
        {"cluster.network": {"pods": "10.244.0.0/20"}},
        "spec.cluster.network.pods: 10.244.0.0/20 has room for 16 nodes, and 24 are there at once while pools are "
        "upgraded. Write a /19 or larger.",
    ),
    "nodes without addresses": (
        {"cluster.network": {"nodes": "10.20.0.0/27"}},
        "spec.cluster.network.nodes: 10.20.0.0/27 has room for 11 nodes, and 24 are there at once while pools are "
        "upgraded. Write a /26 or larger.",
    ),
    "a subnet's name": (
        {"cluster.network": {"use": "existing", "subnet_id": "nodes"}},
        "spec.cluster.network.subnet_id: 'nodes' is not the id of a subnet: /subscriptions/…/resourceGroups/…/providers"
        "/Microsoft.Network/virtualNetworks/…/subnets/…. `az network vnet subnet show --query id` tells it.",
    ),
    "a tag that Azure refuses": (
        {"cluster.tags": {"cost/centre": "42"}},
        "spec.cluster.tags.cost/centre: has / in its name, which Azure refuses. Use none of < > % & \\ ? /.",
    ),
    "the speed of a disk that has none to choose": (
        {"cluster.disk": {"iops": 5000}},
        "spec.cluster.disk.iops: can be chosen for premium-v2 alone; a premium volume's speed follows from its size.",
    ),
    "more megabytes than operations carry": (
        {"cluster.disk": {"type": "premium-v2", "throughput": 1000}},
        "spec.cluster.disk.throughput: 1000 needs 4000 operations a second, four for each megabyte. Raise iops, or "
        "lower it.",
    ),
    "a speed that a small volume can't have": (
        {"cluster.disk": {"type": "premium-v2", "iops": 20000}},
        "spec.cluster.disk.iops: 20000 are more than a volume of 20Gi can have, 500 for each Gi. Use at most 10000, or "
        "make the smallest volume larger.",
    ),
    "a machine of another cloud": (
        {"cluster.pools": {"bookie": {"machine": "m7i.xlarge", "nodes": 3}}},
        "spec.cluster.pools.bookie.machine: m7i.xlarge is not spelled as Azure spells a size. Write it such as "
        "Standard_D8s_v5.",
    ),
    "a machine without premium disks": (
        {"cluster.pools": {"bookie": {"machine": "Standard_D8_v5", "nodes": 3}}},
        "spec.cluster.pools.bookie.machine: Standard_D8_v5 takes no premium disks, as sizes with an s behind the "
        "number do. Use one such as Standard_D8s_v5.",
    ),
    "a version that AKS doesn't make any more": (
        {"cluster.kubernetes": "1.30"},
        "spec.cluster.kubernetes: 1.30 is not a version that this program sets up here. Choose from 1.34, 1.35.",
    ),
    "maintenance at no time of day": (
        {"cluster.patches": {"day": "Sunday", "start": "2am"}},
        "spec.cluster.patches.start: '2am' is not a time of day. Write hours and minutes in UTC, such as '02:00'.",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), CASES.values(), ids=CASES)
def test_what_azure_would_refuse_is_told_before_anything_is_made(changes: dict[str, Any], sentence: str):
    with pytest.raises(NotADeployment) as refused:
        stack.read(stack_file.raw(changes, SMALLEST), "test")

    assert str(refused.value).splitlines()[1:] == [f"  {sentence}"]
