"""Protocol handlers of our own, compiled against the classes of the image that runs them, packed as Pulsar reads."""

import base64
import contextlib
import hashlib
import io
import pathlib
import secrets
import tarfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import kubernetes

from local.cluster import system_images
from local.images import archive

SOURCE = pathlib.Path(__file__).parent / "handler" / "LineHandler.java"
_BUILD = """\
set -e
libraries=$(printf %s: /pulsar/lib/*.jar)
java -m jdk.compiler/com.sun.tools.javac.Main -proc:none -cp "$libraries" -d /tmp/classes /source/LineHandler.java >&2
tar -C /tmp/classes -c . | base64 -w0
"""
"""The image's Java has its compiler as a module, without the program `javac`."""


class Workshop:
    """A namespace to build in, and to serve files from."""

    def __init__(self, core: Any, image: str) -> None:
        self._core, self._image = core, image
        self.namespace = f"handler-{secrets.token_hex(3)}"

    def classes(self) -> dict[str, bytes]:
        """The handler's classes, compiled by the Java that will run them."""
        self._config_map("source", {"data": {SOURCE.name: SOURCE.read_text()}})
        self._pod("compiler", ["bash", "-c", _BUILD], "source", "/source")
        _until(lambda: self._phase("compiler") in ("Succeeded", "Failed"), "the compiler to end")
        # The client's own answer is a text that has been parsed; as it came, it is what the pod wrote.
        said = self._core.read_namespaced_pod_log("compiler", self.namespace, _preload_content=False).data
        assert self._phase("compiler") == "Succeeded", said.decode()
        with tarfile.open(fileobj=io.BytesIO(base64.b64decode(said))) as tar:
            return {
                member.name.removeprefix("./"): tar.extractfile(member).read()  # pyright: ignore[reportOptionalMemberAccess]
                for member in tar
                if member.isfile()
            }

    def serve(self, files: Mapping[str, bytes]) -> str:
        """A web server inside the cluster; gives its address."""
        self._config_map(
            "files", {"binaryData": {name: base64.b64encode(each).decode() for name, each in files.items()}}
        )
        self._pod("files", ["python3", "-m", "http.server", "8080", "--directory", "/files"], "files", "/files")
        self._core.create_namespaced_service(
            self.namespace,
            {"metadata": {"name": "files"}, "spec": {"selector": {"app": "files"}, "ports": [{"port": 8080}]}},
        )
        return f"http://files.{self.namespace}.svc.cluster.local:8080"

    def _config_map(self, name: str, content: Mapping[str, Any]) -> None:
        self._core.create_namespaced_config_map(self.namespace, {"metadata": {"name": name}, **content})

    def _pod(self, name: str, command: list[str], config_map: str, path: str) -> None:
        container = {
            "name": name,
            "image": self._image,
            "imagePullPolicy": "IfNotPresent",
            "command": command,
            "volumeMounts": [{"name": "files", "mountPath": path}],
        }
        spec = {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "containers": [container],
            "volumes": [{"name": "files", "configMap": {"name": config_map}}],
        }
        self._core.create_namespaced_pod(
            self.namespace, {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}
        )

    def _phase(self, pod: str) -> str:
        return self._core.read_namespaced_pod_status(pod, self.namespace).status.phase


@contextlib.contextmanager
def workshop(kubeconfig: Mapping[str, Any], image: str) -> Iterator[Workshop]:
    """A workshop with the image's own Java, that is gone afterwards."""
    core = kubernetes.client.CoreV1Api(kubernetes.config.new_client_from_config_dict(dict(kubeconfig)))
    made = Workshop(core, image)
    core.create_namespace({"metadata": {"name": made.namespace}})
    try:
        # Pods are refused until the namespace's own account is there.
        _until(lambda: bool(core.list_namespaced_service_account(made.namespace).items), "the namespace's account")
        yield made
    finally:
        core.delete_namespace(made.namespace)


def pack(classes: Mapping[str, bytes], protocol: str) -> bytes:
    """A handler's archive: what it is in `META-INF/services`, and its code as a jar among the bundled dependencies."""
    definition = f"name: {protocol}\ndescription: A protocol of lines, for tests\nhandlerClass: LineHandler\n"
    manifest = f"Manifest-Version: 1.0\nNar-Group: tests\nNar-Id: {protocol}\nNar-Version: 1\n"
    return _zipped(
        {
            "META-INF/MANIFEST.MF": manifest.encode(),
            "META-INF/services/pulsar-protocol-handler.yml": definition.encode(),
            "META-INF/bundled-dependencies/handler.jar": _zipped({**classes, "protocol": protocol.encode()}),
        }
    )


def image(nar: bytes, path: str, folder: pathlib.Path) -> tuple[pathlib.Path, str]:
    """An image that holds an archive beside `cp`, as a file and by its name."""
    name = f"handlers.test/line:{hashlib.sha256(nar).hexdigest()[:12]}"
    tree = archive.Tree()
    tree.file(path, nar, 0o644)
    target = folder / "handler.tar"
    layers = (*system_images.busybox(folder).layers, tree.write(folder / "handler.layer"))
    archive.write(target, [archive.Image((name,), layers, environment={"PATH": system_images.PATH})])
    return target, name


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def _until(done: Any, what: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"{seconds} s were not enough for {what}."
        time.sleep(0.3)
