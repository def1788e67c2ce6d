"""What a change does to the traffic between zones, which clouds ask a price for by the byte.

Nobody measures it here: it is what follows from where pods are. Pods of a role are spread evenly over the zones, and
nobody prefers his own: a client takes any proxy, a proxy the broker that has the topic, and a broker any bookies. So of
whatever goes from one pod to another, (zones - 1) / zones goes to another zone. Where racks were set for bookies
(`pulsar-admin bookies set-bookie-rack`), the copies go to different zones for certain, which is as many on average.
"""

import dataclasses
from collections.abc import Iterator, Mapping

from .rules.rule import amount

Settings = Mapping[str, str]
_QUORUM = "pulsar.bookkeeper.write_quorum"
_PEERS = "pulsar.peers."


@dataclasses.dataclass(frozen=True)
class _Paths:
    """What there is of one side."""

    zones: int | None
    """None where the stack doesn't say in which zones its nodes are."""
    copies: int
    brokers: int
    proxies: int
    peers: frozenset[str]

    @property
    def share(self) -> float:
        """Of what goes from one pod to another, what goes to another zone."""
        return (self.zones - 1) / self.zones if self.zones else 1

    @property
    def hops(self) -> int:
        """Pods that a message passes between a client and a broker's end."""
        return 2 if self.proxies else 1


def differences(before: Settings, after: Settings) -> Iterator[str]:
    """A sentence for each difference in what crosses zones, or leaves the region, with the reasoning.

    Args:
        before: every effective value.
        after: the same afterwards.
    """
    was, now = _paths(before), _paths(after)
    if was is None or now is None:
        return
    if was.zones != now.zones and was.zones and now.zones:
        yield _zones(was, now)
    elif now.zones != 1:
        if was.copies != now.copies:
            yield _copies(was, now)
        if bool(was.proxies) != bool(now.proxies):
            yield _hops(now)
        yield from _pods(was, now)
    for peer in sorted(now.peers - was.peers):
        yield f"To {peer}: what is replicated leaves this cluster once more, as traffic between regions."
    for peer in sorted(was.peers - now.peers):
        yield f"To {peer}: nothing is replicated any more, and its traffic between regions ends."


def _zones(was: _Paths, now: _Paths) -> str:
    if now.zones == 1:
        return (
            f"One zone instead of {was.zones}: nothing crosses zones any more, and one zone's loss is all of Pulsar's."
        )
    return (
        f"{now.zones} zones instead of {was.zones}: of what goes from pod to pod, {_part(now)} goes to another zone "
        f"({_part(was)} before). Per byte produced that is {_bytes(now)} ({_bytes(was)} before): {_reason(now)}."
    )


def _copies(was: _Paths, now: _Paths) -> str:
    if now.zones is None:
        told = f"{now.copies} copies of each byte go from a broker to bookies, instead of {was.copies}"
        return f"{told}: where nodes are in Z zones, (Z - 1) / Z of them go to another zone."
    return (
        f"Per byte produced, {_bytes(now)} cross zones instead of {_bytes(was)}: {_reason(now)}. Reads don't change: "
        "consumers that keep up are served from the brokers' memory."
    )


def _hops(now: _Paths) -> str:
    part = "(Z - 1) / Z of it, in Z zones," if now.zones is None else f"{_part(now)} of it"
    if now.proxies:
        return (
            f"Messages pass a proxy between clients and brokers, in and out: {part} crosses zones once more each way."
        )
    return f"Messages pass no proxy any more, in and out: {part} crosses zones once less each way."


def _pods(was: _Paths, now: _Paths) -> Iterator[str]:
    """More pods or fewer change nothing on average; a zone without one makes all of its clients cross."""
    for role, before, after in (("broker", was.brokers, now.brokers), ("proxy", was.proxies, now.proxies)):
        if before == after or not before or not after or now.zones is None:
            continue
        share = f"{_part(now)} of what goes through them crosses zones, as before"
        if after < now.zones:
            yield (
                f"{now.zones - after} of {now.zones} zones: no {role} of its own, so that all that clients there send "
                f"and read crosses zones. On average over all clients, {share}."
            )
        elif before < now.zones:
            yield f"Each of the {now.zones} zones has a {role} now. Nobody prefers his own: {share}."


def _reason(now: _Paths) -> str:
    way = "through a proxy to its broker" if now.proxies else "to its broker"
    hops = f"{now.hops} times {_part(now)} on its way {way}"
    return f"{hops}, and {now.copies} copies times {_part(now)} on theirs to bookies"


def _bytes(paths: _Paths) -> str:
    return f"{(paths.hops + paths.copies) * paths.share:.2g}"


def _part(paths: _Paths) -> str:
    return f"{(paths.zones or 1) - 1}/{paths.zones}"


def _paths(settings: Settings) -> _Paths | None:
    copies = amount(settings.get(_QUORUM))
    if copies is None:
        return None
    zones = [zone for zone in settings.get("cluster.zones", "").strip("[]").split(",") if zone.strip()]
    return _Paths(
        zones=len(zones) or None,
        copies=int(copies),
        brokers=_count(settings, "pulsar.broker.replicas"),
        proxies=_count(settings, "pulsar.proxy.replicas"),
        peers=frozenset(path.split(".")[2] for path in settings if path.startswith(_PEERS)),
    )


def _count(settings: Settings, path: str) -> int:
    return int(amount(settings.get(path)) or 0)
