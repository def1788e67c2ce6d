"""Definitions of the resources of StreamNative's operator, of exactly the fields that this program writes.

They are written anew in a few words, from what the public definitions say of these fields: names, types, what is
required, which values there are, and the shape of the status. They are not StreamNative's files, which are proprietary
and have many more fields. Source: `operators/sn-operator` of k8s-operatorhub/community-operators, read there:
ZooKeeperCluster and PulsarCoordinator of release 0.13.12, BookKeeperCluster and PulsarBroker of 0.12.13, PulsarProxy of
0.11.3.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHETHER: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
QUANTITIES: Schema = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True},
}


def an_object(*required: str, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, **({"required": list(required)} if required else {})}


def several(item: Schema) -> Schema:
    return {"type": "array", "items": item}


RESOURCES = an_object(requests=QUANTITIES, limits=QUANTITIES)
CLAIM = an_object(accessModes=several(TEXT), resources=RESOURCES, storageClassName=TEXT)
SELECTOR = an_object(matchLabels=TEXTS)
NAMED = an_object(metadata=an_object(name=TEXT, annotations=TEXTS, labels=TEXTS), managed=WHETHER)
TERM = an_object("topologyKey", topologyKey=TEXT, labelSelector=SELECTOR)
FLAGS: Schema = {**several(TEXT), "nullable": True, "x-kubernetes-list-type": "set"}
POD = an_object(
    affinity=an_object(
        podAntiAffinity=an_object(
            requiredDuringSchedulingIgnoredDuringExecution=several(TERM),
            preferredDuringSchedulingIgnoredDuringExecution=several(
                an_object("podAffinityTerm", "weight", podAffinityTerm=TERM, weight=NUMBER)
            ),
        )
    ),
    jvmOptions=an_object(extraOptions=FLAGS, gcLoggingOptions=FLAGS, gcOptions=FLAGS, memoryOptions=FLAGS),
    labels=TEXTS,
    nodeSelector=TEXTS,
    resources=RESOURCES,
    secretRefs={
        **several(an_object("mountPath", "secretName", mountPath=TEXT, secretName=TEXT)),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["secretName"],
    },
    securityContext=an_object(fsGroup=NUMBER, runAsGroup=NUMBER, runAsNonRoot=WHETHER, runAsUser=NUMBER),
    serviceAccountName=TEXT,
    terminationGracePeriodSeconds=NUMBER,
    topologySpreadConstraints=several(
        an_object(
            "maxSkew",
            "topologyKey",
            "whenUnsatisfiable",
            maxSkew=NUMBER,
            topologyKey=TEXT,
            whenUnsatisfiable=TEXT,
            labelSelector=SELECTOR,
        )
    ),
    vars=several(
        an_object(
            "name", name=TEXT, value=TEXT, valueFrom=an_object(secretKeyRef=an_object("key", key=TEXT, name=TEXT))
        )
    ),
)
SET: Schema = {
    "replicas": {"type": "integer", "default": 3, "minimum": 0},
    "image": TEXT,
    "imagePullPolicy": TEXT,
    "pod": POD,
}
STORED = an_object("volumeClaimTemplate", numVolumes=NUMBER, numDirsPerVolume=NUMBER, volumeClaimTemplate=CLAIM)

ZOOKEEPER = an_object(
    **SET,
    config=an_object(
        custom=TEXTS,
        globalOutstandingLimit=NUMBER,
        initLimit=NUMBER,
        maxClientCnxns=NUMBER,
        snapCount=NUMBER,
        syncLimit=NUMBER,
        tickTime=NUMBER,
    ),
    persistence=an_object(data=CLAIM, dataLog=CLAIM, reclaimPolicy=TEXT),
    apiObjects=an_object(statefulSet=NAMED, clientService=NAMED, headlessService=NAMED, configMap=NAMED),
)
BOOKKEEPER = an_object(
    **SET,
    zkServers=TEXT,
    config=an_object(custom=TEXTS),
    storage=an_object(journal=STORED, ledger=STORED, reclaimPolicy=TEXT),
    autoRecovery=an_object(
        **{**SET, "replicas": {"type": "integer", "minimum": 0}},
        conf=TEXTS,
    ),
    apiObjects=an_object(
        bookieStatefulSet=NAMED,
        clientService=NAMED,
        headlessService=NAMED,
        configMap=NAMED,
        autoRecoveryStatefulSet=NAMED,
        autoRecoveryHeadlessService=NAMED,
        autoRecoveryConfigMap=NAMED,
    ),
)
BROKER = an_object(
    **SET,
    zkServers={**TEXT, "nullable": True},
    config=an_object(clusterName=TEXT, custom=TEXTS, function=an_object(enabled=WHETHER)),
    apiObjects=an_object(statefulSet=NAMED, internalService=NAMED, headlessService=NAMED),
)
PROXY = an_object(
    "brokerAddress",
    **SET,
    brokerAddress=TEXT,
    webSocketServiceEnabled=WHETHER,
    config=an_object(clusterName=TEXT, custom=TEXTS),
    apiObjects=an_object(
        statefulSet=NAMED, headlessService=NAMED, externalService=an_object(**NAMED["properties"], type=TEXT)
    ),
)
COUNTED: Schema = {
    "labelSelector": TEXT,
    "observedGeneration": NUMBER,
    "readyReplicas": NUMBER,
    "replicas": NUMBER,
    "updatedReplicas": NUMBER,
}
CONDITION: Schema = {"status": TEXT, "type": TEXT, "reason": TEXT, "message": TEXT, "lastTransitionTime": TEXT}
LISTED = several(an_object("status", "type", **CONDITION))
MAPPED: Schema = {
    "type": "object",
    "additionalProperties": an_object("action", "condition", "status", action=TEXT, condition=TEXT, status=TEXT),
}


def definitions() -> list[dict[str, Any]]:
    """Every definition, as an operator's chart brings them."""
    of_members = an_object(
        "conditions",
        "externalServiceEndpoint",
        "internalServiceEndpoint",
        "numReadyServers",
        "replicas",
        "servers",
        **COUNTED,
        conditions=LISTED,
        externalServiceEndpoint=TEXT,
        internalServiceEndpoint=TEXT,
        numReadyServers=NUMBER,
        servers=an_object("notReady", "ready", notReady=several(TEXT), ready=several(TEXT)),
    )
    of_bookies = an_object("conditions", "labelSelector", "replicas", **COUNTED, conditions=LISTED)
    of_servers = an_object("conditions", **COUNTED, conditions=MAPPED)
    of_all = an_object(observedGeneration=NUMBER, conditions=several(an_object(*CONDITION, **CONDITION)))
    return [
        _definition("k8s", "PulsarCoordinator", an_object(image=TEXT), of_all),
        _definition("zookeeper", "ZooKeeperCluster", ZOOKEEPER, of_members),
        _definition("bookkeeper", "BookKeeperCluster", BOOKKEEPER, of_bookies),
        _definition("pulsar", "PulsarBroker", BROKER, of_servers),
        _definition("pulsar", "PulsarProxy", PROXY, of_servers, plural="pulsarproxies"),
    ]


def _definition(group: str, kind: str, spec: Schema, status: Schema, plural: str | None = None) -> dict[str, Any]:
    group, singular = f"{group}.streamnative.io", kind.lower()
    plural = plural or f"{singular}s"
    root = an_object(apiVersion=TEXT, kind=TEXT, metadata={"type": "object"}, spec=spec, status=status)
    version = {
        "name": "v1alpha1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": root},
        "subresources": {"status": {}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": singular},
            "scope": "Namespaced",
            "versions": [version],
        },
    }
