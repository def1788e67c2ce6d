"""The demo page: live charts of two streams, each made by an example function from another stream."""

import hashlib
import pathlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

import pulumi
import pydantic

from .. import names
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..kubernetes_objects import register
from ..model import Bytes, Cpu, Spec
from ..pulsar.deployment import PodSet
from ..pulsar.service import PageServiceSpec
from ..pulsar.websocket import WebSocketPods
from ..pulsar.workload import Manifest, Mount, Workload, demand, placed

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ROLE, PORT = "demo", 8000
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
FOLDER = "/demo"
"""Where the pod finds the code."""
WEATHER = "functions/weather/src/main/java/org/example/weather"
FILES = (
    *(f"demo/{name}" for name in ("index.html", "demo.css", "demo.js")),
    *(f"demo/{name}" for name in ("server.py", "streams.py", "events.py", "functions.py", "Apply.java")),
    "functions/sentiment/sentiment.py",
    *(f"{WEATHER}/{name}" for name in ("Reading.java", "Report.java", "Weather.java")),
)
"""What runs in the pod, below `examples/`: the page, what serves it, and the example functions themselves."""


class DemoServiceSpec(PageServiceSpec):
    """How a browser reaches the page."""

    why_private: ClassVar[str] = (
        "the demo: its page has no login. Leave it out, and reach"
        " the page in the private network or by `kubectl port-forward`."
    )


class DemoSpec(Spec):
    """A page that draws two streams as they come, and the events that it needs: one small pod."""

    rate: Annotated[int, pydantic.Field(ge=5, le=1000)] = 20
    """Events a second that the pod makes up."""
    cpu: Cpu = "50m"
    """Processors that the pod asks for."""
    memory: Bytes = Bytes.parse("256Mi")
    """Its memory limit and request."""
    service: DemoServiceSpec = DemoServiceSpec()
    """How a browser reaches it."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Less memory than Python and a small JVM need."""
        if self.memory.mebibytes < 192:
            yield "memory", f"{self.memory} is less than Python and a small JVM need. Use at least 192Mi."

    def demands(self, pulsar: "PulsarSpec", offer: Offer) -> tuple[Demand, ...]:
        """What its pod asks of its node."""
        return (demand(workload(self, pulsar, offer, {})),)

    @property
    def address(self) -> str | None:
        """Where a browser finds the page, if the stack file fixes it."""
        return self.service.address


def code() -> dict[str, str]:
    """The files in the pod, by their names there."""
    return {pathlib.PurePath(name).name: (EXAMPLES / name).read_text() for name in FILES}


def code_manifest(work: Workload, files: Mapping[str, str]) -> Manifest:
    """The ConfigMap that the code is in."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": f"{work.name}-code",
            "namespace": work.namespace,
            "labels": names.labels(work.cluster, work.role),
        },
        "data": names.merged(files),
    }


def workload(spec: DemoSpec, pulsar: "PulsarSpec", offer: Offer, files: Mapping[str, str]) -> Workload:
    """The pod: Pulsar's own image has all that the code needs, so it takes no other."""
    proxy = names.service(f"{pulsar.name}-proxy", pulsar.namespace)
    role, port = pulsar.operator.websocket_at if isinstance(pulsar.websocket, WebSocketPods) else ("proxy", 8080)
    websocket = names.service(f"{pulsar.name}-{role}", pulsar.namespace)
    alive = {"httpGet": {"path": "/healthz", "port": "http"}, "timeoutSeconds": 5}
    work = Workload(
        cluster=pulsar.name,
        namespace=pulsar.namespace,
        role=ROLE,
        image=pulsar.effective_image,
        replicas=1,
        command=("python3", "-u", f"{FOLDER}/server.py"),
        ports={"http": PORT},
        cpu=spec.cpu,
        memory=str(spec.memory),
        environment={
            "DEMO_ADMIN_URL": f"http://{proxy}:8080",
            "DEMO_SERVICE_URL": f"pulsar://{proxy}:6650",
            "DEMO_WEBSOCKET_URL": f"ws://{websocket}:{port}/ws/v2",
            "DEMO_PORT": str(PORT),
            "DEMO_RATE": str(spec.rate),
            # Other code is another pod.
            "DEMO_CODE_HASH": hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16],
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        mounts=(Mount(name="code", path=FOLDER, source={"configMap": {"name": f"{pulsar.name}-{ROLE}-code"}}),),
        startup={**alive, "periodSeconds": 1, "failureThreshold": 120},
        readiness={**alive, "periodSeconds": 5},
        liveness={**alive, "periodSeconds": 10, "failureThreshold": 6},
        spread="preferred",
        grace_seconds=1,
        stateful=False,
        surges=False,
        headless=False,
        client_service=spec.service.manifest(offer),
    )
    return placed(work, offer)


class Demo(pulumi.ComponentResource):
    """The demo page's pod and its code. It waits for nothing: it shows by itself when messages come."""

    def __init__(
        self,
        name: str,
        spec: DemoSpec,
        *,
        pulsar: "PulsarSpec",
        offer: Offer,
        needed: list[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register them.

        Args:
            name: the component's logical name.
            spec: what the stack file says of it.
            pulsar: the Pulsar that its streams are in.
            offer: what its cluster offers.
            needed: what must be there first: Pulsar's namespace.
            opts: the provider of Pulsar's cluster.
        """
        files = code()
        work = workload(spec, pulsar, offer, files)
        super().__init__("pulsar:apps:Demo", name, {}, opts)
        within = pulumi.ResourceOptions(parent=self, depends_on=needed)
        made = register(f"{work.name}-code", code_manifest(work, files), within)
        PodSet(
            work,
            keep_data=False,
            guard=None,
            account_annotations={},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*needed, made]),
        )
        self.register_outputs({})
