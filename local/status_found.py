"""What `make status` finds out: brokers and bookies asked one by one, the rest from the admin REST API."""

import concurrent.futures
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .problem import Problem
from .status_values import Alert, Bookie, Broker, Copies, Function, Pod, Status, Topic

PATIENCE = 10
"""Seconds that one question may take."""
AT_ONCE = 16
"""How many questions are open at a time."""
_SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{[^}]*\})? (?P<value>\S+)")
_DISK = re.compile(r"bookie_ledger_dir_.*_usage")


class Admin:
    """The admin REST API."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, path: str) -> Any:
        """The answer to a question, from JSON if it is that.

        Raises:
            Problem: nobody answers, or with a failure.
        """
        try:
            with urllib.request.urlopen(f"{self._address}{path}", timeout=PATIENCE) as answer:
                return parsed(answer.read())
        except urllib.error.HTTPError as error:
            raise Problem(f"The admin REST API at {self._address} answers {error.code} to GET {path}.") from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise Problem(
                f"The admin REST API at {self._address} can't be reached: {reason}. Where the proxy is down, "
                "`make pulsar-admin` asks from inside."
            ) from None

    def find(self, path: str) -> Any:
        """The same, or `None` where it has no answer to this."""
        try:
            return self.ask(path)
        except Problem:
            return None


AskPod = Callable[[str, int, str], bytes | None]
"""What a pod's port answers to a path; `None` where it doesn't."""


def parsed(content: bytes) -> Any:
    """JSON, or the text that it isn't."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def samples(text: str) -> dict[str, float]:
    """Prometheus' text format: the largest value of each metric."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        if match := _SAMPLE.match(line):
            value = float(match["value"])
            found[match["name"]] = max(value, found.get(match["name"], value))
    return found


def broker(pod: Pod, metrics: bytes | None, stats: bytes | None) -> tuple[Broker, list[Topic]]:
    """A broker and its topics, from its metrics and its `broker-stats/topics`."""
    load = samples(metrics.decode()) if metrics else {}
    served = topics(parsed(stats)) if stats else None
    return Broker(
        name=pod.name,
        ready=pod.ready,
        cpu=load.get("pulsar_lb_cpu_usage"),
        heap=load.get("pulsar_lb_memory_usage"),
        direct=load.get("pulsar_lb_directMemory_usage"),
        topics=None if served is None else len(served),
        rate_in=None if served is None else sum(each.rate_in for each in served),
        rate_out=None if served is None else sum(each.rate_out for each in served),
    ), served or []


def topics(stats: Mapping[str, Any]) -> list[Topic]:
    """The topics of a broker: its answer has them by namespace, bundle and kind."""
    kinds = (kind for bundles in stats.values() for bundle in bundles.values() for kind in bundle.items())
    return [
        Topic(
            name=name.partition("://")[2],
            persistent=kind == "persistent",
            rate_in=one.get("msgRateIn", 0.0),
            rate_out=one.get("msgRateOut", 0.0),
            subscriptions=len(one.get("subscriptions", ())),
            backlog=max((each.get("msgBacklog", 0) for each in one.get("subscriptions", {}).values()), default=0),
            storage=one.get("storageSize", 0),
        )
        for kind, found in kinds
        for name, one in found.items()
    ]


def bookie(pod: Pod, metrics: bytes | None, disks: bytes | None) -> Bookie:
    """A bookie, from its metrics and its `bookie/info`."""
    found = samples(metrics.decode()) if metrics else {}
    space = parsed(disks) if disks else {}
    space = space if isinstance(space, dict) else {}
    state = found.get("bookie_SERVER_STATUS")
    return Bookie(
        name=pod.name,
        ready=pod.ready,
        # 1: writable, 0: read-only, -1: not registered.
        read_only=None if state is None else state != 1,
        free=space.get("freeSpace"),
        total=space.get("totalSpace"),
        fullest=max((value for key, value in found.items() if _DISK.fullmatch(key)), default=None),
    )


def copies(answers: Iterable[bytes | None]) -> Copies | None:
    """What the first bookie that answers says of all of them, from its `bookie/cluster_info`."""
    told = next((found for each in answers if each and isinstance(found := parsed(each), dict)), None)
    if told is None:
        return None
    return Copies(
        missing=told.get("clusterUnderReplicated", False),
        made_anew=told.get("ledgerReplicationEnabled", True),
        gone=told.get("unavailableBookiesCount", 0),
    )


def alerts(answers: Iterable[bytes | None]) -> Iterable[Alert]:
    """What fires, the critical first, from Prometheus' `api/v1/alerts`."""
    told = [found for each in answers if each and isinstance(found := parsed(each), dict)]
    firing = [
        Alert(
            name=one["labels"].get("alertname", ""),
            severity=one["labels"].get("severity", ""),
            summary=one.get("annotations", {}).get("summary", ""),
            pod=one["labels"].get("pod", ""),
        )
        for each in told
        for one in each.get("data", {}).get("alerts", ())
        if one.get("state") == "firing"
    ]
    return sorted(firing, key=lambda each: (each.severity != "critical", each.name, each.pod))


