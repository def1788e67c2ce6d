"""Functions, connectors and pipelines as Function Mesh's custom resources.

Source: the types of `compute.functionmesh.io/v1alpha1` (streamnative/function-mesh, `api/compute/v1alpha1`), what its
webhook would fill in (`function_webhook.go`), and the conditions that its controllers keep (`controllers/`).
"""

import base64
import dataclasses
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ..model import Bytes
from ..names import labels
from ..pulsar.pod import pod_security
from ..pulsar.workload import Manifest
from ..tenancy.code import Code
from ..tenancy.connectors import AnyConnectorSpec, SinkSpec, SourceSpec
from ..tenancy.functions import AnyFunctionSpec, GoFunctionSpec, JavaFunctionSpec
from ..tenancy.placement import Runnable, kind
from ..tenancy.running import GUARANTEES
from .function_mesh import FunctionMeshOperatorSpec

API = "compute.functionmesh.io/v1alpha1"
_CODE = "/pulsar/code"
"""Where a function's code stands in its pods, if it comes by a ConfigMap."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where functions run, and how they reach Pulsar."""

    cluster: str
    """Pulsar's name of its cluster."""
    namespace: str
    """The Kubernetes namespace of their pods."""
    service_url: str
    admin_url: str
    image: str
    """Pulsar's image, which has the connectors."""
    version: str
    """Pulsar's release."""
    mesh: FunctionMeshOperatorSpec

    @property
    def config_name(self) -> str:
        """The ConfigMap that says where Pulsar is."""
        return f"{self.cluster}-function-mesh"


def pulsar_config(place: Place) -> Manifest:
    """The ConfigMap from which functions learn where Pulsar is."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(place, place.config_name, "function-mesh"),
        "data": {"webServiceURL": place.admin_url, "brokerServiceURL": place.service_url},
    }


def code_name(name: str, kind: str) -> str:
    """The ConfigMap with the code of a function, a source or a sink."""
    return f"{name}-{kind}-code"


def code_config(place: Place, name: str, spec: Runnable) -> Manifest | None:
    """The ConfigMap with a function's code, where the code is here; a connector's archive likewise."""
    code = spec.code
    content, file = code.content, code.file_name
    if content is None or file is None:
        return None
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(place, code_name(name, kind(spec)), name),
        **_data(file, content),
    }


def _data(file: str, content: bytes) -> dict[str, Any]:
    try:
        return {"data": {file: content.decode()}}
    except UnicodeDecodeError:
        return {"binaryData": {file: base64.b64encode(content).decode()}}


def resource(place: Place, name: str, spec: Runnable) -> Manifest:
    """The custom resource of a function or a connector on its own."""
    conditions = ["StatefulSet", "Service", *(["HorizontalPodAutoscaler"] if spec.autoscaling else [])]
    return {
        "apiVersion": API,
        "kind": kind(spec).capitalize(),
        "metadata": _metadata(
            place,
            name,
            name,
            annotations=_waiting(place, [f"{{.status.conditions.{each}.status}}" for each in conditions]),
        ),
        "spec": body(place, name, spec),
    }


def pipeline(place: Place, name: str, members: Sequence[tuple[str, Runnable]]) -> Manifest:
    """Functions and connectors, with their names, as one `FunctionMesh`."""
    sections: dict[str, list[Manifest]] = {"functions": [], "sources": [], "sinks": []}
    for member, spec in members:
        sections[f"{kind(spec)}s"].append(body(place, member, spec))
    return {
        "apiVersion": API,
        "kind": "FunctionMesh",
        "metadata": _metadata(place, name, name, annotations=_waiting(place, ["{.status.condition.status}"])),
        "spec": {section: each for section, each in sections.items() if each},
    }


def body(place: Place, name: str, spec: Runnable) -> Manifest:
    """A function's or connector's `spec`. Without the webhook nobody fills in defaults, so all of them are written."""
    own = _function(place, name, spec) if isinstance(spec, AnyFunctionSpec) else _connector(place, name, spec)
    return {**_common(place, name, spec), **own}


def _metadata(place: Place, name: str, role: str, **more: Any) -> Manifest:
    return {"name": name, "namespace": place.namespace, "labels": labels(place.cluster, role), **more}


def _waiting(place: Place, paths: list[str]) -> dict[str, str]:
    """Ready when the operator says so of every part. Its conditions are a mapping, and not Kubernetes' usual list."""
    return {
        "pulumi.com/waitFor": json.dumps([f"jsonpath={path}=True" for path in paths]),
        "pulumi.com/timeoutSeconds": str(place.mesh.ready_seconds),
        # What somebody, or the autoscaler, has written into it is put back by the next change or refresh.
        "pulumi.com/patchForce": "true",
    }


