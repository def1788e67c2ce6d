"""Where Kubernetes comes from. One file and one name in the union add a cloud."""

from typing import Annotated

import pydantic

from .eks import EksSpec
from .existing import ExistingSpec
from .gke import GkeSpec

ClusterSpec = Annotated[EksSpec | ExistingSpec | GkeSpec, pydantic.Field(discriminator="provider")]
"""The Kubernetes cluster."""