def gather(admin: Admin, pods: Sequence[Pod], wanted: Mapping[str, int], ask: AskPod, *, worker: bool) -> Status:
    """Everything at once, with many questions open at a time.

    Args:
        admin: the admin REST API.
        pods: Pulsar's pods.
        wanted: how many of each role there should be.
        ask: how a pod is asked.
        worker: whether functions run on Pulsar's own worker.

    Raises:
        Problem: the admin REST API doesn't answer.
    """
    brokers, bookies = ([pod for pod in pods if pod.role == role] for role in ("broker", "bookie"))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        version = pool.submit(admin.ask, "/admin/v2/brokers/version")
        tenants = pool.submit(admin.ask, "/admin/v2/tenants")
        leader = pool.submit(admin.find, "/admin/v2/brokers/leaderBroker")
        asked = {
            pod: (pool.submit(ask, pod.name, 8080, "metrics/"), pool.submit(ask, pod.name, 8080, _STATS))
            for pod in brokers
        }
        disks = {
            pod: (pool.submit(ask, pod.name, 8000, "metrics"), pool.submit(ask, pod.name, 8000, "api/v1/bookie/info"))
            for pod in bookies
        }
        watching = [pool.submit(ask, pod.name, 9090, "api/v1/alerts") for pod in pods if pod.role == "prometheus"]
        kept = [pool.submit(ask, pod.name, 8000, "api/v1/bookie/cluster_info") for pod in bookies]
        spaces = dict(zip(tenants.result(), pool.map(_namespaces(admin), tenants.result()), strict=True))
        found = [broker(pod, metrics.result(), stats.result()) for pod, (metrics, stats) in asked.items()]
        told = leader.result()
        return Status(
            version=str(version.result()).strip(),
            leader=told.get("brokerId") or told.get("serviceUrl") if isinstance(told, dict) else None,
            pods=tuple(pods),
            wanted=wanted,
            brokers=tuple(each for each, _ in found),
            bookies=tuple(bookie(pod, *(each.result() for each in futures)) for pod, futures in disks.items()),
            copies=copies(each.result() for each in kept),
            topics=tuple(topic for _, served in found for topic in served),
            tenants=spaces,
            functions=tuple(_functions(admin, spaces, pool) if worker else ()),
            alerts=tuple(alerts(each.result() for each in watching)),
        )


_STATS = "admin/v2/broker-stats/topics"


def _namespaces(admin: Admin) -> Callable[[str], tuple[str, ...]]:
    return lambda tenant: tuple(name.partition("/")[2] for name in admin.find(f"/admin/v2/namespaces/{tenant}") or ())


def _functions(
    admin: Admin, tenants: Mapping[str, Sequence[str]], pool: concurrent.futures.Executor
) -> Iterable[Function]:
    places = [f"{tenant}/{space}" for tenant, spaces in tenants.items() for space in spaces]
    listed = pool.map(lambda place: admin.find(f"/admin/v3/functions/{place}") or (), places)
    names = [f"{place}/{name}" for place, found in zip(places, listed, strict=True) for name in found]
    answers = pool.map(lambda name: admin.find(f"/admin/v3/functions/{name}/status"), names)
    for name, answer in zip(names, answers, strict=True):
        told = answer if isinstance(answer, dict) else {}
        yield Function(name=name, running=told.get("numRunning", 0), instances=told.get("numInstances", 0))
