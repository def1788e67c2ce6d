"""The `PulsarCluster` that KAAP makes a Pulsar from: the same pod sets, settings and memory as without an operator.

A pod set is translated and not described anew, so the stack file means the same either way. Names stay as well: KAAP
calls everything by the cluster's name and a component's, and here the components are called as the roles are.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import names
from ..clusters.cluster import Offer
from ..pulsar.bookkeeper import AutorecoveryPods
from ..pulsar.functions import FunctionsInBrokers
from ..pulsar.lifecycle.guards import bookies_only_grow, members_stay
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.pod import init_container, resources, secret_variables, volume_mounts
from ..pulsar.workload import Manifest, Volume, Workload
from .custom_resource import account, awaiting, custom_resource, variables
from .pulsar_operator import Handed, Handing

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .kaap import KaapSpec

API = "kaap.oss.datastax.com/v1beta1"
COMPONENTS = {
    "zookeeperBaseName": "zookeeper",
    "bookkeeperBaseName": "bookie",
    "autorecoveryBaseName": "autorecovery",
    "brokerBaseName": "broker",
    "proxyBaseName": "proxy",
    "bastionBaseName": "toolset",
    "functionsWorkerBaseName": "functions",
}
"""KAAP's setting for each component's name, and the role that it is here."""
ROLES = frozenset({*COMPONENTS.values(), "websocket"})
"""The pod sets that KAAP makes."""
_DEFAULT_CLASS = "default"
"""What KAAP takes for the Kubernetes cluster's own StorageClass."""


def handed(kaap: "KaapSpec", pulsar: "PulsarSpec", work: Mapping[str, Workload], offer: Offer) -> Handing:
    """All that KAAP is told.

    Args:
        kaap: the operator.
        pulsar: the stack file's part.
        work: the pod sets that KAAP is to make, by role.
        offer: what the Kubernetes cluster has.
    """
    told = custom_resource(
        pulsar,
        API,
        "PulsarCluster",
        _specification(kaap, pulsar, work, offer),
        awaited=awaiting("condition=Ready", int(kaap.ready_within)),
    )
    guards = {
        "bookkeeper": bookies_only_grow(work["bookie"].name, pulsar.bookkeeper.decommissioned),
        "zookeeper": members_stay("zookeeper"),
    }
    return Handing(
        operator=kaap,
        beside=account(work["broker"]),
        resources=(Handed(name=pulsar.name, manifest=told, part_guards=guards, holds_data=True),),
    )


def _specification(kaap: "KaapSpec", pulsar: "PulsarSpec", work: Mapping[str, Workload], offer: Offer) -> Manifest:
    bookie, broker = work["bookie"], work["broker"]
    parts = {
        "zookeeper": _zookeeper(work["zookeeper"], pulsar),
        "bookkeeper": {
            **_component(bookie, pulsar),
            "volumes": {each.name: _volume(each) for each in bookie.volumes},
            # A bookie that goes leaves its data, as it does without an operator.
            "cleanUpPvcs": False,
        },
        "autorecovery": _component(work["autorecovery"], pulsar)
        if isinstance(pulsar.autorecovery, AutorecoveryPods)
        else {"replicas": 0},
        "broker": {
            **_component(broker, pulsar),
            "functionsWorkerEnabled": isinstance(pulsar.functions, FunctionsInBrokers),
            "serviceAccountName": broker.name,
            **({"autoscaler": kaap.broker_autoscaling.manifest()} if kaap.broker_autoscaling else {}),
        },
        "proxy": {
            **_component(work["proxy"], pulsar),
            "service": _service(work["proxy"].client_service or {}),
            "webSocket": _websocket(work.get("websocket")),
        },
        "bastion": _component(work["toolset"], pulsar),
        "functionsWorker": _functions(work.get("functions"), pulsar),
    }
    return {"global": _global(pulsar, offer), **parts}


def _global(pulsar: "PulsarSpec", offer: Offer) -> Manifest:
    return {
        "name": pulsar.name,
        "image": pulsar.effective_image,
        "components": dict(COMPONENTS),
        "persistence": True,
        "storage": {"existingStorageClassName": offer.storage_class or _DEFAULT_CLASS},
        "antiAffinity": _anti_affinity(pulsar.spread),
        # Without it, a changed setting would wait for somebody to restart the pods.
        "restartOnConfigMapChange": True,
    }


def _zookeeper(work: Workload, pulsar: "PulsarSpec") -> Manifest:
    shared = _component(work, pulsar)
    own = dict(pulsar.metadata.config) if isinstance(pulsar.metadata, ZookeeperSpec) else {}
    return {
        **shared,
        "config": {**shared["config"], **own},
        "dataVolume": _volume(work.volumes[0]),
        # A JVM on a busy node takes longer than KAAP's minute.
        "metadataInitializationJob": {"timeout": 600},
    }


def _component(work: Workload, pulsar: "PulsarSpec") -> dict[str, Any]:
    """What every component is told, from its pod set."""
    config, env = _told(work)
    env += secret_variables(work.secret_environment)
    some = {
        "image": work.image if work.image != pulsar.effective_image else None,
        "config": config,
        "env": env,
        "nodeSelectors": dict(work.node_selector),
        "antiAffinity": _anti_affinity(work.spread) if work.spread != pulsar.spread else None,
        "additionalVolumes": {
            "volumes": [{"name": each.name, **each.source} for each in work.mounts],
            "mounts": volume_mounts(work.mounts),
        }
        if work.mounts
        else None,
        "initContainers": [init_container(each, work.mounts) for each in work.init_containers],
    }
    return {
        "replicas": work.replicas,
        # This program's own labels: `make pulsar-admin`, monitoring and policies find pods by them.
        "podLabels": names.labels(work.cluster, work.role),
        "resources": resources(work),
        "gracePeriod": work.grace_seconds,
        **{key: value for key, value in some.items() if value},
    }


def _told(work: Workload) -> tuple[dict[str, str], list[Manifest]]:
    """A pod set's variables as KAAP takes them: keys of its `config`, and others."""
    conf, jvm, env = variables(work)
    return dict(sorted({**conf, **jvm}.items())), env


def _volume(volume: Volume) -> Manifest:
    return {
        "name": volume.name,
        "size": volume.size,
        "existingStorageClassName": volume.storage_class or _DEFAULT_CLASS,
    }


def _anti_affinity(spread: str) -> Manifest:
    return {
        "host": {"enabled": True, "required": spread == "required"},
        "zone": {"enabled": True, "required": False},
    }


def _service(fields: Manifest) -> Manifest:
    return {key: fields[key] for key in ("type", "annotations") if fields.get(key)}


def _websocket(work: Workload | None) -> Manifest:
    """A container beside each proxy, where it isn't the proxy's own."""
    if work is None:
        return {"enabled": False}
    config, _ = _told(work)
    return {"enabled": True, "config": config, "resources": resources(work)}


def _functions(work: Workload | None, pulsar: "PulsarSpec") -> Manifest:
    """The functions worker in pods of its own, if there is one."""
    if work is None:
        return {"replicas": 0}
    return {**_component(work, pulsar), "runtime": "process"}
