"""The metadata stores. One file and one name in the union add a store."""

from ... import versions
from .etcd import EtcdSpec

STORES: tuple[versions.Store, ...] = ("etcd",)
"""The stores that the program deploys."""

# A second store turns this into a union told apart by `store`.
MetadataSpec = EtcdSpec
"""Where Pulsar and BookKeeper keep their metadata."""
