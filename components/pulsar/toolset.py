"""A pod with Pulsar's command-line tools, set up for this cluster."""

from ..model import Cpu, Spec
from .broker import addresses
from .contributions import Contribution, Setting, environment
from .metadata.store import Place
from .runtime import COMPACT, Runtime, script
from .workload import Workload


class ToolsetSpec(Spec):
    """The pod that `pulsar-admin`, `pulsar-client`, `pulsar-perf` and `bookkeeper shell` run in."""

    cpu: Cpu = "50m"
    """Processors that the pod asks for."""

    def contribution(self, place: Place) -> Contribution:
        """Where the brokers are, for the tools."""
        pulsar, http = addresses(place)
        return Contribution(
            source="toolset",
            conf={"toolset": {"brokerServiceUrl": pulsar + "/"}},
            tunable={"toolset": {"webServiceUrl": http + "/"}},
        )


def toolset(spec: ToolsetSpec, settings: dict[str, Setting], *, place: Place, runtime: Runtime) -> Workload:
    """The tools' pod. It waits for nothing, so it is there to look at a cluster that doesn't start."""
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role="toolset",
        image=runtime.image,
        replicas=1,
        command=script(
            "bin/apply-config-from-env.py conf/client.conf conf/bookkeeper.conf",
            # A tool's JVM lives for a second: the quick compiler and the serial collector end it sooner.
            f"echo 'PULSAR_MEM=\"-Xmx256m {COMPACT}\"' >> conf/pulsar_tools_env.sh",
            "exec sleep infinity",
        ),
        ports={},
        cpu=spec.cpu,
        memory="768Mi",
        environment={**environment(settings), "BOOKIE_MEM": "-Xmx256m", "BOOKIE_GC": COMPACT},
        spread="preferred",
        grace_seconds=1,
        stateful=False,
        headless=False,
    )
