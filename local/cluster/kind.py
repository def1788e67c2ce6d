"""A cluster made by kind, where a container engine runs."""

import json
import os
import pathlib
import shutil
import subprocess
from typing import Any

import yaml

from local import paths
from local.problem import Problem
from local.progress import Progress

from . import go
from .cluster import Cluster
from .layout import Layout

VERSION = "v0.30.0"
MODULE = "sigs.k8s.io/kind"
ENGINES = ("docker", "podman")


def engine() -> str | None:
    """The container engine whose daemon answers, if any."""
    for name in ENGINES:
        if shutil.which(name):
            try:
                asked = subprocess.run([name, "info"], check=False, capture_output=True, timeout=10)
            except subprocess.TimeoutExpired:
                continue
            if asked.returncode == 0:
                return name
    return None


def program(progress: Progress) -> str:
    """The kind program: on PATH, or built from its Go module into the cache."""
    if found := shutil.which("kind"):
        return found
    folder = paths.CACHE / "kind" / VERSION
    if not (folder / "kind").exists():
        with progress.step(f"cluster: building kind {VERSION} from its Go module", "about a minute"):
            done = subprocess.run(
                [go.ensure(progress), "install", f"{MODULE}@{VERSION}"],
                check=False,
                capture_output=True,
                text=True,
                env={**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"},
            )
        if done.returncode:
            raise Problem(
                f"kind could not be built ({done.stderr.strip()[-300:]}). Install kind, or set PULSAR_CLUSTER=own to "
                "have a cluster without a container engine."
            )
    return str(folder / "kind")


def config(layout: Layout) -> dict[str, Any]:
    """kind's configuration: one node whose API server and node ports are on 127.0.0.1 alone."""
    mappings = [
        {"containerPort": port, "hostPort": port, "listenAddress": "127.0.0.1", "protocol": "TCP"}
        for port in layout.node_ports
    ]
    labels = {"topology.kubernetes.io/zone": "zone-a"}
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "name": layout.name,
        "networking": {"apiServerAddress": "127.0.0.1", "apiServerPort": layout.api_port},
        "nodes": [{"role": "control-plane", "labels": labels, "extraPortMappings": mappings}],
    }


def up(layout: Layout, progress: Progress) -> Cluster:
    """Make the kind cluster, unless it is there, and give it."""
    name = engine()
    if name is None:
        raise Problem("PULSAR_CLUSTER is 'kind', but neither Docker nor Podman answers. Start one, or unset it.")
    kind = _Kind(program(progress), name)
    if layout.name not in kind.run("get", "clusters").split():
        with progress.step(f"cluster: kind makes a cluster on {name}", "about a minute"):
            kind.run("create", "cluster", "--config=-", "--wait=120s", given=yaml.safe_dump(config(layout)))
    paths.KUBECONFIG.parent.mkdir(parents=True, exist_ok=True)
    paths.KUBECONFIG.touch(mode=0o600)
    kind.run("export", "kubeconfig", f"--name={layout.name}", f"--kubeconfig={paths.KUBECONFIG}")
    paths.KUBECONFIG.chmod(0o600)

    def load(archive: pathlib.Path) -> bool:
        kind.run("load", "image-archive", str(archive), f"--name={layout.name}")
        return True

    return Cluster(
        kind="kind",
        kubeconfig=paths.KUBECONFIG,
        description=f"a kind cluster named {layout.name!r} on {name}",
        can_pull=True,
        load=load,
        held=dict,
        host_ports=layout.node_ports,
    )


def down(layout: Layout, progress: Progress) -> None:
    """Delete the kind cluster, if there is one."""
    name = engine()
    if name is None or not (shutil.which("kind") or (paths.CACHE / "kind" / VERSION / "kind").exists()):
        return
    kind = _Kind(program(progress), name)
    if layout.name in kind.run("get", "clusters").split():
        kind.run("delete", "cluster", f"--name={layout.name}")


class _Kind:
    def __init__(self, path: str, container_engine: str) -> None:
        self._path = path
        self._environment = {**os.environ, "KIND_EXPERIMENTAL_PROVIDER": container_engine}

    def run(self, *arguments: str, given: str | None = None) -> str:
        done = subprocess.run(
            [self._path, *arguments], check=False, capture_output=True, text=True, input=given, env=self._environment
        )
        if done.returncode:
            raise Problem(f"kind {json.dumps(list(arguments))} failed: {done.stderr.strip()[-800:]}")
        return done.stdout
