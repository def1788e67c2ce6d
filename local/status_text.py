"""A status as people read it in a terminal."""

import collections
from collections.abc import Iterator, Sequence

from review.table import NONE, table

from .status_values import Bookie, Broker, Status, Topic

MOST_TOPICS, MOST_BACKLOGS = 20, 5
"""How many topics are shown, those with the most messages first; and how many of them for their backlogs alone."""
_SHORTEST = 24
"""Letters of a topic's name that are left in the narrowest window."""


def text(status: Status, *, everything: bool = False, width: int | None = None) -> str:
    """All of it as tables, with what is wrong above them.

    Args:
        status: how Pulsar is.
        everything: every topic, and the system's own.
        width: how many letters a line may have. Long names of topics lose their middle for it. Default: any.
    """
    parts = [f"Pulsar {status.version}: {_counted(status)}", *(f"! {each}" for each in troubles(status)), ""]
    leader = (status.leader or "").partition(":")[0].partition(".")[0]
    parts.append(table([_BROKER, *(_broker(each, leader) for each in status.brokers)]))
    parts.append(table([_BOOKIE, *map(_bookie, status.bookies)]))
    if beside := _beside(status):
        parts.append(f"{beside}\n")
    parts += _topics(status, everything, width)
    spaces = [(name, ", ".join(of) or NONE) for name, of in status.tenants.items()]
    parts.append(table([("tenant", "namespaces"), *spaces]))
    if status.functions:
        lines = [(each.name, f"{each.running} of {each.instances}") for each in status.functions]
        parts.append(table([("function", "running"), *lines]))
    return "\n".join(parts).rstrip() + "\n"


def troubles(status: Status) -> Iterator[str]:
    """What somebody should look at, as sentences."""
    for role, number in status.wanted.items():
        there = sum(pod.role == role for pod in status.pods)
        if there < number:
            yield f"{_of(there, role)} of {number} {'is' if there == 1 else 'are'} there."
    for pod in status.pods:
        if not pod.ready:
            again = f", and was started {pod.restarts} times more" if pod.restarts > 1 else ""
            yield f"{pod.name} is not ready{again}."
    for each in status.brokers:
        if each.ready and each.topics is None:
            yield f"{each.name} doesn't say what it serves."
    for each in status.bookies:
        if each.ready and each.read_only is None:
            yield f"{each.name} doesn't answer."
        elif each.read_only:
            yield f"{each.name} is read-only: it takes no new messages."
        if each.fullest is not None and each.fullest > 85:
            yield f"{each.name} has a disk that is {each.fullest:.0f} % full."
    yield from _of_copies(status)
    for each in status.functions:
        if each.running < each.instances:
            yield f"function {each.name}: {each.running} of {each.instances} instances run."
    for each in status.alerts:
        where = f" ({each.pod})" if each.pod and each.pod not in each.summary else ""
        yield f"{each.severity} alert {each.name}{where}: {each.summary} (docs/runbooks.md#{each.name.lower()})"


def _of_copies(status: Status) -> Iterator[str]:
    if status.copies is None:
        return
    if status.copies.missing:
        yield "Some ledgers have fewer copies than they should: no other bookie may be lost until they have."
    if not status.copies.made_anew:
        yield "Lost copies are not made anew: somebody has switched auto-recovery off."
    if status.copies.gone:
        are = "is" if status.copies.gone == 1 else "are"
        yield f"{_of(status.copies.gone, 'bookie')} that once had ledgers {are} gone."


def size(number: int | None) -> str:
    """Bytes in the unit that keeps them short: `3.2 Gi`."""
    if number is None:
        return NONE
    value, unit = float(number), ""
    for larger in ("Ki", "Mi", "Gi", "Ti"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit or 'B'}" if value >= 10 or not unit else f"{value:.1f} {unit}"


_BROKER = ("broker", "", "cpu", "heap", "direct", "topics", "in/s", "out/s")
_BOOKIE = ("bookie", "", "free", "of", "fullest disk")
_TOPIC = ("topic", "in/s", "out/s", "subscriptions", "backlog", "storage")


def _counted(status: Status) -> str:
    rate_in = sum(each.rate_in or 0 for each in status.brokers)
    rate_out = sum(each.rate_out or 0 for each in status.brokers)
    parts = [_of(len(status.brokers), "broker"), _of(len(status.bookies), "bookie"), _of(len(status.topics), "topic")]
    return f"{', '.join(parts)}; {rate_in:.1f} messages a second in, {rate_out:.1f} out"


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _broker(each: Broker, leader: str) -> Sequence[str]:
    state = "not ready" if not each.ready else "leader" if each.name == leader else "ready"
    load = (_percent(each.cpu), _percent(each.heap), _percent(each.direct))
    topics = NONE if each.topics is None else str(each.topics)
    return each.name, state, *load, topics, _rate(each.rate_in), _rate(each.rate_out)


def _bookie(each: Bookie) -> Sequence[str]:
    state = "not ready" if not each.ready else {None: "silent", True: "read-only", False: "writable"}[each.read_only]
    return each.name, state, size(each.free), size(each.total), _percent(each.fullest)


def _beside(status: Status) -> str:
    """The pods that no table has, by role."""
    others = collections.Counter(pod.role for pod in status.pods if pod.role not in ("broker", "bookie"))
    restarted = [f"{pod.name} {pod.restarts}" for pod in status.pods if pod.restarts]
    beside = (
        f"beside them: {', '.join(f'{number} {role}' for role, number in sorted(others.items()))}" if others else ""
    )
    return "\n".join(filter(None, [beside, f"restarts: {', '.join(restarted)}" if restarted else ""]))


def _topics(status: Status, everything: bool, width: int | None) -> Iterator[str]:
    own = [each for each in status.topics if everything or not each.of_the_system]
    if not own:
        yield "No topic is being served.\n"
        return
    ranked = sorted(own, key=lambda each: (-each.rate_in - each.rate_out, -each.backlog, each.name))
    shown = ranked if everything else _most(ranked)
    rest = f"… and {_of(len(own) - len(shown), 'topic')} more: --all shows them.\n" if len(shown) < len(own) else ""
    lines = [_TOPIC, *map(_topic, shown)]
    if width:
        others = sum(max(len(line[at]) for line in lines) + 2 for at in range(1, len(_TOPIC)))
        lines = [(shortened(name, max(_SHORTEST, width - others)), *numbers) for name, *numbers in lines]
    yield table(lines) + rest


def _most(ranked: Sequence[Topic]) -> Sequence[Topic]:
    """The busiest, and those with the largest backlogs: what nobody reads any more has no messages out."""
    if len(ranked) <= MOST_TOPICS:
        return ranked
    busiest = ranked[: MOST_TOPICS - MOST_BACKLOGS]
    others = sorted(ranked[len(busiest) :], key=lambda each: -each.backlog)[:MOST_BACKLOGS]
    return [*busiest, *others]


def shortened(name: str, most: int) -> str:
    """A name without its middle: where it lives and which partition it is are at its ends."""
    if len(name) <= most:
        return name
    return f"{name[: (most - 1) // 2]}…{name[len(name) - most // 2 :]}"


def _topic(each: Topic) -> Sequence[str]:
    name = each.name if each.persistent else f"{each.name} (non-persistent)"
    storage = size(each.storage) if each.persistent else NONE
    return name, _rate(each.rate_in), _rate(each.rate_out), str(each.subscriptions), str(each.backlog), storage


def _percent(number: float | None) -> str:
    return NONE if number is None else f"{number:.0f} %"


def _rate(number: float | None) -> str:
    return NONE if number is None else f"{number:.1f}"
