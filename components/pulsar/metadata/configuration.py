"""What several clusters may share, in a store apart: tenants, namespaces, policies, and the clusters themselves."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar

from ... import versions
from ...model import Spec
from ..contributions import Contribution, Process
from ..lifecycle.guards import Guard
from ..runtime import Runtime
from ..workload import InitContainer, Manifest, Workload
from . import etcd, oxia, zookeeper
from .store import MetadataStoreSpec, Place

PREFIX = "configuration-"
"""What the roles of a configuration store that is deployed here start with."""
LONGEST_CLUSTER_NAME = 52 - len(f"-{PREFIX}zookeeper")
"""A stateful set's pods carry its name and a hash as one label."""
_SCHEMES: Mapping[str, versions.Store] = {"zk": "zookeeper", "etcd": "etcd", "oxia": "oxia"}
_WRITTEN = {
    "zk": "zk:HOST:PORT,HOST:PORT, with a /PATH at the end alone",
    "etcd": "etcd:http://HOST:PORT,http://HOST:PORT, each with http:// before it",
    "oxia": "oxia://HOST:PORT/NAMESPACE",
}
_HOST = r"[\w.-]+:\d{1,5}"


class ExistingStoreSpec(Spec):
    """A store that is there already, such as another cluster's."""

    store: Literal["existing"]
    """It is there already."""
    url: str
    """Its address, as Pulsar has it: `zk:HOST:PORT,HOST:PORT` with `/PATH` behind it where its root is another's,
    `etcd:http://HOST:PORT,http://HOST:PORT`, or `oxia://HOST:PORT/NAMESPACE`."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """An address that is none, or that this program can't ask."""
        scheme = self.url.partition(":")[0]
        shapes = {
            "zk": rf"zk:{_HOST}(,{_HOST})*(/[\w/.-]+)?",
            "etcd": rf"etcd:http://{_HOST}(,http://{_HOST})*",
            "oxia": rf"oxia://{_HOST}/[\w.-]+",
        }
        if self.url.startswith("etcd:https:"):
            yield "url", "asks for certificates, which only an etcd that the program deploys has here. Use http or zk."
        elif scheme not in shapes:
            yield (
                "url",
                f"{self.url[:60]!r} is not an address of a store that can be shared here. "
                "Write zk:HOST:PORT,HOST:PORT or etcd:http://HOST:PORT or oxia://HOST:PORT/NAMESPACE.",
            )
        elif not re.fullmatch(shapes[scheme], self.url, re.ASCII):
            yield "url", f"{self.url[:60]!r} is not how Pulsar writes it. Write {_WRITTEN[scheme]}."

    @property
    def kind(self) -> versions.Store:
        """What it is, by its address."""
        return _SCHEMES[self.url.partition(":")[0]]


class _Existing(MetadataStoreSpec):
    """The same as the others see a store: nothing of it is deployed."""

    address: str

    def url(self, place: Place) -> str:
        """As the stack file has it."""
        return self.address

    def workloads(self, place: Place, runtime: Runtime, storage_class: str | None) -> tuple[Workload, ...]:
        """None: it is there."""
        return ()

    def contribution(self, place: Place) -> Contribution:
        """What there is no asking without."""
        base = super().contribution(place)
        return oxia.with_client(base, place, versions.OXIA_IMAGE) if self.store == "oxia" else base

    def shell_functions(self, place: Place, name: str = "metadata") -> str:
        """As the store of that kind is asked. Of several members of an etcd, the first is."""
        rest = self.address.partition(":")[2]
        if self.store == "oxia":
            address, _, namespace = rest.removeprefix("//").partition("/")
            return oxia.asking(name, place, address, namespace)
        if self.store == "etcd":
            return etcd.asking(name, rest.partition(",")[0])
        servers, slash, path = rest.partition("/")
        return zookeeper.asking(name, servers, below=f"{slash}{path}")


