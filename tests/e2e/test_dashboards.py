"""Every question of every dashboard and every alert, asked of a real Prometheus while the real local Pulsar is busy."""

import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from components.monitoring.alerts import alerts
from components.monitoring.dashboards import rendered
from components.pulsar.spec import PulsarSpec
from local.paths import KUBECONFIG
from tests.e2e.load import NAMESPACE, Load
from tests.e2e.scraping import Scraped, scraping

PATIENCE_SECONDS = 120
SHOWN_SECONDS, STEP_SECONDS = 3 * 3600, 15
"""The time that a dashboard shows at first, and how far apart Grafana then asks for samples."""
RATE_INTERVAL = f"{4 * STEP_SECONDS}s"
"""What Grafana makes of `$__rate_interval` then."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory, local_stack, endpoints) -> Iterator[Scraped]:
    kubeconfig = yaml.safe_load(KUBECONFIG.read_text())
    folder = tmp_path_factory.mktemp("prometheus")
    with Load(endpoints), scraping(folder, local_stack.spec, kubeconfig) as found:
        yield found


def dashboards(spec: PulsarSpec) -> list[dict[str, Any]]:
    return [json.loads(text) for text in rendered(spec).values()]


def asked(spec: PulsarSpec) -> dict[str, str]:
    """Each expression of a panel, a mark or an alert, by who asks for it."""
    by_panels = {
        f"{dashboard['title']}, {panel['title']}, {target['legendFormat']}": target["expr"]
        for dashboard in dashboards(spec)
        for panel in dashboard["panels"]
        for target in panel.get("targets", ())
    }
    marks = {
        f"{dashboard['title']}, {mark['name']}": mark["expr"]
        for dashboard in dashboards(spec)
        for mark in dashboard["annotations"]["list"]
        if not mark["expr"].startswith("ALERTS")  # None fires on a healthy stack.
    }
    return {**by_panels, **marks, **{each.name: each.expression for each in alerts(spec)}}


def on_either_side(expression: str) -> str:
    """The expression with a 0 or 1 for each comparison, where it leaves out what isn't so: healthy stacks have none."""
    return re.sub(r" (<|>|==|<=|>=) (?=[\d(])", r" \1 bool ", expression)


def filled(expression: str, chosen: Mapping[str, str]) -> str:
    """The expression with what Grafana puts in place of its variables."""
    whole = {**chosen, "__rate_interval": RATE_INTERVAL}
    return re.sub(r"\$(\w+)", lambda name: whole[name[1]], expression)


def choices(spec: PulsarSpec, scraped: Scraped) -> dict[str, list[str]]:
    """What a reader may choose of each variable."""
    found: dict[str, list[str]] = {}
    for variable in (each for dashboard in dashboards(spec) for each in dashboard["templating"]["list"]):
        if variable["type"] == "query":
            words = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
            assert words, variable
            series = filled(words[1], {"cluster": spec.name, "namespace": ".*"})
            found[variable["name"]] = scraped.get(f"label/{words[2]}/values", **{"match[]": series})
    return found


def answer(scraped: Scraped, expression: str) -> tuple[bool, float]:
    """Whether there was a number at any time, and how many milliseconds Prometheus took."""
    now = time.time()
    over = {"start": str(now - SHOWN_SECONDS), "end": str(now), "step": str(STEP_SECONDS), "stats": "all"}
    found = scraped.get("query_range", query=expression, **over)
    numbers = (float(value) for series in found["result"] for _, value in series["values"])
    return any(not math.isnan(each) for each in numbers), found["stats"]["timings"]["execTotalTime"] * 1000


def test_a_metric_that_is_not_there_is_no_answer(busy):
    assert answer(busy, "sum(rate(pulsar_no_such_metric[1m]))")[0] is False
    assert answer(busy, "up / 0 * 0")[0] is False
    assert answer(busy, "up")[0] is True


def test_a_reader_can_choose_what_there_is(busy, local_stack):
    found = choices(local_stack.spec.pulsar, busy)

    assert local_stack.spec.pulsar.name in found["cluster"]
    assert NAMESPACE in found["namespace"]
    assert [each for each in found["topic"] if NAMESPACE in each]
    assert {"broker", "bookie", "proxy"} <= set(found["component"])


def test_every_panel_shows_something_and_every_alert_is_about_something(busy, local_stack):
    spec = local_stack.spec.pulsar
    chosen = {"cluster": spec.name, "namespace": ".*", "topic": ".*"}
    chosen["component"] = "|".join(choices(spec, busy)["component"])
    left = {name: filled(on_either_side(expression), chosen) for name, expression in asked(spec).items()}
    count, took = len(left), dict[str, float]()

    until = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < until:
        time.sleep(1)
        for name, expression in list(left.items()):
            answered, took[name] = answer(busy, expression)
            if answered:
                del left[name]

    slowest = max(took, key=lambda name: took[name])
    print(f"{count} queries; the slowest takes {took[slowest]:.1f} ms: {slowest}")
    assert left == {}, "Nothing answers, although Pulsar is busy."
