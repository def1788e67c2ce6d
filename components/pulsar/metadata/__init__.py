"""The metadata stores. One file and one name in the union add a store."""

from .etcd import EtcdSpec

# A second store turns this into a union told apart by `store`.
MetadataSpec = EtcdSpec
"""Where Pulsar and BookKeeper keep their metadata."""
