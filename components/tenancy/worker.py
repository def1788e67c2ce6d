"""What Pulsar's own functions worker runs, registered once Pulsar is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi

from ..clusters.cluster import Cluster
from ..pulsar.functions import NoFunctionsSpec
from . import placement
from .admin import Admin, Kind, Running
from .functions import AnyFunctionSpec

if TYPE_CHECKING:
    from ..stack import StackSpec

_KINDS: dict[str, Kind] = {"function": "Function", "source": "Source", "sink": "Sink"}


def deploy(spec: "StackSpec", cluster: Cluster, *, needed: Sequence[pulumi.Resource]) -> list[Running]:
    """Every function and connector whose backend is Pulsar.

    A stack without any doesn't start the provider.

    Args:
        spec: the stack file.
        cluster: where Pulsar is, for the way to its REST API.
        needed: what must be there first.
    """
    declared, worker = placement.run_by(spec, "pulsar"), spec.pulsar.functions
    if not declared or isinstance(worker, NoFunctionsSpec):
        return []
    kubeconfig, context = cluster.way()
    admin = Admin(
        "pulsar-admin",
        namespace=spec.pulsar.namespace,
        cluster=spec.pulsar.name,
        role=worker.role,
        port=worker.port,
        kubeconfig=kubeconfig,
        context=context,
    )
    opts = pulumi.ResourceOptions(provider=admin, depends_on=list(needed))
    found = []
    for (_, name), each in declared.items():
        is_function = isinstance(each, AnyFunctionSpec)
        code = each.code
        found.append(
            Running(
                _KINDS[placement.kind(each)],
                name,
                config=each.function_config(name) if is_function else each.connector_config(name),
                package=code.package if code.local else None,
                url=code.url,
                text=code.text,
                file_name=code.file if code.text is not None else None,
                content=code.content,
                opts=opts,
            )
        )
    return found