class Apart(MetadataStoreSpec):
    """A cluster's own store and the configuration store, seen as one."""

    own: MetadataStoreSpec
    configuration: MetadataStoreSpec

    def url(self, place: Place) -> str:
        """The own store's."""
        return self.own.url(place)

    def local_url(self, place: Place) -> str:
        """The own store's."""
        return self.own.local_url(place)

    def local_configuration_url(self, place: Place) -> str:
        """The configuration store's."""
        return self.configuration.local_url(_beside(place))

    def bookkeeper_uri(self, place: Place) -> str:
        """BookKeeper has nothing to do with the configuration."""
        return self.own.bookkeeper_uri(place)

    def last_key(self, place: Place) -> str:
        """The cluster's own entry: what comes after it is there already where another cluster came first."""
        return f"/admin/clusters/{place.cluster}"

    def contribution(self, place: Place) -> Contribution:
        """The own store's, and what the processes that read the configuration need of the other."""
        own, other = self.own.contribution(place), self.configuration.contribution(_beside(place))
        named = {"metadataStoreUrl": "configurationMetadataStoreUrl", "metadataStoreConfigPath": _CONFIG_PATH}
        asked = {named[key]: value for key, value in other.conf["broker"].items() if key in named}
        return dataclasses.replace(
            own,
            source=f"{own.source}, configuration: {self.configuration.store}",
            conf={**own.conf, "broker": {**own.conf["broker"], **asked}},
            mounts=_both(own.mounts, other.mounts),
            init_containers=_both(own.init_containers, _for_readers(other.init_containers)),
        )

    def workloads(self, place: Place, runtime: Runtime, storage_class: str | None) -> tuple[Workload, ...]:
        """Both."""
        return (
            *self.own.workloads(place, runtime, storage_class),
            *self.configuration.workloads(_beside(place), runtime, storage_class),
        )

    def manifests(self, place: Place) -> Mapping[str, Manifest]:
        """Both."""
        return {**self.own.manifests(place), **self.configuration.manifests(_beside(place))}

    def guards(self, place: Place) -> Mapping[str, Guard]:
        """Both."""
        return {**self.own.guards(place), **self.configuration.guards(_beside(place))}

    def shell_functions(self, place: Place, name: str = "metadata") -> str:
        """What is asked of the one or of the other, by the key."""
        return "\n".join(
            (
                self.own.shell_functions(place, "own"),
                self.configuration.shell_functions(_beside(place), "configuration"),
                f"{name}_answers() {{ own_answers && configuration_answers; }}",
                f'{name}_has() {{ case $1 in /admin/*) configuration_has "$1";; *) own_has "$1";; esac; }}',
            )
        )


def together(own: MetadataStoreSpec, shared: MetadataStoreSpec | ExistingStoreSpec | None) -> MetadataStoreSpec:
    """The cluster's own store, and the configuration store where there is one apart, as one."""
    if shared is None:
        return own
    if isinstance(shared, ExistingStoreSpec):
        shared = _Existing(store=shared.kind, address=shared.url)
    return Apart(store=own.store, own=own, configuration=shared)


_CONFIG_PATH = "configurationStoreConfigPath"
_READERS: tuple[Process, ...] = ("websocket", "initialise")
"""Beside the brokers, what reads the configuration."""


def _beside(place: Place) -> Place:
    return dataclasses.replace(place, prefix=PREFIX)


_Item = TypeVar("_Item")


def _for_readers(found: Mapping[Process, tuple[InitContainer, ...]]) -> dict[Process, tuple[InitContainer, ...]]:
    """Without what goes on beside a process that never reads the configuration."""
    return {
        process: kept
        for process, containers in found.items()
        if (kept := tuple(each for each in containers if process in _READERS or not each.beside))
    }


def _both(
    one: Mapping[Process, tuple[_Item, ...]], other: Mapping[Process, tuple[_Item, ...]]
) -> dict[Process, tuple[_Item, ...]]:
    found: dict[Process, tuple[_Item, ...]] = dict(one)
    for process, items in other.items():
        found[process] = (*found.get(process, ()), *items)
    return found
