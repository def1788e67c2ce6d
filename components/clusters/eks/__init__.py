"""Kubernetes by Amazon (EKS), with the network under it."""

from .spec import EksSpec as EksSpec
