"""The provider's configuration, as the program or the stack's `kubernetes:` keys give it."""

import dataclasses
import os
from typing import Any


@dataclasses.dataclass(frozen=True)
class Settings:
    """What of the official provider's configuration has a meaning here. Everything else is accepted and ignored."""

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    namespace: str | None = None
    upsert_existing_objects: bool = False
    """Take over an object that exists instead of refusing to create it."""
    enable_config_map_mutable: bool = False
    enable_secret_mutable: bool = False
    delete_unreachable: bool = False
    """Forget the objects of a cluster that doesn't answer."""
    skip_update_unreachable: bool = False
    """Leave the objects of a cluster that doesn't answer as they were."""

    @property
    def mutable_content(self) -> tuple[str, ...]:
        """Which of `ConfigMap` and `Secret` change in place."""
        return ("ConfigMap",) * self.enable_config_map_mutable + ("Secret",) * self.enable_secret_mutable


def read(inputs: dict[str, Any]) -> Settings:
    """Read the configuration.

    Args:
        inputs: the provider resource's inputs. Booleans may come as text.
    """
    found: dict[str, Any] = {}
    for field in dataclasses.fields(Settings):
        words = field.name.split("_")
        key = words[0] + "".join(word.capitalize() for word in words[1:])
        variable = f"PULUMI_K8S_{field.name.upper()}".replace("CONFIG_MAP", "CONFIGMAP")
        value = inputs.get(key)
        if value is None:
            value = os.environ.get(variable)
        if isinstance(field.default, bool):
            found[field.name] = value is True or str(value).lower() in ("true", "1")
        elif isinstance(value, dict):
            import json

            found[field.name] = json.dumps(value)
        elif isinstance(value, str) and value:
            found[field.name] = value
    return Settings(**found)
