"""The metadata stores. One file and one name in the union add a store."""

from collections.abc import Iterator
from typing import Annotated

import pydantic

from ... import versions
from ...model import unless_told
from .configuration import LONGEST_CLUSTER_NAME, ExistingStoreSpec
from .etcd import EtcdSpec
from .oxia import OxiaSpec
from .zookeeper import ZookeeperSpec

STORES: tuple[versions.Store, ...] = ("etcd", "zookeeper", "oxia")
"""The stores that the program deploys."""

MetadataSpec = Annotated[
    EtcdSpec | ZookeeperSpec | OxiaSpec, pydantic.Field(discriminator="store"), unless_told("store", "etcd")
]
"""Where Pulsar and BookKeeper keep their metadata."""

ConfigurationMetadataSpec = Annotated[
    EtcdSpec | ZookeeperSpec | OxiaSpec | ExistingStoreSpec, pydantic.Field(discriminator="store")
]
"""A store of what several clusters may share."""


def refusals(
    own: MetadataSpec, shared: ConfigurationMetadataSpec | None, version: str, cluster: str
) -> Iterator[tuple[str, str]]:
    """Stores that a Pulsar release has no driver for, and names that don't fit."""
    yield from _refused("metadata.store", own.store, version)
    if isinstance(shared, ExistingStoreSpec):
        yield from _refused("configuration_metadata.url", shared.kind, version)
    elif shared is not None:
        yield from _refused("configuration_metadata.store", shared.store, version)
        if len(cluster) > LONGEST_CLUSTER_NAME:
            yield (
                "name",
                f"{cluster} is too long for a configuration store beside it, whose pods' names start with it. "
                f"Use at most {LONGEST_CLUSTER_NAME} characters, or a configuration store that exists.",
            )


def _refused(path: str, store: versions.Store, version: str) -> Iterator[tuple[str, str]]:
    if refused := versions.store_refusal(version, store, STORES):
        yield path, refused
