"""Ports of the nodes, of which each serves one Service of the whole cluster."""

from collections.abc import Iterable, Iterator


def taken_twice(ports: Iterable[tuple[str, int | None]]) -> Iterator[tuple[str, str]]:
    """Settings that ask for a port which another one has: the later setting, and a sentence.

    Args:
        ports: each setting with what it asks for; `None` where Kubernetes picks one.
    """
    seen: dict[int, str] = {}
    for setting, port in ports:
        if port is None:
            continue
        if port in seen:
            yield (
                setting,
                f"{port} is {seen[port]} as well, but a port can serve only one of them. Give each its own.",
            )
        seen.setdefault(port, setting)
