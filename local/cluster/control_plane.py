"""The command lines of the control plane: etcd, the API server, the controllers and the scheduler."""

from .layout import Layout
from .toolchain import Toolchain

Command = list[str]


def etcd(layout: Layout, toolchain: Toolchain) -> Command:
    """The cluster's own store; Pulsar's metadata has an etcd of its own, in a pod."""
    return [
        str(toolchain.etcd),
        f"--name={layout.node}",
        f"--data-dir={layout.state}/etcd",
        # Waiting for the disk is the slowest thing there is on a shared one, and a cluster that is thrown away
        # needs no guarantee for a power cut.
        "--unsafe-no-fsync",
        "--log-level=warn",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
        f"--initial-cluster={layout.node}=http://127.0.0.1:2380",
    ]


def api_server(layout: Layout, toolchain: Toolchain) -> Command:
    """The API server, on the same port inside and outside."""
    pki = layout.pki
    return [
        str(toolchain.kube("kube-apiserver")),
        "--etcd-servers=http://127.0.0.1:2379",
        f"--advertise-address={layout.node_address}",
        f"--secure-port={layout.api_port}",
        "--allow-privileged=true",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--client-ca-file={pki}/ca.crt",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--kubelet-certificate-authority={pki}/ca.crt",
        f"--kubelet-client-certificate={pki}/apiserver-kubelet-client.crt",
        f"--kubelet-client-key={pki}/apiserver-kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki}/service-accounts.pub",
        f"--service-account-signing-key-file={pki}/service-accounts.key",
        f"--service-cluster-ip-range={layout.service_cidr}",
        f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy-client.crt",
        f"--proxy-client-key-file={pki}/front-proxy-client.key",
    ]


def controller_manager(layout: Layout, toolchain: Toolchain) -> Command:
    """The controllers; started only when the API server is ready, since they exit for good on its first refusals."""
    config = layout.conf / "controller-manager.kubeconfig"
    return [
        str(toolchain.kube("kube-controller-manager")),
        *_as_client(config),
        "--use-service-account-credentials=true",
        f"--root-ca-file={layout.pki}/ca.crt",
        f"--service-account-private-key-file={layout.pki}/service-accounts.key",
        f"--cluster-signing-cert-file={layout.pki}/ca.crt",
        f"--cluster-signing-key-file={layout.pki}/ca.key",
        f"--flex-volume-plugin-dir={layout.state}/flexvolume",
        "--controllers=*,bootstrapsigner,tokencleaner",
    ]


def scheduler(layout: Layout, toolchain: Toolchain) -> Command:
    """The scheduler."""
    return [str(toolchain.kube("kube-scheduler")), *_as_client(layout.conf / "scheduler.kubeconfig")]


def _as_client(config: object) -> Command:
    return [
        f"--kubeconfig={config}",
        f"--authentication-kubeconfig={config}",
        f"--authorization-kubeconfig={config}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        # A node of one has no use for a limit that protects an API server with thousands of clients.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]
