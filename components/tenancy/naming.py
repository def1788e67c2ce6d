"""Pulsar's own rules for names, and the names that Kubernetes' objects get from them.

Source: `NamedEntity`, `TopicName` and `NamespaceName` in Pulsar's `pulsar-common`.
"""

import hashlib
import re
from typing import Annotated

import pydantic

_LONGEST_OBJECT_NAME = 200


def _entity(value: str) -> str:
    if not re.fullmatch(r"[-=:.\w]+", value, re.ASCII):
        raise ValueError(
            f"{value[:60]!r} is not a name that Pulsar takes. Use letters, digits, and any of - _ = : and the dot."
        )
    return value


def _tenant(value: str) -> str:
    if value == "pulsar":
        raise ValueError("pulsar is Pulsar's own tenant, which its brokers keep. Choose another name.")
    return _entity(value)


def _topic(value: str) -> str:
    if "/" in value:
        raise ValueError(
            f"{value[:60]!r} has a slash in it. Write the topic's own name alone: its tenant and its namespace are "
            "where it stands in the file."
        )
    if re.search(r"-partition-\d+$", value):
        raise ValueError(
            f"{value[-60:]!r} is what Pulsar calls one partition of a topic. Declare the topic, with `partitions`."
        )
    if not re.fullmatch(r"[^\s\x00-\x1f]{1,200}", value):
        raise ValueError(f"{value[:60]!r} can't name a topic: no spaces, and at most 200 characters.")
    return value


TenantName = Annotated[str, pydantic.AfterValidator(_tenant)]
"""A tenant."""
NamespaceName = Annotated[str, pydantic.AfterValidator(_entity)]
"""A namespace, without its tenant."""
TopicName = Annotated[str, pydantic.AfterValidator(_topic)]
"""A topic, without its tenant and its namespace."""


def object_name(*parts: str) -> str:
    """The name of the Kubernetes object that stands for something in Pulsar: `shop.orders.placed`.

    Names that Kubernetes would not take are spelled as it takes them, with a hash of what they were.
    """
    plain = ".".join(parts)
    if len(plain) <= _LONGEST_OBJECT_NAME and all(
        re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", each) for each in parts
    ):
        return plain
    spelled = [re.sub(r"[^a-z0-9]+", "-", each.lower()).strip("-") or "x" for each in parts]
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest()[:8]
    return f"{'.'.join(spelled)[: _LONGEST_OBJECT_NAME - 9].rstrip('.-')}-{digest}"
