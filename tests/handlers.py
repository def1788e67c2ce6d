"""Protocol handlers for tests: one of each kind, with an archive from each kind of place."""

from typing import Any

IMAGE = {"image": "registry.example.com/handlers:1", "path": "/handler.nar"}
URL = {"url": "https://files.example.com/handler.nar", "sha256": "0" * 64}
PACKAGED = {"path": "/pulsar/protocols/handler.nar"}

CHOICES: dict[str, dict[str, Any]] = {
    "kafka": {"archive": IMAGE, "own_build": True},
    "mqtt": {"archive": URL},
    "amqp": {"archive": PACKAGED},
}
LINE = {"archive": IMAGE, "listens": {"line": 7650}, "config": {"lineListeners": "line://{host}:7650"}}


def protocols(*chosen: str, **changes: Any) -> dict[str, Any]:
    """Changes of a stack file that choose these, and others as given."""
    return {"pulsar.protocols": {**{name: CHOICES[name] for name in chosen}, **changes}}
