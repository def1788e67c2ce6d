"""The own cluster's names, addresses, folders and versions: everything that two of its parts must agree on."""

import dataclasses
import os
import pathlib

from local.problem import Problem

PAUSE_VERSION = "3.10.1"
COREDNS_VERSION = "1.13.1"
PROVISIONER_VERSION = "0.0.30"
BUSYBOX_VERSION = "1.35.0"

LONGEST_RUN_PATH = 40
"""Characters that the folder for sockets may take, so that the longest socket in it stays under 100."""


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where one cluster lives on this machine.

    Nothing here exists outside the cluster's own namespaces but `state`, `run`, a control group named `name`
    and listeners on 127.0.0.1 for `api_port` and `node_ports`.
    """

    name: str = "pulsar-local"
    api_port: int = 6443
    node_ports: tuple[int, ...] = tuple(range(30080, 30090))
    node: str = "node1"
    node_address: str = "10.200.0.1"
    pod_cidr: str = "10.244.0.0/24"
    service_cidr: str = "10.96.0.0/16"
    api_service_address: str = "10.96.0.1"
    dns_address: str = "10.96.0.10"

    def __post_init__(self) -> None:
        if len(str(self.run)) > LONGEST_RUN_PATH:
            raise Problem(
                f"The cluster's name {self.name!r} is too long: the sockets in {self.run} would pass the 108 "
                "characters that Linux allows. Use a shorter PULSAR_CLUSTER_NAME."
            )

    @property
    def state(self) -> pathlib.Path:
        """What the cluster keeps: etcd's data, images, volumes, certificates, logs. Survives a reboot."""
        return pathlib.Path("/var/lib") / self.name

    @property
    def run(self) -> pathlib.Path:
        """Sockets and what is gone after a reboot. Short, since a socket's path is limited."""
        return pathlib.Path("/run") / self.name

    @property
    def pki(self) -> pathlib.Path:
        """Certificates and keys."""
        return self.state / "pki"

    @property
    def conf(self) -> pathlib.Path:
        """Configuration files and kubeconfigs of the daemons."""
        return self.state / "conf"

    @property
    def logs(self) -> pathlib.Path:
        """One log file a daemon, and the pods' logs in `pods`."""
        return self.state / "log"

    @property
    def volumes(self) -> pathlib.Path:
        """The data of PersistentVolumes."""
        return self.state / "volumes"

    @property
    def containerd_socket(self) -> pathlib.Path:
        """Where containerd listens; reachable from the host."""
        return self.run / "containerd.sock"

    @property
    def owner(self) -> pathlib.Path:
        """The file that names the checkout which made the cluster."""
        return self.state / "owner"


def write(path: pathlib.Path, text: str) -> None:
    """Write a daemon's configuration, unless it says the same already: kube-proxy ends when its file is touched."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def from_environment() -> Layout:
    """The layout that the environment asks for.

    PULSAR_CLUSTER_NAME, PULSAR_API_PORT and PULSAR_NODE_PORTS ("30080-30089") let a second cluster live beside
    the first; a node port keeps its number on both sides.
    """
    default = Layout()
    ports = os.environ.get("PULSAR_NODE_PORTS")
    first, _, last = (ports or "").partition("-")
    try:
        return Layout(
            name=os.environ.get("PULSAR_CLUSTER_NAME") or default.name,
            api_port=int(os.environ.get("PULSAR_API_PORT") or default.api_port),
            node_ports=tuple(range(int(first), int(last or first) + 1)) if ports else default.node_ports,
        )
    except ValueError as error:
        raise Problem(
            f"PULSAR_API_PORT is {os.environ.get('PULSAR_API_PORT')!r} and PULSAR_NODE_PORTS is {ports!r}, but the "
            'first must be a number and the second a range such as "30080-30089".'
        ) from error
