"""A very small Kubernetes client: the handful of calls that bring a cluster up.

The official client takes over half a second to import, which is a good part of the time that a second `up` has.
"""

import http.client
import json
import pathlib
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any

from local.problem import Problem

PLURALS = {
    "Namespace": ("api/v1", "namespaces"),
    "ServiceAccount": ("api/v1", "serviceaccounts"),
    "ConfigMap": ("api/v1", "configmaps"),
    "Service": ("api/v1", "services"),
    "Deployment": ("apis/apps/v1", "deployments"),
    "Role": ("apis/rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "ClusterRole": ("apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    "ClusterRoleBinding": ("apis/rbac.authorization.k8s.io/v1", "clusterrolebindings"),
    "StorageClass": ("apis/storage.k8s.io/v1", "storageclasses"),
}


def path_of(document: Mapping[str, Any]) -> str:
    """The path of an object in the API."""
    group, plural = PLURALS[document["kind"]]
    namespace = document["metadata"].get("namespace")
    within = f"namespaces/{namespace}/" if namespace else ""
    return f"/{group}/{within}{plural}/{document['metadata']['name']}"


class Api:
    """Calls to one API server on 127.0.0.1, with a client certificate from the cluster's own authority."""

    def __init__(self, port: int, pki: pathlib.Path, timeout_seconds: float = 10) -> None:
        self._port = port
        self._timeout = timeout_seconds
        self._tls = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self._tls.load_cert_chain(pki / "admin.crt", pki / "admin.key")

    def _connection(self, timeout_seconds: float | None = None) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "127.0.0.1", self._port, context=self._tls, timeout=timeout_seconds or self._timeout
        )

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """Status and parsed answer of one call; status 0 when nothing answers."""
        connection = self._connection()
        try:
            connection.request(
                method,
                path,
                body=None if body is None else json.dumps(body),
                headers={"Content-Type": content_type, "Accept": "application/json"},
            )
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except OSError:
            return 0, None
        except http.client.HTTPException:
            return 0, None
        finally:
            connection.close()
        try:
            return response.status, json.loads(text)
        except json.JSONDecodeError:
            return response.status, text

    def ready(self) -> bool:
        """Whether the API server says that it is ready."""
        return self.request("GET", "/readyz")[0] == 200

    def wait_ready(self, timeout_seconds: float, check: Callable[[], None]) -> None:
        """Wait until the API server is ready; `check` is called in between and may raise."""
        deadline = time.monotonic() + timeout_seconds
        while not self.ready():
            check()
            if time.monotonic() > deadline:
                raise Problem(f"The API server on 127.0.0.1:{self._port} was not ready after {timeout_seconds:.0f} s.")
            time.sleep(0.05)

    def apply(self, document: Mapping[str, Any]) -> None:
        """Make an object what the document says, by server-side apply."""
        status, answer = self.request(
            "PATCH",
            f"{path_of(document)}?fieldManager=pulsar-local&force=true",
            document,
            "application/apply-patch+yaml",
        )
        if status not in (200, 201):
            message = answer.get("message") if isinstance(answer, dict) else answer
            raise Problem(
                f"The cluster refused {document['kind']} {document['metadata']['name']}: {message or 'no answer'}."
            )

    def wait_for(
        self, collection: str, name: str, condition: Callable[[dict[str, Any]], bool], timeout_seconds: float, what: str
    ) -> None:
        """Wait until an object fulfils a condition, told by the API server's own watch."""
        deadline = time.monotonic() + timeout_seconds
        while (left := deadline - time.monotonic()) > 0:
            connection = self._connection(left)
            try:
                connection.request("GET", f"{collection}?watch=true&fieldSelector=metadata.name%3D{name}")
                response = connection.getresponse()
                if response.status == 200:
                    for line in response:
                        if condition(json.loads(line).get("object", {})):
                            return
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                pass
            finally:
                connection.close()
            time.sleep(0.1)
        raise Problem(f"{what} was not ready after {timeout_seconds:.0f} s.")
