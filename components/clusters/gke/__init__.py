"""Google Kubernetes Engine."""

from .spec import GkeSpec

__all__ = ["GkeSpec"]
