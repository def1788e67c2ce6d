"""Records the state that `tests/upgrades/test_replay.py` replays: `python -m tests.upgrades.record [STACK]`.

Each stack is brought up for real: by the engine and the Kubernetes plugin, on an etcd and an API server of their own
that listen on loopback only. There is no node under them. What nodes and controllers would report (pods that are ready,
endpoints, addresses) is reported by this script, so a stack for three machines can be recorded on a laptop.

What the recording holds is what `pulumi stack export` gives, without what differs from run to run. Of an object's
outputs it keeps who the object is: what a replay compares are the inputs.
"""

import contextlib
import json
import pathlib
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from evaluation import stack_files
from local.cluster import toolchain
from local.cluster.kubeconfig import single
from local.engine.kubernetes_plugin.kubeconfig import connect
from local.engine.kubernetes_plugin.rest import ApiError, Client, Unreachable
from local.progress import Progress
from tests.previews.project import Project

STATES = pathlib.Path(__file__).parent / "states"
_NEVER_THE_SAME = ("created", "modified", "sourcePosition", "stackTrace")
_WHO_IT_IS = ("apiVersion", "kind", "__initialApiVersion")
_OF_THE_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation")
_EPOCH = "2000-01-01T00:00:00Z"
_NO_ID = "00000000-0000-4000-8000-000000000000"


def record(stack: str) -> None:
    """Bring a stack up and write its state down."""
    with contextlib.ExitStack() as until_the_end:
        folder = pathlib.Path(until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="record-")))
        kubeconfig = until_the_end.enter_context(_api_server(folder))
        project = Project(folder / "engine", stack, kubeconfig)
        over = threading.Event()
        reporting = threading.Thread(target=_report_everything_well, args=(_client(kubeconfig, folder), over))
        reporting.start()
        try:
            project.run("up", "--yes", "--skip-preview")
        finally:
            over.set()
            reporting.join()
        state = json.loads(project.run("stack", "export").output)
    path = STATES / f"{stack}.json"
    path.write_text(json.dumps(lasting(state), indent=1, sort_keys=True) + "\n")
    print(f"{path.relative_to(pathlib.Path.cwd())}: {len(state['deployment']['resources'])} resources")


def lasting(state: dict[str, Any]) -> dict[str, Any]:
    """An exported state without times, places in files, the secrets provider, and what an API server made up."""
    resources = state["deployment"]["resources"]
    made_up = [each["id"] for each in resources if each["type"].startswith("pulumi:providers:")]
    kept = [{key: value for key, value in each.items() if key not in _NEVER_THE_SAME} for each in resources]
    for each in kept:
        each |= {key: sorted(each[key]) for key in ("dependencies",) if key in each}
        if each["type"].startswith("kubernetes:"):
            outputs = each["outputs"]
            about = {key: value for key, value in outputs["metadata"].items() if key not in _OF_THE_SERVER}
            each["outputs"] = {key: outputs[key] for key in _WHO_IT_IS} | {"metadata": about}
    text = json.dumps(kept)
    for one in made_up:
        text = text.replace(one, _NO_ID)
    manifest = {**state["deployment"]["manifest"], "time": _EPOCH}
    # The order in which things became ready differs; parents and dependencies come first all the same.
    return {"version": state["version"], "deployment": {"manifest": manifest, "resources": _ordered(json.loads(text))}}


def _ordered(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left, done = sorted(resources, key=lambda each: each["urn"]), []
    known: set[str] = set()
    while left:
        provider = [each.get("provider", "").rpartition("::")[0] for each in left]
        ready = next(
            each
            for each, by in zip(left, provider, strict=True)
            if {*each.get("dependencies", []), each.get("parent", ""), by} <= known | {""}
        )
        left.remove(ready)
        done.append(ready)
        known.add(ready["urn"])
    return done


@contextlib.contextmanager
def _api_server(folder: pathlib.Path) -> Iterator[dict[str, Any]]:
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
    with (folder / "log").open("w") as log, _started(etcd, log), _started(server, log) as process:
        _wait_until_ready(process, kubeconfig, folder)
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
        if error.status != 409:
            raise


if __name__ == "__main__":
    for chosen in sys.argv[1:] or stack_files.names():
        record(chosen)
