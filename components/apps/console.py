"""A console for Pulsar in the browser, and the login before it. One file and one name in the union add a kind."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import pulumi
import pydantic

from .. import names
from ..clusters.cluster import Offer
from ..kubernetes_objects import register
from ..model import unless_told
from ..pulsar.deployment import PodSet
from ..pulsar.objects import namespace
from ..pulsar.workload import Manifest, Workload
from . import login
from .dekaf import DekafSpec
from .pulsar_manager import PulsarManagerSpec

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ConsoleSpec = Annotated[
    DekafSpec | PulsarManagerSpec, pydantic.Field(discriminator="kind"), unless_told("kind", "dekaf")
]


def way_in(page: Workload, jobs: Mapping[str, Manifest]) -> Manifest:
    """Who reaches the console's pods: the login, and the Jobs that set it up. Nobody else in the cluster does.

    `kubectl port-forward` comes from the pod's own node, which no policy shuts out.
    """
    roles = [login.ROLE, *(job["metadata"]["labels"]["app.kubernetes.io/name"] for job in jobs.values())]
    sources = [{"podSelector": {"matchLabels": names.selector(page.cluster, role)}} for role in roles]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": page.name,
            "namespace": page.namespace,
            "labels": names.labels(page.cluster, page.role),
        },
        "spec": {
            "podSelector": {"matchLabels": names.selector(page.cluster, page.role)},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": sources, "ports": [{"port": "http", "protocol": "TCP"}]}],
        },
    }


class Console(pulumi.ComponentResource):
    """The console's namespace and pods."""

    def __init__(
        self,
        name: str,
        spec: ConsoleSpec,
        *,
        pulsar: "PulsarSpec",
        offer: Offer,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register them.

        Args:
            name: the component's logical name.
            spec: what the stack file says of it.
            pulsar: the Pulsar that it shows.
            offer: what its cluster offers.
            opts: the provider of Pulsar's cluster.
        """
        made = spec.workloads(pulsar, offer)
        jobs = spec.jobs(pulsar)
        super().__init__("pulsar:apps:Console", name, {}, opts)
        place = spec.place(pulsar)
        around = register(f"{place}-namespace", namespace(place, "restricted"), pulumi.ResourceOptions(parent=self))
        within = pulumi.ResourceOptions(parent=self, depends_on=[around])
        before = {f"{made[0].name}-way-in": way_in(made[0], jobs), **spec.volumes(pulsar, offer)}
        needed = [around, *(register(logical, manifest, within) for logical, manifest in before.items())]
        pods = [
            PodSet(
                work,
                keep_data=False,
                guard=None,
                account_annotations={},
                opts=pulumi.ResourceOptions(parent=self, depends_on=needed),
            )
            for work in made
        ]
        for logical, manifest in jobs.items():
            register(logical, manifest, pulumi.ResourceOptions(parent=self, depends_on=pods))
        self.register_outputs({})
