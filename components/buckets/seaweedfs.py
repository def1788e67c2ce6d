"""SeaweedFS as a store that runs beside Pulsar: one server, for development and small installations."""

from collections.abc import Iterator, Mapping

from .. import names, versions
from ..model import Bytes, Cpu, Image, Spec
from ..pulsar.metadata.store import Place, VolumeSpec
from ..pulsar.workload import SecretKey, Volume, Workload

ROLE, PORT = "seaweedfs", 8333
_LEAST = Bytes.parse("1Gi")
_SMALLEST_FILE, _LARGEST_FILE = 64, 30 * 1024
"""SeaweedFS keeps objects in files of at most so many mebibytes: its own largest is 30 GiB."""
_FILES = 24
"""How many of those files a server should have room for: SeaweedFS opens seven at once for each bucket."""


class ServerSpec(Spec):
    """One SeaweedFS server, for development and for small installations whose storage keeps copies itself.

    It has one copy of everything, on one volume: its loss is the loss of what was moved to it.
    """

    image: Image = versions.SEAWEEDFS_IMAGE
    """SeaweedFS's image."""
    cpu: Cpu = "250m"
    """Processors that it asks for."""
    memory: Bytes = Bytes.parse("1Gi")
    """Its memory limit and request."""
    volume: VolumeSpec
    """Where it keeps the messages. It can grow later where the storage class allows it, never shrink."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A volume that has no room for its files, or too little memory to serve them."""
        if self.volume.size < _LEAST:
            yield "volume.size", f"{self.volume.size} has no room for SeaweedFS's files. Use at least {_LEAST}."
        if self.memory.mebibytes < 256:
            yield "memory", f"{self.memory} is less than SeaweedFS needs. Use at least 256Mi."

    @property
    def file_mebibytes(self) -> int:
        """How large each of SeaweedFS's files may get."""
        return max(_SMALLEST_FILE, min(_LARGEST_FILE, self.volume.size.mebibytes // _FILES))

    @property
    def files(self) -> int:
        """How many of them there may be: nine tenths of the volume, since the last ones grow past their limit."""
        return max(8, self.volume.size.mebibytes * 9 // 10 // self.file_mebibytes)


def address(place: Place) -> str:
    """Where it answers, inside Kubernetes."""
    return f"http://{names.service(f'{place.cluster}-{ROLE}', place.namespace)}:{PORT}"


def server(
    spec: ServerSpec, place: Place, storage_class: str | None, keys: Mapping[str, SecretKey], generation: str
) -> Workload:
    """The server as a pod. It knows one identity: the keys, which it takes from its environment."""
    alive = {"httpGet": {"path": "/healthz", "port": "s3"}, "timeoutSeconds": 5}
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role=ROLE,
        image=spec.image,
        replicas=1,
        command=(
            "/usr/bin/weed",
            # Standard error is the log, without files beside it.
            "-logtostderr=true",
            "server",
            "-dir=/data",
            # The parts talk to each other inside the pod, without a password; the S3 gateway alone is reached.
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.telemetry=false",
            f"-master.volumeSizeLimitMB={spec.file_mebibytes}",
            f"-volume.max={spec.files}",
            "-filer",
            "-s3",
            "-s3.ip.bind=0.0.0.0",
            f"-s3.port={PORT}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.iam=false",
            "-s3.autoCreateBucket=true",
        ),
        ports={"s3": PORT},
        cpu=spec.cpu,
        memory=str(spec.memory),
        # Go gives memory back only when it knows of a limit.
        environment={"GOMEMLIMIT": f"{spec.memory.mebibytes * 4 // 5}MiB", "KEY_GENERATION": generation},
        secret_environment=keys,
        startup={**alive, "periodSeconds": 1, "failureThreshold": 600},
        readiness={**alive, "periodSeconds": 5},
        liveness={**alive, "periodSeconds": 10, "failureThreshold": 6},
        volumes=(
            Volume(
                name="data",
                path="/data",
                size=str(spec.volume.size),
                storage_class=spec.volume.storage_class or storage_class,
            ),
        ),
        spread=place.spread,
        grace_seconds=30,
        client_service={"type": "ClusterIP"},
    )
