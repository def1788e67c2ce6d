"""Where samples are sent besides."""

from typing import Annotated

import pydantic

from ..model import ObjectName, Spec


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or "@" in value or " " in value:
        raise ValueError(
            f"{value[:80]!r} is not an address to send samples to. Write https:// and its path, without a user or a "
            "password: a `secret` holds these."
        )
    return value


class RemoteWriteSpec(Spec):
    """Another system that gets every sample as well, for longer than `retention`."""

    url: Annotated[str, pydantic.AfterValidator(_url)]
    """Where it takes them, by Prometheus' remote write protocol."""
    secret: ObjectName | None = None
    """A Secret beside Prometheus whose key `token` is shown as a bearer token. Default: none is shown."""
