"""What every console is, whichever program it is."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .. import names, versions
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..model import Namespace, Spec
from ..pulsar.workload import Manifest, Workload, demand, placed
from .login import LoginSpec, login

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec


class ConsoleKind(Spec):
    """A console in the browser, in a namespace of its own. It has no way in from outside but a login."""

    kind: versions.Console
    namespace: Namespace | None = None
    """Its namespace. Default: Pulsar's own with `-console`."""
    login: LoginSpec | None = None
    """Who is let in from outside Kubernetes. Default: nobody."""

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """A line of Pulsar that the console isn't for."""
        if refusal := versions.console_refusal(pulsar.version, self.kind):
            yield "kind", refusal

    def place(self, pulsar: "PulsarSpec") -> str:
        """Its namespace."""
        return self.namespace or f"{pulsar.namespace}-console"

    def workload(self, pulsar: "PulsarSpec") -> Workload:
        """Its pod. The Service before it is inside Kubernetes alone."""
        raise NotImplementedError

    def workloads(self, pulsar: "PulsarSpec", offer: Offer) -> list[Workload]:
        """Its pods, and those of the login before it where there is one."""
        page = self.workload(pulsar)
        return [placed(each, offer) for each in (page, *([login(self.login, page, offer)] if self.login else []))]

    def demands(self, pulsar: "PulsarSpec", offer: Offer) -> tuple[Demand, ...]:
        """What its pods ask of the nodes: volumes, too."""
        page, *others = map(demand, self.workloads(pulsar, offer))
        return (dataclasses.replace(page, volumes=len(self.volumes(pulsar, offer))), *others)

    def volumes(self, pulsar: "PulsarSpec", offer: Offer) -> Mapping[str, Manifest]:
        """What its pod's data is on, by logical name."""
        del pulsar, offer
        return {}

    def jobs(self, pulsar: "PulsarSpec") -> Mapping[str, Manifest]:
        """What is done once when its pod is there, by logical name."""
        del pulsar
        return {}


def admin_url(pulsar: "PulsarSpec") -> str:
    """Where a console finds the admin REST API: at the proxy, which knows who serves what."""
    return f"http://{names.service(f'{pulsar.name}-proxy', pulsar.namespace)}:8080"
