"""Azure Kubernetes Service."""

from .spec import AksSpec

__all__ = ["AksSpec"]
