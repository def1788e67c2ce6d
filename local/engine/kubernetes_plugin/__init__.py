"""A Kubernetes plugin for the engine: where only package registries are reached, it stands in for the official one.

It speaks the engine's resource provider protocol on one side and the Kubernetes API on the other, with server-side
apply. `docs/explanation/engine.md` says what the official plugin does differently.
"""

VERSION = "4.34.2"
"""The official plugin's version that this one stands in for: the one that the SDK asks for."""
