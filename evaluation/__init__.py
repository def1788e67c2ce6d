"""The same program evaluated without an engine: manifests, and where each value came from."""
