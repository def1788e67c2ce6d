"""Which of the stack files are on a cloud of which kind, and what the tests need to know of each."""

import dataclasses
from collections.abc import Mapping

from components import stack
from components.clusters.cloud import CloudSpec
from components.stack import StackSpec
from evaluation import stack_files


@dataclasses.dataclass(frozen=True)
class Kind:
    """A managed Kubernetes."""

    cluster: str
    """The type of the cluster."""
    pool: str
    """The type of a pool of nodes."""
    version: str
    """Where the cluster's inputs name the version of Kubernetes."""


KINDS: Mapping[str, Kind] = {
    "eks": Kind("aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "version"),
    "gke": Kind("gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool", "minMasterVersion"),
    "aks": Kind(
        "azure-native:containerservice:ManagedCluster", "azure-native:containerservice:AgentPool", "kubernetesVersion"
    ),
}


def spec(name: str) -> StackSpec:
    """A stack file's spec, read."""
    return stack.read(stack_files.read(name)[stack_files.SPEC], name)


def cluster(name: str) -> CloudSpec:
    """What the stack file says of the cluster of a stack in a cloud."""
    found = spec(name).cluster
    assert isinstance(found, CloudSpec)
    return found


def kind(name: str) -> Kind:
    """What the cluster of a stack is."""
    return KINDS[spec(name).cluster.provider]


_FIRST = {spec(name).cluster.provider: name for name in reversed(stack_files.names())}
STACKS = [_FIRST[provider] for provider in KINDS if provider in _FIRST]
"""A stack file on each cloud: the first by its name."""


def type_of(urn: str) -> str:
    """The type of a resource, without those of the components around it."""
    return urn.split("::")[2].rpartition("$")[2]
