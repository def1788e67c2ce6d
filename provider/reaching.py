"""The way to a pod's port through the Kubernetes API, so that a private cluster needs no open port."""

import contextlib
import dataclasses
import select
import socket
import threading
from collections.abc import Iterator
from typing import Any


class Unreached(Exception):
    """There is no way: the message is a sentence that says why."""


@dataclasses.dataclass(frozen=True)
class Place:
    """A Pulsar cluster in Kubernetes."""

    kubeconfig: Any
    """A kubeconfig's path or content, as text or as a mapping; `None` for what kubectl would use."""
    context: str | None
    """The kubeconfig's context. `None`: its current one."""
    namespace: str
    """The Kubernetes namespace."""
    cluster: str
    """Pulsar's own name of the cluster."""

    def core_api(self) -> Any:
        """A Kubernetes client.

        Raises:
            Unreached: there is no such kubeconfig or context.
        """
        import kubernetes
        import yaml

        given = self.kubeconfig
        if isinstance(given, str) and ("\n" in given or given.lstrip().startswith("{")):
            given = yaml.safe_load(given)
        try:
            client = (
                kubernetes.config.new_client_from_config_dict(given, context=self.context)
                if isinstance(given, dict)
                else kubernetes.config.new_client_from_config(str(given) if given else None, context=self.context)
            )
        except kubernetes.config.ConfigException as error:
            raise Unreached(f"can't be used: {error}.") from None
        return kubernetes.client.CoreV1Api(client)

    def ready_pod(self, api: Any, role: str) -> str:
        """The name of a pod of the role that is ready.

        Raises:
            Unreached: there is none.
        """
        selector = f"app.kubernetes.io/instance={self.cluster},app.kubernetes.io/name={role}"
        pods = api.list_namespaced_pod(self.namespace, label_selector=selector).items
        for pod in pods:
            conditions = {each.type: each.status for each in pod.status.conditions or ()}
            if conditions.get("Ready") == "True" and pod.metadata.deletion_timestamp is None:
                return pod.metadata.name
        raise Unreached(f"No {role} is ready ({len(pods)} in namespace {self.namespace}).")

    @contextlib.contextmanager
    def forward(self, role: str, port: int, pod: str | None = None) -> Iterator[int]:
        """A port of this machine's loopback that leads to a pod, for every connection anew.

        Args:
            role: what the pod is.
            port: the pod's port.
            pod: its name. `None`: any of the role that is ready.
        """
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
                _pump(connection, self.tunnel(role, port, pod))

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.close()

    def run(self, pod: str, command: list[str]) -> str:
        """What a command prints in a pod; nothing where it can't be run."""
        from kubernetes.stream import stream

        api = self.core_api()
        try:
            return str(
                stream(
                    api.connect_get_namespaced_pod_exec,
                    pod,
                    self.namespace,
                    command=command,
                    stderr=False,
                    stdin=False,
                    stdout=True,
                    tty=False,
                    _request_timeout=20,
                )
            )
        except Exception:
            return ""

    def tunnel(self, role: str, port: int, pod: str | None = None) -> Any:
        """A socket that is the port of that pod, or of one of the role that is ready."""
        from kubernetes.stream import portforward

        api = self.core_api()
        name = pod or self.ready_pod(api, role)
        tunnel = portforward(api.connect_get_namespaced_pod_portforward, name, self.namespace, ports=str(port))
        return tunnel.socket(port)


def _pump(one: Any, other: Any) -> None:
    while True:
        readable, _, _ = select.select([one, other], [], [])
        for source in readable:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)
