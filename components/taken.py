"""What only one part of a stack can have: a port of the nodes, a namespace that is made for it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T", int, str)


def twice(asked: Iterable[tuple[str, T]]) -> Iterator[tuple[str, T, str]]:
    """Settings that ask for what another one has: the later setting, what it asks for, and the other.

    Args:
        asked: each setting with what it asks for.
    """
    first: dict[T, str] = {}
    for setting, value in asked:
        if value in first:
            yield setting, value, first[value]
        first.setdefault(value, setting)


def ports(asked: Iterable[tuple[str, int | None]]) -> Iterator[tuple[str, str]]:
    """Ports of the nodes, of which each serves one Service of the whole cluster: the setting, and a sentence.

    Args:
        asked: each setting with what it asks for; `None` where Kubernetes picks one.
    """
    for setting, port, other in twice((setting, port) for setting, port in asked if port is not None):
        yield setting, f"{port} is {other} as well, but a port can serve only one of them. Give each its own."


def namespaces(made: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Kubernetes namespaces, of which each is for one thing and goes with it: the setting, and a sentence.

    Args:
        made: each setting with the namespace, and what that is made for.
    """
    titles = {setting: title for setting, _, title in made}
    for setting, namespace, other in twice((setting, namespace) for setting, namespace, _ in made):
        yield (
            setting,
            f"{namespace} is made for {titles[other]} as well ({other}), and goes with it. Give each its own.",
        )
