"""Trials on a real cluster: what the tests of the Kubernetes plugin share."""

import json
import os
import pathlib
import secrets
import textwrap

import pytest

from local.engine import Engine
from local.engine.kubernetes_plugin.kubeconfig import connect
from local.engine.kubernetes_plugin.rest import ApiError, Client
from local.paths import KUBECONFIG

from .trial import Trial, eventually, stand_in_engine

HEAD = """
import json, pulumi, pulumi_kubernetes as k8s
NS = "{namespace}"
BUSY = {{"image": "docker.io/library/busybox:1.35.0", "imagePullPolicy": "IfNotPresent"}}

def conf(name="conf", data=None, opts=None, **metadata):
    about = {{"namespace": NS, "name": name, **metadata}}
    return k8s.core.v1.ConfigMap(name, metadata=about, data=data or {{}}, opts=opts)

def pods(name, *, replicas=1, opts=None, annotations=None, **container):
    container = {{"name": "c", **BUSY, "command": ["sleep", "3600"], **container}}
    template = {{"metadata": {{"labels": {{"app": name}}}},
                 "spec": {{"terminationGracePeriodSeconds": 1, "containers": [container]}}}}
    return k8s.apps.v1.Deployment(name, metadata={{"namespace": NS, "name": name, "annotations": annotations or {{}}}},
        spec={{"replicas": replicas, "selector": {{"matchLabels": {{"app": name}}}}, "template": template}}, opts=opts)

def seconds(number):
    return pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=f"{{number}}s", update=f"{{number}}s"))
"""


class Cluster:
    """What the tests see of the cluster, and change behind the engine's back."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace

    def path(self, plural: str, name: str, api: str = "api/v1") -> str:
        return f"/{api}/namespaces/{self.namespace}/{plural}/{name}"

    def get(self, plural: str, name: str, api: str = "api/v1"):
        try:
            return self.client.request("GET", self.path(plural, name, api))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def change(self, plural: str, name: str, body, api: str = "api/v1"):
        query = {"fieldManager": "somebody-else"}
        kind = "application/merge-patch+json"
        return self.client.request("PATCH", self.path(plural, name, api), query=query, body=body, content_type=kind)

    def delete(self, plural: str, name: str, api: str = "api/v1"):
        return self.client.request("DELETE", self.path(plural, name, api))


@pytest.fixture(scope="module")
def kubeconfig() -> pathlib.Path:
    path = pathlib.Path(os.environ.get("PULSAR_TEST_KUBECONFIG") or KUBECONFIG)
    if not path.exists():
        pytest.skip("there is no cluster: `make up` brings one, or name a kubeconfig with PULSAR_TEST_KUBECONFIG")
    return path


@pytest.fixture(scope="module")
def stand_ins() -> Engine:
    return stand_in_engine()


@pytest.fixture(scope="module")
def cluster(kubeconfig: pathlib.Path):
    client, name = Client(connect(str(kubeconfig))), f"plugin-{secrets.token_hex(3)}"
    client.request("POST", "/api/v1/namespaces", body={"metadata": {"name": name}})
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"

    def is_there() -> bool:
        try:
            return bool(client.request("GET", account))
        except ApiError:
            return False

    eventually(is_there)
    yield Cluster(client, name)
    client.request("DELETE", f"/api/v1/namespaces/{name}")


class Written(Trial):
    """A trial whose programs start with the helpers above."""

    namespace = ""

    def write(self, path: str, text: str) -> pathlib.Path:
        if path == "__main__.py":
            text = HEAD.format(namespace=self.namespace) + textwrap.dedent(text)
        return super().write(path, text)


@pytest.fixture
def trial(stand_ins: Engine, tmp_path: pathlib.Path, kubeconfig: pathlib.Path, cluster: Cluster):
    made = Written(stand_ins, tmp_path, kubeconfig)
    made.namespace = cluster.namespace
    yield made
    made.run("destroy", "--yes", "--skip-preview", expect=None)


DEFINITION = """
definition = k8s.apiextensions.v1.CustomResourceDefinition("lamps", metadata={"name": "lamps.GROUP"}, spec={
    "group": "GROUP", "scope": "Namespaced", "names": {"plural": "lamps", "kind": "Lamp"},
    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object",
        "properties": {"spec": {"type": "object", "properties": {"watts": {"type": "integer"}}},
                       "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]})
lamp = k8s.apiextensions.CustomResource("lamp", api_version="GROUP/v1", kind="Lamp",
    metadata={"namespace": NS, "name": "lamp", "annotations": ANNOTATIONS}, spec={"watts": WATTS}, opts=OPTIONS)
"""


def lamp(
    cluster: Cluster, watts: str = "5", options: str = "pulumi.ResourceOptions(depends_on=[definition])", **extra: str
) -> str:
    text = DEFINITION.replace("GROUP", f"{cluster.namespace}.example.com").replace("WATTS", watts)
    return text.replace("OPTIONS", options).replace("ANNOTATIONS", json.dumps(extra))
