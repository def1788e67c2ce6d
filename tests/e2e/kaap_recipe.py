"""The pods that KAAP makes from a `PulsarCluster`, as its sources make them: what they are told must make a Pulsar.

Source: datastax/kaap 0.4, the `…ResourcesFactory` of each component: names, commands, what KAAP puts into ConfigMaps
by itself before the `config` of the resource goes over it. One ZooKeeper member alone, and without a probe for it: the
local image has neither of the two scripts that the official one brings for these. Without TLS, tokens and Kafka.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local.engine.kubernetes_plugin.rest import ApiError, Client
from tests.e2e.contract_player import Resource, failed, ready

_COLLECTIONS = {
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Service": "/api/v1/namespaces/{}/services",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
}
_VERSIONS = {"ConfigMap": "v1", "Service": "v1", "StatefulSet": "apps/v1", "Deployment": "apps/v1", "Job": "batch/v1"}
_LOGS = {
    "PULSAR_LOG_LEVEL": "info",
    "PULSAR_LOG_ROOT_LEVEL": "info",
    "PULSAR_EXTRA_OPTS": "-Dpulsar.log.root.level=info",
}


class Recipe:
    """What KAAP does once it sees a resource: ZooKeeper, its metadata, the bookies, then the rest."""

    def __init__(self, api: Client) -> None:
        self._api = api

    def answer(self, resource: Resource) -> dict[str, Any]:
        """Make what may be made by now, and say how far it is."""
        made = _Objects(resource)
        for stage in (made.zookeeper, made.bookies, made.others):
            objects = list(stage())
            for each in objects:
                self._apply(each)
            if waiting := [each["metadata"]["name"] for each in objects if not self._is_ready(each)]:
                return failed(resource, f"waiting for {', '.join(waiting)}", reason="Initializing")
        return ready(resource)

    def _apply(self, manifest: Mapping[str, Any]) -> None:
        query = {"fieldManager": "kaap", "force": "true"}
        self._api.request(
            "PATCH", _path(manifest), query=query, body=dict(manifest), content_type="application/apply-patch+yaml"
        )

    def _is_ready(self, manifest: Mapping[str, Any]) -> bool:
        if manifest["kind"] not in ("StatefulSet", "Deployment", "Job"):
            return True
        try:
            status = self._api.request("GET", _path(manifest)).get("status", {})
        except ApiError:
            return False
        if manifest["kind"] == "Job":
            return bool(status.get("succeeded"))
        return status.get("readyReplicas", 0) == manifest["spec"]["replicas"]


def _path(manifest: Mapping[str, Any]) -> str:
    about = manifest["metadata"]
    return f"{_COLLECTIONS[manifest['kind']].format(about['namespace'])}/{about['name']}"


class _Objects:
    def __init__(self, resource: Resource) -> None:
        self.about, self.spec = resource["metadata"], resource["spec"]
        self.owner = {"apiVersion": resource["apiVersion"], "kind": resource["kind"], "controller": True}
        self.owner |= {"name": self.about["name"], "uid": self.about["uid"], "blockOwnerDeletion": True}
        self.name, self.bases = self.spec["global"]["name"], self.spec["global"]["components"]
        domain = f"{self.about['namespace']}.svc.cluster.local"
        broker = f"{self._called('broker')}.{domain}"
        self.zk = f"{self._called('zookeeper')}-ca.{domain}:2181"
        self.pulsar, self.web = f"pulsar://{broker}:6650/", f"http://{broker}:8080/"
        self.shared = {"zookeeperServers": self.zk, "configurationStoreServers": self.zk, "clusterName": self.name}

    def _called(self, component: str) -> str:
        return f"{self.name}-{self.bases[f'{component}BaseName']}"

    def zookeeper(self) -> Iterator[dict[str, Any]]:
        part, name = self.spec["zookeeper"], self._called("zookeeper")
        yield self._config(name, part["config"])
        for service, headless in ((name, True), (f"{name}-ca", False)):
            yield self._service(service, "zookeeper", {"client": 2181}, headless=headless)
        volume = {**part["dataVolume"], "path": "/pulsar/data"}
        yield self._pods("zookeeper", "conf/zookeeper.conf", "bin/pulsar zookeeper", volumes=[volume])
        urls = f"--web-service-url {self.web} --broker-service-url {self.pulsar}"
        stores = f"--zookeeper {self.zk} --configuration-store {self.zk}"
        command = f"bin/pulsar initialize-cluster-metadata --cluster {self.name} {stores} {urls}"
        pod = {"restartPolicy": "OnFailure", "containers": [self._container("metadata", command)]}
        yield self._object("Job", f"{name}-metadata", {"template": {"spec": pod}, "backoffLimit": 20})

    def bookies(self) -> Iterator[dict[str, Any]]:
        part, name = self.spec["bookkeeper"], self._called("bookkeeper")
        own = {
            "autoRecoveryDaemonEnabled": "false",
            "useHostNameAsBookieID": "true",
            "httpServerEnabled": "true",
            "reppDnsResolverClass": "org.apache.pulsar.zookeeper.ZkBookieRackAffinityMapping",
            "BOOKIE_GC": "-XX:+UseG1GC",
            "zkServers": self.zk,
            **_LOGS,
        }
        yield self._config(name, {**own, **part["config"]})
        yield self._service(name, "bookkeeper", {"server": 3181}, headless=True)
        format_ = "bin/bookkeeper shell metaformat --nonInteractive || true"
        volumes = [{**each, "path": f"/pulsar/data/bookkeeper/{key}"} for key, each in part["volumes"].items()]
        serves = "http://localhost:8000/api/v1/bookie/is_ready"
        yield self._pods("bookkeeper", "conf/bookkeeper.conf", "bin/pulsar bookie", serves, volumes, format_)

    def others(self) -> Iterator[dict[str, Any]]:
        broker, proxy = self._called("broker"), self._called("proxy")
        own = {
            "backlogQuotaDefaultRetentionPolicy": "producer_exception",
            "bookkeeperClientRegionawarePolicyEnabled": "true",
        }
        yield self._config(broker, {**self.shared, **own, **_LOGS, **self.spec["broker"]["config"]})
        yield self._service(broker, "broker", {"http": 8080, "pulsar": 6650}, headless=True)
        files = "conf/broker.conf && bin/gen-yml-from-env.py conf/functions_worker.yml"
        yield self._pods("broker", files, "bin/pulsar broker", "http://localhost:8080/admin/v2/brokers/health")
        told = {"brokerServiceURL": self.pulsar, "brokerWebServiceURL": self.web, **self.shared, **_LOGS}
        yield self._config(proxy, {**told, **self.spec["proxy"]["config"]})
        yield self._service(proxy, "proxy", {"http": 8080, "pulsar": 6650, "ws": 8000}, headless=False)
        beside = self.spec["proxy"]["webSocket"]
        containers = []
        if beside["enabled"]:
            told = {"brokerServiceUrl": self.pulsar, "serviceUrl": self.web, **self.shared, **_LOGS}
            yield self._config(f"{proxy}-ws", {**told, "webServicePort": "8000", **beside["config"]})
            command = "bin/apply-config-from-env.py conf/websocket.conf && exec bin/pulsar websocket"
            containers = [self._container(f"{proxy}-ws", command, beside["resources"])]
        serves = "http://localhost:8080/metrics/"
        yield self._pods("proxy", "conf/proxy.conf", "bin/pulsar proxy", serves, beside=containers, kind="Deployment")
        yield self._config(self._called("bastion"), self.spec["bastion"]["config"])
        yield self._pods("bastion", "conf/client.conf", "sleep infinity", kind="Deployment")

    def _pods(
        self,
        component: str,
        files: str,
        program: str,
        serves: str | None = None,
        volumes: list[dict[str, Any]] | None = None,
        before: str | None = None,
        beside: list[dict[str, Any]] | None = None,
        kind: str = "StatefulSet",
    ) -> dict[str, Any]:
        part, name = self.spec[component], self._called(component)
        main = self._container(name, f"bin/apply-config-from-env.py {files} && exec {program}", part["resources"])
        main["env"] = part.get("env", [])
        claims = {f"{name}-{each['name']}": each for each in volumes or ()}
        main["volumeMounts"] = [{"name": claim, "mountPath": each["path"]} for claim, each in claims.items()]
        if serves:
            probe = {"exec": {"command": ["sh", "-c", f"curl -s --max-time 5 --fail {serves} > /dev/null"]}}
            main["readinessProbe"] = {**probe, "initialDelaySeconds": 10, "periodSeconds": 5, "timeoutSeconds": 5}
        pod = {"containers": [main, *(beside or ())], "terminationGracePeriodSeconds": part["gracePeriod"]}
        pod |= {"securityContext": {"fsGroup": 0}} if claims else {}
        pod |= {"serviceAccountName": part["serviceAccountName"]} if "serviceAccountName" in part else {}
        if before:
            first = f"bin/apply-config-from-env.py {files} && {before}"
            pod["initContainers"] = [{**self._container(name, first), "name": "metadata-format"}]
        labels = self._labels(component)
        spec: dict[str, Any] = {
            "replicas": part["replicas"],
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": {**part["podLabels"], **labels}}, "spec": pod},
        }
        if kind == "StatefulSet":
            spec |= {"serviceName": name, "podManagementPolicy": "Parallel"}
            spec["volumeClaimTemplates"] = [
                {
                    "metadata": {"name": claim},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": each["size"]}},
                    },
                }
                for claim, each in claims.items()
            ]
        return self._object(kind, name, spec)

    def _labels(self, component: str) -> dict[str, str]:
        return {"app": "pulsar", "component": self.bases[f"{component}BaseName"], "cluster": self.name}

    def _container(self, config: str, command: str, resources: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "name": config,
            "image": self.spec["global"]["image"],
            "imagePullPolicy": "IfNotPresent",
            "command": ["sh", "-c"],
            "args": [command],
            **({"envFrom": [{"configMapRef": {"name": config}}]} if config != "metadata" else {}),
            **({"resources": resources} if resources else {}),
        }

    def _config(self, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
        data = {
            key if key.startswith(("PULSAR_", "BOOKIE_")) else f"PULSAR_PREFIX_{key}": str(value)
            for key, value in config.items()
        }
        return self._object("ConfigMap", name, data, field="data")

    def _service(self, name: str, component: str, ports: Mapping[str, int], *, headless: bool) -> dict[str, Any]:
        spec: dict[str, Any] = {
            "selector": self._labels(component),
            "ports": [{"name": port, "port": number} for port, number in ports.items()],
        }
        if headless:
            spec |= {"clusterIP": "None", "publishNotReadyAddresses": component != "broker"}
        return self._object("Service", name, spec)

    def _object(self, kind: str, name: str, content: Mapping[str, Any], field: str = "spec") -> dict[str, Any]:
        about = {"name": name, "namespace": self.about["namespace"], "ownerReferences": [self.owner]}
        return {"apiVersion": _VERSIONS[kind], "kind": kind, "metadata": about, field: dict(content)}
