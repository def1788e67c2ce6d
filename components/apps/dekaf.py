"""Dekaf, the console that Apache's documentation recommends.

Sources: Dekaf's configuration reference and Docker image page (github.com/visortelle/dekaf/docs), and the Dekaf
templates of Apache's Helm chart for Pulsar.
"""

from typing import TYPE_CHECKING, Literal

from .. import names, versions
from ..model import Bytes, Cpu, Image
from ..pulsar import probes
from ..pulsar.workload import Mount, Workload
from .console_kind import ConsoleKind, admin_url

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ROLE, PORT = "dekaf", 8090
FORWARDED = f"http://localhost:{PORT}"
"""Where a browser finds it through `kubectl port-forward`."""


class DekafSpec(ConsoleKind):
    """Dekaf: tenants, namespaces, topics, subscriptions, schemas and messages, to look at and to change."""

    kind: Literal["dekaf"] = "dekaf"  # pyright: ignore[reportIncompatibleVariableOverride]
    """Dekaf, which Apache's documentation recommends."""
    image: Image = versions.DEKAF_IMAGE
    """Dekaf's image."""
    cpu: Cpu = "250m"
    """Processors that it asks for."""
    memory: Bytes = Bytes.parse("1Gi")
    """Its memory limit and request."""

    def workload(self, pulsar: "PulsarSpec") -> Workload:
        """Dekaf's pod. It has no login of its own."""
        proxy = names.service(f"{pulsar.name}-proxy", pulsar.namespace)
        return Workload(
            cluster=pulsar.name,
            namespace=self.place(pulsar),
            role=ROLE,
            image=self.image,
            replicas=1,
            # The image starts it by itself.
            command=(),
            ports={"http": PORT},
            cpu=self.cpu,
            memory=str(self.memory),
            environment={
                "DEKAF_PULSAR_NAME": pulsar.name,
                "DEKAF_PULSAR_WEB_URL": admin_url(pulsar),
                "DEKAF_PULSAR_BROKER_URL": f"pulsar://{proxy}:6650",
                "DEKAF_PORT": str(PORT),
                "DEKAF_DATA_DIR": "/dekaf/data",
                "DEKAF_PUBLIC_BASE_URL": self.login.url if self.login else FORWARDED,
                "DEKAF_COOKIE_SECURE": "true" if self.login else "false",
            },
            mounts=(
                # Filters and sessions that people keep; they go with the pod.
                Mount(name="data", path="/dekaf/data", source={"emptyDir": {"sizeLimit": "256Mi"}}, read_only=False),
                Mount(name="temporary", path="/tmp", source={"emptyDir": {"sizeLimit": "256Mi"}}, read_only=False),  # noqa: S108
            ),
            **probes.page({"tcpSocket": {"port": "http"}}),
            spread="preferred",
            stateful=False,
            surges=False,
            headless=False,
            client_service={"type": "ClusterIP"},
        )
