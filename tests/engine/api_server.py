"""An API server with nothing behind it, for tests that put real objects on one where no node has to run a pod.

What nodes and controllers would report (pods that are ready, endpoints, addresses) is reported by `all_is_well`, so a
stack for three machines can be brought up on a laptop.
"""

import contextlib
import json
import pathlib
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.cluster import toolchain
from local.cluster.kubeconfig import single
from local.engine.kubernetes_plugin.kubeconfig import connect
from local.engine.kubernetes_plugin.rest import ApiError, Client, Unreachable
from local.progress import Progress

_EPOCH = "2000-01-01T00:00:00Z"


@contextlib.contextmanager
def all_is_well(kubeconfig: dict[str, Any], folder: pathlib.Path) -> Iterator[None]:
    """Report for as long as the block runs what a healthy cluster would."""
    over = threading.Event()
    reporting = threading.Thread(target=_report_everything_well, args=(_client(kubeconfig, folder), over))
    reporting.start()
    try:
        yield
    finally:
        over.set()
        reporting.join()


@contextlib.contextmanager
def api_server(folder: pathlib.Path) -> Iterator[dict[str, Any]]:
    """An API server on loopback for as long as the block runs; gives a kubeconfig of it."""
    programs = toolchain.ensure(Progress())
    store, peers, port = (_free_port() for _ in range(3))
    token = secrets.token_hex()
    (folder / "tokens").write_text(f"{token},recorder,recorder,system:masters\n")
    key = folder / "accounts.key"
    key.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    etcd = [
        programs.etcd,
        f"--data-dir={folder}/etcd",
        "--unsafe-no-fsync",
        "--log-level=warn",
        *(f"--{which}-client-urls=http://127.0.0.1:{store}" for which in ("listen", "advertise")),
        f"--listen-peer-urls=http://127.0.0.1:{peers}",
    ]
    server = [
        programs.kube("kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{store}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder}/certificates",
        f"--token-auth-file={folder}/tokens",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.96.0.0/16",
    ]
    # It signs its own certificate, and the authority stands in the same file.
    certificate = folder / "certificates" / "apiserver.crt"
    address = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(certificate)}
    kubeconfig = single("recorder", address, {"token": token})
    # Without these nothing that is deleted with its dependents, or with its content, would ever be gone.
    manager = [
        programs.kube("kube-controller-manager"),
        f"--kubeconfig={folder}/kubeconfig",
        "--controllers=garbage-collector-controller,namespace-controller,persistentvolumeclaim-protection-controller",
        "--leader-elect=false",
        "--secure-port=0",
    ]
    with (folder / "log").open("w") as log, _started(etcd, log), _started(server, log) as process:
        _wait_until_ready(process, kubeconfig, folder)
        with _started(manager, log):
            yield kubeconfig


@contextlib.contextmanager
def _started(command: Sequence[str | pathlib.Path], log: IO[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


def _client(kubeconfig: dict[str, Any], folder: pathlib.Path) -> Client:
    path = folder / "kubeconfig"
    path.write_text(json.dumps(kubeconfig))
    return Client(connect(str(path), None, None, None))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(server: subprocess.Popen[bytes], kubeconfig: dict[str, Any], folder: pathlib.Path) -> None:
    until = time.monotonic() + 120
    while True:
        # Its certificate is there only when it has started.
        with contextlib.suppress(ApiError, Unreachable, OSError):
            _client(kubeconfig, folder).text("/readyz", {})
            return
        if time.monotonic() > until or server.poll() is not None:
            raise SystemExit(f"The API server doesn't become ready:\n{(folder / 'log').read_text()[-3000:]}")
        time.sleep(0.2)


def _report_everything_well(client: Client, over: threading.Event) -> None:
    while not over.wait(0.2):
        for each in _listed(client, "/api/v1/namespaces"):
            account = {"metadata": {"name": "default"}}
            _send(client, "POST", f"/api/v1/namespaces/{each['metadata']['name']}/serviceaccounts", account)
        for plural in ("apps/v1/statefulsets", "apps/v1/deployments", "batch/v1/jobs"):
            for each in _listed(client, f"/apis/{plural}"):
                if "observedGeneration" not in each["status"] and "succeeded" not in each["status"]:
                    status = _done() if plural.endswith("jobs") else _running(each)
                    _report(client, f"/apis/{plural}", each, status)
        for each in _listed(client, "/api/v1/services"):
            _send(client, "POST", f"{_within('/apis/discovery.k8s.io/v1/endpointslices', each)}", _endpoints(each))
            if each["spec"]["type"] == "LoadBalancer" and not each["status"]["loadBalancer"]:
                _report(client, "/api/v1/services", each, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})


def _running(live: dict[str, Any]) -> dict[str, Any]:
    counts = ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas")
    generation = {"observedGeneration": live["metadata"]["generation"]}
    return dict.fromkeys(counts, live["spec"]["replicas"]) | generation


def _done() -> dict[str, Any]:
    conditions = [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")]
    times = {"startTime": _EPOCH, "completionTime": _EPOCH}
    return {"succeeded": 1, "conditions": conditions, **times}


def _endpoints(service: dict[str, Any]) -> dict[str, Any]:
    name = service["metadata"]["name"]
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.1"], "conditions": {"ready": True}}],
    }


def _listed(client: Client, path: str) -> list[dict[str, Any]]:
    return client.request("GET", path)["items"]


def _within(collection: str, live: dict[str, Any]) -> str:
    root, _, plural = collection.rpartition("/")
    return f"{root}/namespaces/{live['metadata']['namespace']}/{plural}"


def _report(client: Client, collection: str, live: dict[str, Any], status: dict[str, Any]) -> None:
    path = f"{_within(collection, live)}/{live['metadata']['name']}/status"
    _send(client, "PATCH", path, {"status": status}, "application/merge-patch+json")


def _send(client: Client, method: str, path: str, body: dict[str, Any], kind: str = "application/json") -> None:
    try:
        client.request(method, path, body=body, content_type=kind)
    except ApiError as error:
        # It is there already; or is gone, or going, since it was listed.
        if error.status not in (409, 404, 403):
            raise
