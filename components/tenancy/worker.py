"""What Pulsar's own functions worker runs, registered once Pulsar is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi

from . import placement
from .admin import Admin, Kind, Running
from .functions import AnyFunctionSpec

if TYPE_CHECKING:
    from ..stack import StackSpec

_KINDS: dict[str, Kind] = {"function": "Function", "source": "Source", "sink": "Sink"}


def deploy(spec: "StackSpec", admin: Admin | None, *, needed: Sequence[pulumi.Resource]) -> list[Running]:
    """Every function and connector whose backend is Pulsar.

    Args:
        spec: the stack file.
        admin: the connection to Pulsar's REST API.
        needed: what must be there first.
    """
    declared = placement.run_by(spec, "pulsar")
    if not declared or admin is None:
        return []
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
