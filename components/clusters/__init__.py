"""Where Kubernetes comes from. One file and one name in the union add a cloud."""

from typing import Annotated

import pydantic

from .existing import ExistingSpec

ClusterSpec = Annotated[ExistingSpec, pydantic.Field()]
"""The Kubernetes cluster."""
