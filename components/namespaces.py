"""Kubernetes namespaces that are made with a stack, of which each is for one thing and goes with it."""

from collections.abc import Iterable, Iterator


def made_twice(made: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Settings that ask for a namespace which is made for something else: the later setting, and a sentence.

    Args:
        made: each setting with the namespace, and what that is made for.
    """
    seen: dict[str, tuple[str, str]] = {}
    for setting, namespace, title in made:
        if namespace in seen:
            other, its_title = seen[namespace]
            yield (
                setting,
                f"{namespace} is made for {its_title} as well ({other}), and goes with it. Give each its own.",
            )
        seen.setdefault(namespace, (setting, title))
