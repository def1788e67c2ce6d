"""Where Kubernetes comes from. One file and one name in the union add a cloud."""

from .existing import ExistingSpec

# A second kind of cluster turns this into a union told apart by `provider`.
ClusterSpec = ExistingSpec
"""The Kubernetes cluster."""