def _common(place: Place, name: str, spec: Runnable) -> Manifest:
    tenant, namespace = spec.namespace.split("/")
    mesh, memory = place.mesh, str(Bytes(spec.memory))
    tls = {
        "enabled": True,
        "allowInsecure": False,
        "hostnameVerification": mesh.tls.verify_host_name,
        "certSecretName": mesh.tls.certificates.secret,
        "certSecretKey": mesh.tls.certificates.key,
    } if mesh.tls else None  # fmt: skip
    return {
        "name": name,
        "tenant": tenant,
        "namespace": namespace,
        "clusterName": place.cluster,
        "replicas": spec.parallelism,
        "minReplicas": spec.parallelism,
        **({"maxReplicas": spec.autoscaling.max} if spec.autoscaling else {}),
        "processingGuarantee": GUARANTEES[spec.processing_guarantee].lower(),
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": spec.cpu, "memory": memory}, "limits": {"memory": memory}},
        **({"logTopic": spec.log_topic} if spec.log_topic else {}),
        **(
            {"secretsMap": {key: {"path": each.secret, "key": each.key} for key, each in sorted(spec.secrets.items())}}
            if spec.secrets
            else {}
        ),
        "pulsar": {
            "pulsarConfig": place.config_name,
            **({"authSecret": mesh.auth_secret} if mesh.auth_secret else {}),
            **({"tlsConfig": tls} if tls else {}),
        },
        **_code_mount(name, spec),
    }


def _code_mount(name: str, spec: Runnable) -> Manifest:
    """The pods' shape, and the code in them."""
    pod: Manifest = {"securityContext": pod_security()}
    if spec.autoscaling:
        target = {"type": "Utilization", "averageUtilization": spec.autoscaling.cpu_percent}
        pod["autoScalingMetrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    content = spec.code.content
    if content is None:
        return {"pod": pod}
    # A ConfigMap that changes starts no pod anew; a changed template does.
    pod["annotations"] = {"pulsar.apache.org/code": hashlib.sha256(content).hexdigest()[:16]}
    pod["volumes"] = [{"name": "code", "configMap": {"name": code_name(name, kind(spec))}}]
    return {"pod": pod, "volumeMounts": [{"name": "code", "mountPath": _CODE, "readOnly": True}]}


def _located(name: str, code: Code, suffix: str) -> tuple[str, str | None]:
    """The code's path in the pods, and where the operator has it downloaded from."""
    if code.image:
        return str(code.path), None
    if code.url:
        last = code.url.rsplit("/", 1)[-1] if code.url.startswith("http") else f"{name}{suffix}"
        return f"/pulsar/{last}", code.url
    return f"{_CODE}/{code.file_name}", None


def _function(place: Place, name: str, spec: AnyFunctionSpec) -> Manifest:
    path, location = _located(name, spec.code, spec.suffix)
    field, section = spec.field, "golang" if isinstance(spec, GoFunctionSpec) else spec.language
    specs = {topic: {"schemaType": spec.input_schema} for topic in spec.inputs if spec.input_schema}
    state: Manifest = {"serviceUrl": place.mesh.state_url}
    return {
        **({"image": spec.code.image} if spec.code.image else {}),
        section: {field: path, **({f"{field}Location": location} if location else {})},
        **({"className": spec.entry} if spec.entry else {}),
        "input": {
            **({"topics": list(spec.inputs)} if spec.inputs else {}),
            **({"topicPattern": spec.topic_pattern} if spec.topic_pattern else {}),
            **({"sourceSpecs": specs} if specs else {}),
            "typeClassName": spec.input_type,
        },
        "output": {
            **({"topic": spec.output} if spec.output else {}),
            **({"sinkSchemaType": spec.output_schema} if spec.output_schema else {}),
            "typeClassName": spec.output_type,
        },
        "autoAck": spec.processing_guarantee != "manual",
        "maxPendingAsyncRequests": 1000,
        "forwardSourceMessageProperty": True,
        **_subscribing(spec),
        **({"funcConfig": dict(spec.user_config)} if spec.user_config else {}),
        **({"statefulConfig": {"pulsar": state}} if spec.state else {}),
    }


def _subscribing(spec: AnyFunctionSpec | SinkSpec) -> Manifest:
    return {
        "subscriptionPosition": spec.start,
        # Else a Job that needs Pulsar would have to end before the resource may go.
        "cleanupSubscription": False,
        **({"subscriptionName": spec.subscription} if spec.subscription else {}),
        **({"maxMessageRetry": spec.max_message_retries} if spec.max_message_retries else {}),
        **({"deadLetterTopic": spec.dead_letter_topic} if spec.dead_letter_topic else {}),
    }


def _connector(place: Place, name: str, spec: AnyConnectorSpec) -> Manifest:
    if spec.connector:
        middle = spec.known.artifact if spec.known and spec.known.artifact else spec.connector
        image, path, location = place.image, f"connectors/pulsar-io-{middle}-{place.version}.nar", None
    else:
        image, (path, location) = spec.image, _located(name, spec.code, ".nar")
    shared = {
        **({"image": image} if image else {}),
        "java": {JavaFunctionSpec.field: path, **({f"{JavaFunctionSpec.field}Location": location} if location else {})},
        **({"className": spec.entry} if spec.entry else {}),
    }
    if isinstance(spec, SourceSpec):
        return {
            **shared,
            "sourceConfig": dict(spec.config),
            "forwardSourceMessageProperty": True,
            "output": {
                "topic": spec.output,
                "typeClassName": "[B",
                **({"sinkSchemaType": spec.schema_type} if spec.schema_type else {}),
            },
        }
    assert isinstance(spec, SinkSpec)  # noqa: S101 - the other half of a union of two
    return {
        **shared,
        "sinkConfig": dict(spec.config),
        "input": {"topics": list(spec.inputs), "typeClassName": "[B"},
        "autoAck": spec.processing_guarantee != "manual",
        **_subscribing(spec),
    }
