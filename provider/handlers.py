"""The provider's types of resources."""

from collections.abc import Mapping

from . import NAME
from .functions import Running
from .handler import Handler
from .kinds import KINDS
from .namespaces import Namespaces
from .tenants import Tenants
from .topics import Topics

HANDLERS: Mapping[str, Handler] = {
    **{token: Running(kind) for token, kind in KINDS.items()},
    f"{NAME}:tenants:Tenant": Tenants(),
    f"{NAME}:tenants:Namespace": Namespaces(),
    f"{NAME}:tenants:Topic": Topics(),
}
"""By their tokens."""
