"""Where functions keep their state: BookKeeper's table service, which runs in the bookies."""

import dataclasses

from . import bookkeeper
from .contributions import Contribution
from .metadata.store import Place

PORT = 4181
"""Where it answers."""

_COMPONENT = "org.apache.bookkeeper.stream.server.StreamStorageLifecycleComponent"
_PULSAR_DRIVER, _BOOKKEEPER_DRIVER = "metadata-store:zk:", "zk+hierarchical://"
"""How an address of ZooKeeper begins for Pulsar's driver and for BookKeeper's own: both keep the same below it."""


def url(place: Place) -> str:
    """What functions and workers are told: a name that finds every bookie, since each answers for all."""
    return f"bk://{place.headless('bookie')}:{PORT}"


def conf(spec: bookkeeper.BookkeeperSpec) -> dict[str, str]:
    """The bookies' keys: the service, its log in ledgers, and its tables on the ledgers' volume.

    Its own defaults are three copies, for which it waits without an end, and a folder of the image.
    """
    return {
        "extraServerComponents": _COMPONENT,
        "dlog.bkcEnsembleSize": str(spec.ensemble),
        "dlog.bkcWriteQuorumSize": str(spec.write_quorum),
        "dlog.bkcAckQuorumSize": str(spec.ack_quorum),
        "storage.range.store.dirs": f"{bookkeeper.DATA}/ledgers/ranges",
    }


def with_own_driver(store: Contribution) -> Contribution:
    """What a metadata store asks for, with bookies that reach ZooKeeper by BookKeeper's own driver.

    The service doesn't start with Pulsar's: `Invalid metadata service URI format: metadata-store:…` (seen with 4.0.8).
    """
    uri = store.conf["bookie"]["metadataServiceUri"].replace(_PULSAR_DRIVER, _BOOKKEEPER_DRIVER)
    bookie = {**store.conf["bookie"], "metadataServiceUri": f"{uri}/ledgers"}
    return dataclasses.replace(store, conf={**store.conf, "bookie": bookie})
