"""The resources that StreamNative's operator makes a Pulsar from: the same pod sets, settings and memory as without it.

A pod set is translated and not described anew, so the stack file means the same either way. Names stay as well, since
the resources have fields for those of their objects. What is ready is told by numbers of pods, which all of them have:
the conditions of brokers and proxies are no list as Kubernetes has it, and which there are is not documented.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import names
from ..pulsar.lifecycle.guards import bookies_only_grow, members_stay
from ..pulsar.metadata.zookeeper import ZookeeperSpec
from ..pulsar.pod import pod_security, resources, secret_variables, spread
from ..pulsar.workload import Manifest, Volume, Workload
from .custom_resource import CONF, account, awaiting, custom_resource, variables
from .pulsar_operator import Handed, Handing

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .streamnative import StreamNativeSpec

COORDINATOR = ("k8s.streamnative.io/v1alpha1", "PulsarCoordinator")
ZOOKEEPER = ("zookeeper.streamnative.io/v1alpha1", "ZooKeeperCluster")
BOOKKEEPER = ("bookkeeper.streamnative.io/v1alpha1", "BookKeeperCluster")
BROKER = ("pulsar.streamnative.io/v1alpha1", "PulsarBroker")
PROXY = ("pulsar.streamnative.io/v1alpha1", "PulsarProxy")

ROLES = frozenset({"zookeeper", "bookie", "autorecovery", "broker", "proxy"})
"""The pod sets that the operator makes."""
NUMBERS = frozenset({"globalOutstandingLimit", "initLimit", "maxClientCnxns", "snapCount", "syncLimit", "tickTime"})
"""Keys of ZooKeeper's that its resource has fields for."""
_BELONGS = "k8s.streamnative.io/coordinator-name"
_PLAIN = {"cloud.streamnative.io/enable-config-prefix": "false"}
"""That keys of `custom` are as they are, with the prefix that Pulsar's start scripts know."""
_JVM = {"_MEM": "memoryOptions", "_GC": "gcOptions", "_GC_LOG": "gcLoggingOptions", "_EXTRA_OPTS": "extraOptions"}
"""How variables of the start scripts end, and the resource's field for their flags."""
_SECURITY = ("fsGroup", "runAsGroup", "runAsNonRoot", "runAsUser")
"""What a pod's security can say in the resources."""
_KEPT = {"reclaimPolicy": "Retain"}
"""A bookie or a member that goes leaves its data, as it does without an operator."""


def handed(operator: "StreamNativeSpec", pulsar: "PulsarSpec", work: Mapping[str, Workload]) -> Handing:
    """All that the operator is told, in the order in which its parts need each other.

    Args:
        operator: the operator.
        pulsar: the stack file's part.
        work: the pod sets that the operator is to make, by role.
    """
    coordinator = f"{pulsar.name}-coordinator"
    seconds = int(operator.ready_within)

    def told(kind: tuple[str, str], spec: Manifest, **more: Any) -> Manifest:
        ready = [f"jsonpath={{.status.{each}}}={spec['replicas']}" for each in ("updatedReplicas", "readyReplicas")]
        return custom_resource(
            pulsar, *kind, spec, awaited=awaiting(json.dumps(ready), seconds), labels={_BELONGS: coordinator}, **more
        )

    parts = {
        "zookeeper": told(ZOOKEEPER, _zookeeper(work["zookeeper"], pulsar)),
        "bookkeeper": told(BOOKKEEPER, _bookkeeper(work, pulsar), annotations=_PLAIN),
        "broker": told(BROKER, _broker(work["broker"], pulsar), annotations=_PLAIN),
        "proxy": told(PROXY, _proxy(work["proxy"], pulsar), annotations=_PLAIN),
    }
    guards = {
        "bookkeeper": bookies_only_grow(work["bookie"].name, pulsar.bookkeeper.decommissioned),
        "zookeeper": members_stay("zookeeper"),
    }
    return Handing(
        operator=operator,
        beside=account(work["broker"]),
        resources=(
            Handed(name=coordinator, manifest=_coordinator(pulsar, coordinator)),
            *(
                Handed(name=f"{pulsar.name}-{part}", manifest=each, guard=guards.get(part), holds_data=part in guards)
                for part, each in parts.items()
            ),
        ),
    )


def _coordinator(pulsar: "PulsarSpec", name: str) -> Manifest:
    """What the others belong to: because of it, the operator tells their pods of the licence. It isn't waited for."""
    found = custom_resource(pulsar, *COORDINATOR, {"image": pulsar.effective_image}, awaited={})
    return {**found, "metadata": {**found["metadata"], "name": name}}


def _zookeeper(work: Workload, pulsar: "PulsarSpec") -> Manifest:
    own = dict(pulsar.metadata.config) if isinstance(pulsar.metadata, ZookeeperSpec) else {}
    data, *log = work.volumes
    custom = {f"{CONF}{key}": value for key, value in own.items() if key not in NUMBERS}
    return {
        **_set(work),
        "config": {
            **{key: int(value) for key, value in own.items() if key in NUMBERS},
            **({"custom": custom} if custom else {}),
        },
        # A size of nothing is how StreamNative's own charts say that the log shares the other volume.
        "persistence": {"data": _claim(data), "dataLog": _claim(log[0]) if log else _claim_of("0"), **_KEPT},
        "apiObjects": _named(work, clientService=work.name, headlessService=work.headless_name, configMap=work.name),
    }


