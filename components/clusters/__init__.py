"""Where Kubernetes comes from. One file and one name in the union add a cloud."""

from typing import Annotated

import pydantic

from .aks import AksSpec
from .eks import EksSpec
from .existing import ExistingSpec
from .gke import GkeSpec

ClusterSpec = Annotated[ExistingSpec | EksSpec | GkeSpec | AksSpec, pydantic.Field(discriminator="provider")]
"""The Kubernetes cluster."""
