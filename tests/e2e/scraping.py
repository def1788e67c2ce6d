"""A real Prometheus that reads the pods of a stack: the stack's own, or one on this machine for a stack without.

The latter reads through the Kubernetes API. Its jobs are those of the stack's own, with another way to find the pods
and to reach them: this machine knows no pod's address and asks no cluster's name server.
"""

import base64
import contextlib
import json
import pathlib
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import kubernetes
import yaml

from components.monitoring.alert import rules
from components.monitoring.alerts import alerts
from components.monitoring.prometheus import OwnSpec
from components.monitoring.targets import Target, targets
from components.pulsar.workload import Workload
from components.stack import StackSpec
from tests.promtool import prometheus


def _pods(core: kubernetes.client.CoreV1Api, target: Target) -> list[str]:
    found = core.list_namespaced_pod(target.namespace, label_selector=target.selector).items
    return sorted(pod.metadata.name for pod in found if pod.status.phase == "Running")


def _jobs(spec: StackSpec, core: kubernetes.client.CoreV1Api, server: str, tls: dict[str, str]) -> Iterator[Any]:
    for target in targets(spec.pulsar):
        for pod in _pods(core, target):
            way = f"/api/v1/namespaces/{target.namespace}/pods/{pod}:{target.port}/proxy{target.path}"
            labels = {"cluster": target.cluster, "component": target.component, "pod": pod}
            yield {
                "job_name": pod,
                "scheme": "https",
                "tls_config": tls,
                "honor_labels": True,
                "metrics_path": way,
                "static_configs": [{"targets": [server.removeprefix("https://")], "labels": labels}],
            }


class Scraped:
    """A Prometheus that is up."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"

    def get(self, path: str, **asked: str) -> Any:
        """What its API answers."""
        query = f"?{urllib.parse.urlencode(asked)}" if asked else ""
        with urllib.request.urlopen(f"{self._root}/api/v1/{path}{query}", timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[Any]:
        """The samples that an expression gives now."""
        return self.get("query", query=expression)["result"]


def own(spec: StackSpec) -> Scraped:
    """The local stack's own, in its pod, once it has read every pod twice."""
    assert isinstance(spec.monitoring, OwnSpec), "the local stack's file says so"
    assert spec.monitoring.service.node_port, "so that it is reached without asking Kubernetes"
    found = Scraped(spec.monitoring.service.node_port)
    return _wait(found, sum(each.replicas for each in _read(spec)), lambda: "see its pod's log")


def _read(spec: StackSpec) -> Iterator[Workload]:
    components = {each.component for each in targets(spec.pulsar)}
    return (work for role, work in spec.pulsar.workloads(spec.cluster.offer).items() if role in components)


@contextlib.contextmanager
def scraping(folder: pathlib.Path, spec: StackSpec, kubeconfig: dict[str, Any]) -> Iterator[Scraped]:
    """Prometheus with a stack's alerts, once it has read every pod twice."""
    core = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config_dict(kubeconfig))
    cluster, user = kubeconfig["clusters"][0]["cluster"], kubeconfig["users"][0]["user"]
    held = {
        "ca_file": cluster["certificate-authority-data"],
        "cert_file": user["client-certificate-data"],
        "key_file": user["client-key-data"],
    }
    for name, data in held.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(base64.b64decode(data))
    jobs = list(_jobs(spec, core, cluster["server"], {name: str(folder / name) for name in held}))
    every = {"scrape_interval": "5s", "evaluation_interval": "5s"}
    whole = {"global": every, "rule_files": ["alerts.yml"], "scrape_configs": jobs}
    (folder / "alerts.yml").write_text(yaml.safe_dump(rules(alerts(spec.pulsar))))
    (folder / "prometheus.yml").write_text(yaml.safe_dump(whole))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(
            [
                *("nice", prometheus(), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"),
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        yield _wait(Scraped(port), len(jobs), lambda: (folder / "log").read_text()[-2000:])
    finally:
        running.terminate()
        running.wait(30)


def _wait(found: Scraped, pods: int, words: Callable[[], str]) -> Scraped:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if len(found.query("count_over_time(up[1m]) >= 2 and up == 1")) == pods:
                return found
        time.sleep(1)
    raise AssertionError(f"Prometheus has not read {pods} pods: {words()}")
