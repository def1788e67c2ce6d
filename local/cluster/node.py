"""The node: the kubelet and kube-proxy, and their configuration."""

from typing import Any

import yaml

from .layout import Layout, write
from .toolchain import Toolchain


def kubelet_config(layout: Layout) -> dict[str, Any]:
    """The kubelet's configuration."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{layout.pki}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{layout.pki}/kubelet-server.crt",
        "tlsPrivateKeyFile": f"{layout.pki}/kubelet-server.key",
        "containerRuntimeEndpoint": f"unix://{layout.containerd_socket}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.name}",
        # The default up to 1.34; from 1.35 on a machine with version 1 control groups has to say so.
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [layout.dns_address],
        "clusterDomain": "cluster.local",
        "resolvConf": f"{layout.conf}/resolv.conf",
        "podLogsDir": f"{layout.logs}/pods",
        "volumePluginDir": f"{layout.state}/flexvolume",
        "healthzBindAddress": "127.0.0.1",
        "evictionHard": {
            "memory.available": "200Mi",
            "nodefs.available": "2%",
            "imagefs.available": "2%",
            "nodefs.inodesFree": "2%",
        },
        # Images come from archives and could not be pulled again.
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": False,
        "maxPods": 200,
    }


def proxy_config(layout: Layout) -> dict[str, Any]:
    """kube-proxy's configuration."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        # Unlike nftables, this mode serves node ports on 127.0.0.1, which is where the relay dials.
        "mode": "iptables",
        "hostnameOverride": layout.node,
        "clusterCIDR": layout.pod_cidr,
        "clientConnection": {"kubeconfig": f"{layout.conf}/proxy.kubeconfig"},
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        # The limits of connection tracking can be written in the machine's first network namespace alone.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "iptables": {"syncPeriod": "30s", "minSyncPeriod": "100ms"},
    }


def write_config(layout: Layout) -> None:
    """Write both configurations, and a resolv.conf without servers: there is no name service outside the cluster."""
    write(layout.conf / "resolv.conf", "")
    write(layout.conf / "kubelet.yaml", yaml.safe_dump(kubelet_config(layout)))
    write(layout.conf / "proxy.yaml", yaml.safe_dump(proxy_config(layout)))


def kubelet(layout: Layout, toolchain: Toolchain) -> list[str]:
    """The kubelet's command line."""
    return [
        str(toolchain.kube("kubelet")),
        f"--config={layout.conf}/kubelet.yaml",
        f"--kubeconfig={layout.conf}/kubelet.kubeconfig",
        f"--root-dir={layout.state}/kubelet",
        f"--cert-dir={layout.state}/kubelet-pki",
        f"--hostname-override={layout.node}",
        f"--node-ip={layout.node_address}",
        "--node-labels=topology.kubernetes.io/zone=zone-a",
    ]


def proxy(layout: Layout, toolchain: Toolchain) -> list[str]:
    """kube-proxy's command line."""
    return [str(toolchain.kube("kube-proxy")), f"--config={layout.conf}/proxy.yaml"]
