import json
import pathlib
import socket
import subprocess
import time
import uuid

import pytest

from local import cluster, paths
from local.cluster import processes, toolchain
from local.cluster.layout import from_environment
from local.progress import Progress

pytestmark = pytest.mark.cluster

BUSYBOX = {"image": "busybox:1.35.0", "imagePullPolicy": "IfNotPresent"}


@pytest.fixture(scope="module", autouse=True)
def own_cluster():
    found = cluster.up(Progress())
    if found.kind != "own":
        pytest.skip("these tests look inside the cluster that the project makes of its own")
    return found


@pytest.fixture(scope="module")
def kubectl():
    namespace = f"cluster-test-{uuid.uuid4().hex[:6]}"
    program = toolchain.ensure(Progress()).kube("kubectl")

    def run(*arguments, given=None, check=True):
        done = subprocess.run(
            [program, f"--kubeconfig={paths.KUBECONFIG}", f"--namespace={namespace}", *arguments],
            check=False,
            capture_output=True,
            text=True,
            input=given,
            timeout=120,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    run("create", "namespace", namespace)
    run("apply", "-f", "-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects(free_node_port())}))
    run("rollout", "status", "statefulset/db", "--timeout=60s")
    run("wait", "--for=condition=Ready", "pod/client", "--timeout=60s")
    yield run
    run("delete", "namespace", namespace, "--wait=true")


def free_node_port():
    # A local stack that is up has some of the ports that the host can reach.
    program = toolchain.ensure(Progress()).kube("kubectl")
    listed = subprocess.run(
        [program, f"--kubeconfig={paths.KUBECONFIG}", "get", "services", "--all-namespaces", "--output=json"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    ports = [port for service in json.loads(listed)["items"] for port in service["spec"].get("ports", [])]
    taken = {port.get("nodePort") for port in ports}
    return next(port for port in reversed(from_environment().node_ports) if port not in taken)


def objects(node_port):
    server = {
        **BUSYBOX,
        "name": "db",
        "command": ["sh", "-c", "hostname >/data/index.html; exec httpd -f -p 8080 -h /data"],
        "readinessProbe": {"exec": {"command": ["test", "-f", "/data/index.html"]}, "periodSeconds": 1},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "8Mi"}}}
    pod = {"terminationGracePeriodSeconds": 0, "containers": [server]}
    client = {**BUSYBOX, "name": "client", "command": ["sleep", "3600"]}
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "db"},
            "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 8080}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "front"},
            "spec": {
                "type": "NodePort",
                "selector": {"app": "db"},
                "ports": [{"port": 80, "targetPort": 8080, "nodePort": node_port}],
            },
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "db"},
            "spec": {
                "serviceName": "db",
                "replicas": 1,
                "selector": {"matchLabels": {"app": "db"}},
                "template": {"metadata": {"labels": {"app": "db"}}, "spec": pod},
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "client"},
            "spec": {"terminationGracePeriodSeconds": 0, "containers": [client]},
        },
    ]


@pytest.mark.parametrize("name", ["front", "db-0.db:8080"], ids=["service", "pod-of-a-headless-service"])
def test_a_pod_finds_another_by_name(kubectl, name):
    assert kubectl("exec", "client", "--", "wget", "-qO-", f"http://{name}/") == "db-0"


def test_a_name_outside_the_cluster_fails_at_once_instead_of_hanging(kubectl):
    began = time.monotonic()
    kubectl("exec", "client", "--", "nslookup", "example.com.", check=False)
    assert time.monotonic() - began < 5


def test_what_a_pod_wrote_to_its_volume_is_there_after_the_pod_is_replaced(kubectl):
    kubectl("exec", "db-0", "--", "sh", "-c", "echo kept >/data/note")
    kubectl("delete", "pod", "db-0", "--wait=true")
    kubectl("rollout", "status", "statefulset/db", "--timeout=60s")
    assert kubectl("exec", "db-0", "--", "cat", "/data/note") == "kept"


def test_a_node_port_answers_on_the_host(kubectl):
    port = int(kubectl("get", "service", "front", "--output=jsonpath={.spec.ports[0].nodePort}"))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b""
        while part := client.recv(4096):
            answer += part
    assert answer.endswith(b"db-0\n")


def test_no_port_of_the_cluster_can_be_reached_from_another_machine():
    layout = from_environment()
    wanted = {f"{port:04X}" for port in (layout.api_port, *layout.node_ports)}
    listening = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    found = {fields[1] for fields in listening if fields[3] == "0A" and fields[1].partition(":")[2] in wanted}
    assert {address.partition(":")[0] for address in found} == {"0100007F"}
    assert len(found) == len(wanted)


def test_a_second_up_changes_nothing_and_takes_no_time(own_cluster):
    layout = from_environment()
    daemons = {daemon for daemon in processes.running(layout.name) if daemon.role in ("etcd", "kubelet", "containerd")}
    before = own_cluster.kubeconfig.read_text()
    began = time.monotonic()
    again = cluster.up(Progress())
    assert time.monotonic() - began < 3
    assert again.description == own_cluster.description
    assert again.kubeconfig.read_text() == before
    assert daemons <= set(processes.running(layout.name))


def test_a_running_cluster_is_told_by_what_down_would_have_to_remove():
    found = cluster.leftovers()
    assert any(line.endswith("(kubelet)") for line in found)
    assert any(line.startswith("folder ") for line in found)


def test_the_machines_own_settings_are_not_changed():
    layout = from_environment()
    init = processes.init_of(layout.name)
    assert init is not None
    inside = subprocess.run(
        ["nsenter", f"--target={init}", "--mount", "--pid", "cat", "/proc/sys/kernel/panic_on_oops"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # The kubelet sets 1; it wrote to a file of its own.
    assert inside.strip() == "1"
    mounts = pathlib.Path("/proc/self/mounts").read_text()
    assert f"/var/lib/{layout.name}" not in mounts
