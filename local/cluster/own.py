"""A single-node Kubernetes from package registries, in namespaces of its own on this machine."""

import concurrent.futures
import os
import pathlib
import sys

from local.problem import Problem
from local.progress import Progress

from . import (
    addons,
    cgroups,
    containerd,
    control_plane,
    debian,
    kubeconfig,
    names,
    namespaces,
    node,
    ownership,
    pki,
    processes,
    relay,
    system_images,
    toolchain,
)
from .api import Api
from .layout import Layout

CLIENTS = ("controller-manager", "scheduler", "proxy", "kubelet")
ROLES = ("relay", "containerd", "etcd", "api-server", "controller-manager", "scheduler", "kubelet", "proxy")
START_SECONDS = 120
"""How long any one part may take to start, with room for a machine that is busy with other things."""


def is_up(layout: Layout) -> bool:
    """Whether every daemon of the cluster is running and the API server says that it is ready."""
    alive = {daemon.role for daemon in processes.running(layout.name)}
    return alive.issuperset(ROLES) and (layout.pki / "complete").exists() and Api(layout.api_port, layout.pki).ready()


def up(layout: Layout, progress: Progress) -> None:
    """Bring the cluster up; what runs is left, what died is started again."""
    if os.geteuid() != 0:
        raise Problem(
            "A cluster of its own needs root on this machine. Run this as root, start Docker and install kind, or name "
            "a cluster of yours with PULSAR_KUBECONFIG."
        )
    ownership.check(layout)
    if is_up(layout):
        return
    debian.ensure(debian.NODE, progress)
    tools = toolchain.ensure(progress)
    with progress.step("cluster: starting Kubernetes"):
        _require_ports(layout)
        ownership.claim(layout)
        _Start(layout, tools).run()


class _Start:
    """One start of the daemons, in the order that their dependencies allow and no other waiting."""

    def __init__(self, layout: Layout, tools: toolchain.Toolchain) -> None:
        self._layout = layout
        self._tools = tools
        for folder in (layout.run, layout.conf, layout.logs, layout.volumes):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        (layout.state / "etcd").mkdir(mode=0o700, exist_ok=True)
        self._alive = {daemon.role for daemon in processes.running(layout.name)}
        self._cgroups = cgroups.create(layout.name)
        self._init = 0

    def run(self) -> None:
        """Start everything and wait until pods can run, names resolve and volumes are made."""
        layout, tools = self._layout, self._tools
        if processes.init_of(layout.name) is None:
            self._clear_after_crash()
        self._init = namespaces.ensure(layout, tools.pause)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pki.ensure(layout)
            for client in CLIENTS:
                config = layout.conf / f"{client}.kubeconfig"
                if not config.exists():
                    kubeconfig.write(config, kubeconfig.own(layout, client))
            node.write_config(layout)
            self._start_relay()
            self._start("etcd", control_plane.etcd(layout, tools))
            self._start("api-server", control_plane.api_server(layout, tools))
            images = pool.submit(self._bring_images)
            api = Api(layout.api_port, layout.pki)
            api.wait_ready(START_SECONDS, lambda: self._require("relay", "etcd", "api-server"))
            self._start("controller-manager", control_plane.controller_manager(layout, tools))
            self._start("scheduler", control_plane.scheduler(layout, tools))
            self._start("proxy", node.proxy(layout, tools))
            addons.apply(layout, api)
            images.result()
        self._require(*ROLES)
        api.wait_for("/api/v1/nodes", layout.node, _is_ready, START_SECONDS, "The node")
        addons.wait(api, START_SECONDS)
        # After a crash the add-ons' last known state says "available" although they are only being started again.
        names.wait(layout, self._init, START_SECONDS)

    def _bring_images(self) -> None:
        layout = self._layout
        self._start("containerd", ["containerd", f"--config={containerd.write_config(layout)}", "--log-level=warn"])
        archive = system_images.ensure(self._tools)
        containerd.wait(layout, START_SECONDS, lambda: self._require("containerd"))
        self._start("kubelet", node.kubelet(layout, self._tools))
        containerd.import_archive(layout, archive)

    def _clear_after_crash(self) -> None:
        # Without the first process nothing else should live; what does (the namespaces' parent) is of no use.
        for daemon in processes.running(self._layout.name):
            processes.send(self._layout.name, daemon, processes.KILL)
        self._alive.clear()

    def _start(self, role: str, command: list[str], *, network: bool = True) -> None:
        if role in self._alive:
            return
        processes.start(
            self._layout.name,
            role,
            command,
            log=self._log(role),
            init=self._init,
            cgroups=self._cgroups,
            network=network,
        )

    def _start_relay(self) -> None:
        layout = self._layout
        if "relay" in self._alive:
            return
        # The first process is number 1 inside its own namespace, where the relay reads /proc.
        ports = map(str, (layout.api_port, *layout.node_ports))
        command = [sys.executable, "-I", "-S", str(pathlib.Path(relay.__file__)), "/proc/1/ns/net", *ports]
        self._start("relay", command, network=False)

    def _log(self, role: str) -> pathlib.Path:
        return self._layout.logs / f"{role}.log"

    def _require(self, *roles: str) -> None:
        alive = processes.alive(self._layout.name, roles)
        for role in roles:
            if role not in alive:
                raise Problem(
                    f"The cluster's {role} has ended. The end of {self._log(role)}:\n"
                    f"{processes.log_tail(self._log(role))}"
                )


def _require_ports(layout: Layout) -> None:
    if any(daemon.role == "relay" for daemon in processes.running(layout.name)):
        return
    for port in (layout.api_port, *layout.node_ports):
        try:
            for listener in relay.listeners([port]):
                listener.close()
        except OSError as error:
            raise Problem(
                f"Port {port} on 127.0.0.1 is taken by another program, and the local cluster needs it "
                f"({error.strerror}). End it (ss -ltnp shows it), or set PULSAR_API_PORT and PULSAR_NODE_PORTS."
            ) from error


def _is_ready(found: dict) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)
