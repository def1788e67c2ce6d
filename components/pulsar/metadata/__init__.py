"""The metadata stores. One file and one name in the union add a store."""

from typing import Annotated

import pydantic

from ... import versions
from ...model import unless_told
from .etcd import EtcdSpec
from .zookeeper import ZookeeperSpec

STORES: tuple[versions.Store, ...] = ("etcd", "zookeeper")
"""The stores that the program deploys."""

MetadataSpec = Annotated[EtcdSpec | ZookeeperSpec, pydantic.Field(discriminator="store"), unless_told("store", "etcd")]
"""Where Pulsar and BookKeeper keep their metadata."""
