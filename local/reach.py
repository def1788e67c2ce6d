"""How a stack's Pulsar is reached from this machine, and how a command runs in its toolset pod."""

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from typing import Any

from provider import reaching

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
    pulsar_place = place(stack, kubeconfig)
    apart = stack.spec.pulsar.websocket.run_in == "pods"
    with contextlib.ExitStack() as forwards:
        pulsar = forwards.enter_context(pulsar_place.forward("proxy", 6650))
        http = forwards.enter_context(pulsar_place.forward("proxy", 8080))
        websocket = http
        if apart:
            websocket = forwards.enter_context(pulsar_place.forward(*stack.spec.pulsar.operator.websocket_at))
        yield Endpoints(f"pulsar://127.0.0.1:{pulsar}", f"http://127.0.0.1:{http}", f"ws://127.0.0.1:{websocket}/ws/v2")


def core_api(stack: Stack, kubeconfig: Any) -> Any:
    """A Kubernetes client for the stack's cluster.

    Raises:
        Problem: there is no such kubeconfig or context.
    """
    try:
        return place(stack, kubeconfig).core_api()
    except reaching.Unreached as error:
        way_out = " `make up` brings its cluster up." if stack.is_local else ""
        raise Problem(f"The kubeconfig of stack {stack.name} {error}{way_out}") from None


def place(stack: Stack, kubeconfig: Any) -> reaching.Place:
    """Where the stack's Pulsar is in Kubernetes."""
    pulsar = stack.spec.pulsar
    return reaching.Place(kubeconfig, stack.context, pulsar.namespace, pulsar.name)


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


def run_in_toolset(stack: Stack, kubeconfig: Any, command: list[str]) -> int:
    """Run a command in the toolset pod, with its output here as it comes.

    Returns:
        The command's exit code.
    """
    from kubernetes.stream import stream

    api = core_api(stack, kubeconfig)
    try:
        pod = place(stack, kubeconfig).ready_pod(api, "toolset")
    except reaching.Unreached as error:
        raise Problem(f"{error} `make up STACK={stack.name}` brings it up.") from None
    running = stream(
        api.connect_get_namespaced_pod_exec,
        pod,
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
