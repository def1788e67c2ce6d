"""How a stack's Pulsar is reached from this machine, and how a command runs in its toolset pod."""

import contextlib
import dataclasses
import select
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

from .paths import PROJECT
from .problem import Problem
from .stacks import Stack


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Pulsar's addresses as this machine reaches them."""

    pulsar: str
    """Pulsar's own protocol: `pulsar://…`."""
    http: str
    """The admin REST API: `http://…`."""
    websocket: str
    """WebSocket: `ws://…/ws/v2`."""


def fixed_endpoints(stack: Stack) -> Endpoints | None:
    """The addresses that the stack file fixes, if it does."""
    service = stack.spec.pulsar.proxy.service
    if not (service.host and service.type == "NodePort" and service.node_ports):
        return None
    if stack.spec.pulsar.websocket.run_in != "proxy":
        return None
    host, ports = service.host, service.node_ports
    return Endpoints(
        f"pulsar://{host}:{ports.pulsar}", f"http://{host}:{ports.http}", f"ws://{host}:{ports.http}/ws/v2"
    )


@contextlib.contextmanager
def endpoints(stack: Stack, kubeconfig: Any) -> Iterator[Endpoints]:
    """The stack's addresses, through the Kubernetes API where nothing else is open."""
    fixed = fixed_endpoints(stack)
    if fixed:
        yield fixed
        return
    name = stack.spec.pulsar.name
    apart = stack.spec.pulsar.websocket.run_in == "pods"
    with contextlib.ExitStack() as forwards:
        pulsar = forwards.enter_context(_forward(stack, kubeconfig, f"{name}-proxy", 6650))
        http = forwards.enter_context(_forward(stack, kubeconfig, f"{name}-proxy", 8080))
        websocket = http
        if apart:
            websocket = forwards.enter_context(_forward(stack, kubeconfig, f"{name}-websocket", 8080))
        yield Endpoints(f"pulsar://127.0.0.1:{pulsar}", f"http://127.0.0.1:{http}", f"ws://127.0.0.1:{websocket}/ws/v2")


def core_api(stack: Stack, kubeconfig: Any) -> Any:
    """A Kubernetes client for the stack's cluster.

    Raises:
        Problem: there is no such kubeconfig or context.
    """
    import kubernetes

    context = stack.context
    try:
        client = (
            kubernetes.config.new_client_from_config_dict(kubeconfig, context=context)
            if isinstance(kubeconfig, dict)
            else kubernetes.config.new_client_from_config(str(kubeconfig) if kubeconfig else None, context=context)
        )
    except kubernetes.config.ConfigException as error:
        way_out = " `make up` brings its cluster up." if stack.is_local else ""
        raise Problem(f"The kubeconfig of stack {stack.name} can't be used: {error}.{way_out}") from None
    return kubernetes.client.CoreV1Api(client)


def is_reachable(stack: Stack) -> bool:
    """Whether the local stack's Kubernetes API answers."""
    import urllib3

    try:
        api = core_api(stack, PROJECT / (stack.kubeconfig_path or ""))
        api.api_client.rest_client.pool_manager.connection_pool_kw.update(retries=False)
        api.list_namespace(limit=1, _request_timeout=3)
    except (Problem, urllib3.exceptions.HTTPError):
        return False
    return True


def cluster_identity(stack: Stack) -> str:
    """What tells the local stack's cluster from every other one, even at the same address."""
    api = core_api(stack, PROJECT / (stack.kubeconfig_path or ""))
    return str(api.read_namespace("kube-system").metadata.uid)


def _ready_pod(api: Any, stack: Stack, role: str) -> str:
    pulsar = stack.spec.pulsar
    selector = f"app.kubernetes.io/instance={pulsar.name},app.kubernetes.io/name={role}"
    pods = api.list_namespaced_pod(pulsar.namespace, label_selector=selector).items
    for pod in pods:
        conditions = {each.type: each.status for each in pod.status.conditions or ()}
        if conditions.get("Ready") == "True" and pod.metadata.deletion_timestamp is None:
            return pod.metadata.name
    raise Problem(
        f"No {role} of stack {stack.name} is ready ({len(pods)} in namespace {pulsar.namespace}). "
        f"`make up STACK={stack.name}` brings it up."
    )


@contextlib.contextmanager
def _forward(stack: Stack, kubeconfig: Any, service: str, port: int) -> Iterator[int]:
    """A port of this machine's loopback that leads to a ready pod of the service, for every connection anew."""
    from kubernetes.stream import portforward

    role = service.removeprefix(f"{stack.spec.pulsar.name}-")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=relay, args=(connection,), daemon=True).start()

    def relay(connection: socket.socket) -> None:
        with contextlib.suppress(Exception), connection:
            api = core_api(stack, kubeconfig)
            pod = _ready_pod(api, stack, role)
            tunnel = portforward(
                api.connect_get_namespaced_pod_portforward, pod, stack.spec.pulsar.namespace, ports=str(port)
            )
            _pump(connection, tunnel.socket(port))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _pump(one: Any, other: Any) -> None:
    while True:
        readable, _, _ = select.select([one, other], [], [])
        for source in readable:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


def run_in_toolset(stack: Stack, kubeconfig: Any, command: list[str]) -> int:
    """Run a command in the toolset pod, with its output here as it comes.

    Returns:
        The command's exit code.
    """
    from kubernetes.stream import stream

    api = core_api(stack, kubeconfig)
    running = stream(
        api.connect_get_namespaced_pod_exec,
        _ready_pod(api, stack, "toolset"),
        stack.spec.pulsar.namespace,
        command=command,
        stderr=True,
        stdin=False,
        stdout=True,
        tty=False,
        _preload_content=False,
    )
    while running.is_open():
        running.update(timeout=5)
        for channel, target in ((running.read_stdout, sys.stdout), (running.read_stderr, sys.stderr)):
            if text := channel(timeout=0):
                target.write(text)
                target.flush()
    return running.returncode or 0
