"""Functions and connectors to start from."""