def _bookkeeper(work: Mapping[str, Workload], pulsar: "PulsarSpec") -> Manifest:
    bookie, recovery = work["bookie"], work.get("autorecovery")
    journal, ledgers = bookie.volumes
    objects = _named(
        bookie,
        "bookieStatefulSet",
        clientService=bookie.name,
        headlessService=bookie.headless_name,
        configMap=bookie.name,
    )
    autorecovery: Manifest = {"replicas": 0}
    if recovery:
        autorecovery = {**_set(recovery), "conf": _custom(recovery)}
        objects |= _named(
            recovery,
            "autoRecoveryStatefulSet",
            autoRecoveryHeadlessService=recovery.headless_name,
            autoRecoveryConfigMap=recovery.name,
        )
    return {
        **_set(bookie),
        "zkServers": _members(pulsar),
        "config": {"custom": _custom(bookie)},
        "storage": {
            name: {"numVolumes": 1, "numDirsPerVolume": 1, "volumeClaimTemplate": _claim(volume)}
            for name, volume in (("journal", journal), ("ledger", ledgers))
        }
        | _KEPT,
        "autoRecovery": autorecovery,
        "apiObjects": objects,
    }


def _broker(work: Workload, pulsar: "PulsarSpec") -> Manifest:
    return {
        **_set(work),
        "zkServers": _members(pulsar),
        "config": {"clusterName": pulsar.name, "function": {"enabled": False}, "custom": _custom(work)},
        "apiObjects": _named(work, internalService=work.name, headlessService=work.headless_name),
    }


def _proxy(work: Workload, pulsar: "PulsarSpec") -> Manifest:
    custom = _custom(work)
    service = work.client_service or {}
    # The Service that clients use within Kubernetes is always there, and called as it is without an operator.
    outside: Manifest = {"managed": False}
    if service.get("type", "ClusterIP") != "ClusterIP":
        annotations = service.get("annotations")
        outside = {"type": service["type"], **({"metadata": {"annotations": annotations}} if annotations else {})}
    return {
        **_set(work),
        "brokerAddress": f"{pulsar.name}-broker",
        "webSocketServiceEnabled": custom.get(f"{CONF}webSocketServiceEnabled") == "true",
        "config": {"clusterName": pulsar.name, "custom": custom},
        "apiObjects": {**_named(work, headlessService=work.headless_name), "externalService": outside},
    }


def _set(work: Workload) -> Manifest:
    """What every set of pods is told."""
    return {"replicas": work.replicas, "image": work.image, "imagePullPolicy": "IfNotPresent", "pod": _pod(work)}


def _pod(work: Workload) -> Manifest:
    _, jvm, env = variables(work)
    flags: dict[str, list[str]] = {}
    for name, value in jvm.items():
        field = _JVM.get(name.removeprefix("PULSAR").removeprefix("BOOKIE"))
        if field is None:
            env.append({"name": name, "value": value})
        else:
            # A list without repetitions: the same flags for both kinds of process are told once.
            flags[field] = list(dict.fromkeys([*flags.get(field, []), *value.split()]))
    some = {
        "jvmOptions": flags,
        "vars": env + secret_variables(work.secret_environment),
        "nodeSelector": dict(work.node_selector),
        # The mounts of a named StatefulSet would take the place of the operator's own, such as that of its settings.
        "secretRefs": [
            {"mountPath": each.path, "secretName": each.source["secret"]["secretName"]} for each in work.mounts
        ],
        "serviceAccountName": work.name if work.role == "broker" else None,
    }
    return {
        # This program's own labels: `make pulsar-admin`, monitoring and policies find pods by them.
        "labels": names.labels(work.cluster, work.role),
        **spread(work),
        "resources": resources(work),
        "securityContext": {key: value for key, value in pod_security().items() if key in _SECURITY},
        "terminationGracePeriodSeconds": work.grace_seconds,
        **{key: value for key, value in some.items() if value},
    }


def _custom(work: Workload) -> dict[str, str]:
    conf, _, _ = variables(work)
    return {f"{CONF}{key}": value for key, value in conf.items()}


def _named(work: Workload, pods: str = "statefulSet", **others: str) -> dict[str, Manifest]:
    """The names of what the operator makes for a pod set."""
    return {kind: {"metadata": {"name": name}} for kind, name in {pods: work.name, **others}.items()}


def _members(pulsar: "PulsarSpec") -> str:
    return pulsar.metadata.url(pulsar.place).removeprefix("zk:")


def _claim(volume: Volume) -> Manifest:
    storage_class = {"storageClassName": volume.storage_class} if volume.storage_class else {}
    return {**_claim_of(volume.size), **storage_class}


def _claim_of(size: str) -> Manifest:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
