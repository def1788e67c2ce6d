"""Names of topics, as Pulsar reads them.

Source: `TopicName` and `NamedEntity` of Pulsar's own code.
"""

import re
from typing import Annotated

import pydantic

_NAMED = r"[-=:.\w]+"
_WHOLE = re.compile(rf"(?:(?:non-)?persistent://)?{_NAMED}/{_NAMED}/[^/\s]+", re.ASCII)
_SHORT = re.compile(r"[^/\s:]+")


def _topic(value: str) -> str:
    if not (_WHOLE.fullmatch(value) or _SHORT.fullmatch(value)):
        raise ValueError(
            f"{value[:80]!r} is not the name of a topic. Write tenant, namespace and topic, such as "
            "persistent://public/default/orders, or a name alone, which is a topic of public/default."
        )
    return value


TopicName = Annotated[str, pydantic.AfterValidator(_topic)]
"""A topic: `persistent://tenant/namespace/name`, `tenant/namespace/name`, or `name` for one of public/default."""


def whole(topic: str) -> str:
    """The name in full, as Pulsar reads a shorter one."""
    if "://" in topic:
        return topic
    return f"persistent://{topic}" if "/" in topic else f"persistent://public/default/{topic}"
