"""Pulsar Manager, the console that Apache has discontinued, for those who still need it.

Sources: Pulsar Manager's repository at 0.4.0 (github.com/apache/pulsar-manager: README, `application.properties`,
`docker/`, the controllers for users, logins and environments), its issues 407 (it wants to be root) and 563 (its
superuser can be made twice), and the Pulsar Manager templates of Apache's Helm chart before 4.8.0.
"""

import pathlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from .. import names, versions
from ..clusters.cluster import Offer
from ..model import Bytes, Cpu, Image, Name
from ..pulsar import probes
from ..pulsar.job import container_shape, once
from ..pulsar.metadata.store import Place, VolumeSpec
from ..pulsar.pod import secret_variables
from ..pulsar.workload import Manifest, Mount, SecretKey, Workload
from . import pulsar_manager_bootstrap
from .console_kind import ConsoleKind, admin_url

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ROLE, PORT = "pulsar-manager", 7750
BOOTSTRAP_ROLE = "pulsar-manager-bootstrap"
DATA = "/data"
_PROGRAM, _PAGES = "/pulsar-manager/pulsar-manager/bin/pulsar-manager", "/usr/share/nginx/html"
"""Where its image has the program, and the pages that nginx would serve."""


class PulsarManagerSpec(ConsoleKind):
    """Pulsar Manager 0.4.0, of May 2023. Discontinued: Apache advises against it for anything new."""

    kind: Literal["pulsar-manager"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Pulsar Manager, which gets no fixes any more."""
    secret: Name
    """The Kubernetes Secret in the console's namespace that holds the superuser's `username` and `password`."""
    image: Image = versions.PULSAR_MANAGER_IMAGE
    """Pulsar Manager's image."""
    cpu: Cpu = "250m"
    """Processors that it asks for."""
    memory: Bytes = Bytes.parse("1Gi")
    """Its memory limit and request."""
    volume: VolumeSpec = VolumeSpec(size=Bytes.parse("2Gi"))
    """Where its database is: users, environments, and statistics of some minutes. It grows in place, can't shrink, and
    goes with the console."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Less memory than its JVM needs."""
        if self.memory.mebibytes < 512:
            yield "memory", f"{self.memory} is less than its JVM and its database need. Use at least 512Mi."

    def workload(self, pulsar: "PulsarSpec") -> Workload:
        """Its pod: the program alone, which serves its own pages.

        The image starts a PostgreSQL and an nginx beside it, for both of which it must be root. Without them the
        program keeps its data in its own database, which is its default, and serves the pages of a folder `ui`.
        """
        address = urlsplit(self.login.url if self.login else f"http://localhost:{PORT}")
        return Workload(
            cluster=pulsar.name,
            namespace=self.place(pulsar),
            role=ROLE,
            image=self.image,
            replicas=1,
            command=("sh", "-c", f"cd {DATA} && ln -sfn {_PAGES} ui && exec {_PROGRAM}"),
            ports={"http": PORT},
            cpu=self.cpu,
            memory=str(self.memory),
            environment={
                "SERVER_PORT": str(PORT),
                "SPRING_DATASOURCE_URL": "jdbc:herddb:server:localhost:7000?server.start=true"
                f"&server.base.dir={DATA}/dbdata",
                # Its own users, and not one whose name and password stand in its source.
                "USER_MANAGEMENT_ENABLE": "true",
                "SWAGGER_ENABLED": "false",
                "BOOKIE_ENABLE": "false",
                "REDIRECT_SCHEME": address.scheme,
                "REDIRECT_HOST": address.hostname or "",
                "REDIRECT_PORT": str(address.port or 443),
                # To the pod's log alone.
                "LOGGING_FILE": "",
                "JAVA_OPTS": "-XX:MaxRAMPercentage=60",
            },
            mounts=(
                Mount(
                    name="data",
                    path=DATA,
                    source={"persistentVolumeClaim": {"claimName": self._claim(pulsar)}},
                    read_only=False,
                ),
                Mount(name="temporary", path="/tmp", source={"emptyDir": {"sizeLimit": "256Mi"}}, read_only=False),  # noqa: S108
            ),
            **probes.page({"httpGet": {"path": "/pulsar-manager/csrf-token", "port": "http"}}),
            spread="preferred",
            stateful=False,
            # Two must not write to one database.
            surges=False,
            headless=False,
            client_service={"type": "ClusterIP"},
        )

    def volumes(self, pulsar: "PulsarSpec", offer: Offer) -> Mapping[str, Manifest]:
        """The claim of its database's volume, which grows in place."""
        storage_class = self.volume.storage_class or offer.storage_class
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": self._claim(pulsar),
                "namespace": self.place(pulsar),
                "labels": names.labels(pulsar.name, ROLE),
                # A volume that is made for its first pod is not there before it.
                "annotations": {"pulumi.com/skipAwait": "true"},
            },
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                **({"storageClassName": storage_class} if storage_class else {}),
                "resources": {"requests": {"storage": str(self.volume.size)}},
            },
        }
        return {self._claim(pulsar): claim}

    def _claim(self, pulsar: "PulsarSpec") -> str:
        return f"{pulsar.name}-{ROLE}-data"

    def jobs(self, pulsar: "PulsarSpec") -> Mapping[str, Manifest]:
        """The Job that makes the superuser and registers Pulsar. It may run again at any time."""
        place = Place(cluster=pulsar.name, namespace=self.place(pulsar), spread="preferred")
        bookies = names.service(f"{pulsar.name}-bookie-headless", pulsar.namespace)
        environment = {
            "MANAGER": f"http://{names.service(f'{pulsar.name}-{ROLE}', place.namespace)}:{PORT}",
            "ENVIRONMENT": pulsar.name,
            "BROKER": admin_url(pulsar),
            "BOOKIE": f"http://{bookies}:8000",
        }
        secrets = {
            "USERNAME": SecretKey(secret=self.secret, key="username"),
            "PASSWORD": SecretKey(secret=self.secret, key="password"),
        }
        container = {
            "name": BOOTSTRAP_ROLE,
            # Pulsar's own image has a Python, and is on the nodes already.
            "image": pulsar.effective_image,
            "command": ["python3", "-u", "-c", pathlib.Path(pulsar_manager_bootstrap.__file__).read_text("utf-8")],
            "env": [
                *({"name": key, "value": value} for key, value in sorted(environment.items())),
                *secret_variables(secrets),
            ],
            **container_shape("50m", "128Mi"),
        }
        job = once(place, BOOTSTRAP_ROLE, {"containers": [container]}, retries=6)
        return {f"{place.cluster}-{BOOTSTRAP_ROLE}": job}
