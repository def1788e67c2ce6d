"""The dashboards of stacks that differ in what they have, as Grafana would read them."""

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from components.monitoring.dashboards import rendered
from components.pulsar.spec import PulsarSpec
from tests import stack_file

STACKS = {
    "etcd": {},
    "zookeeper": {"pulsar.metadata": {"store": "zookeeper"}},
    "oxia": {"pulsar.metadata": {"store": "oxia"}},
    "websocket in the proxies": {"pulsar.websocket": {"run_in": "proxy"}},
    "tiered storage": {"pulsar.tiered_storage": {"kind": "filesystem", "size": "1Ti"}},
    "functions": {"pulsar.functions": {"run_in": "brokers", "packages": {"storage_class": "nfs"}}},
    "replication": {
        "pulsar.peers": {"far": {"service_url": "pulsar://far.example:6650", "admin_url": "http://far.example:8080"}}
    },
}


def spec(stack: str) -> PulsarSpec:
    return stack_file.spec(STACKS[stack]).pulsar


@functools.cache
def dashboards(stack: str) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in rendered(spec(stack)).items()}


def each_dashboard() -> Iterator[tuple[str, dict[str, Any]]]:
    for stack in STACKS:
        for name, dashboard in dashboards(stack).items():
            yield f"{stack}: {name}", dashboard


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in dashboard["panels"] if each["type"] != "row"]


def expressions() -> dict[str, str]:
    """Each expression with the places that ask for it."""
    found: dict[str, str] = {}
    for where, dashboard in each_dashboard():
        for mark in dashboard["annotations"]["list"]:
            found.setdefault(mark["expr"], f"{where}, {mark['name']}")
        for panel in panels(dashboard):
            for target in panel["targets"]:
                found.setdefault(target["expr"], f"{where}, {panel['title']}")
    return found


def metrics(expression: str) -> set[str]:
    """The names that are followed by labels in braces: each metric is, by its cluster."""
    return set(re.findall(r"([a-zA-Z_:][\w:]*)\{", expression))
