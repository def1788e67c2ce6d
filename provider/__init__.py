"""The Pulumi provider for what lives inside Pulsar, on Pulsar's admin REST API."""

NAME = "pulsar-admin"
"""The package's name, as it begins its type tokens."""
VERSION = "1.0.0"
"""The provider's own version."""
