"""The local stack's own Prometheus reads every pod of it, and the alerts are about metrics that are there."""

import re

import pytest

from components.monitoring.alerts import alerts
from tests.e2e.browser import browser
from tests.e2e.scraping import own

SECONDS = 1.0
"""How long all pages of the stack may take together, read one after another."""

ONLY_WHEN_IT_HAPPENS = {
    "brk_lb_unload_latency_ms_count": "shown from the first bundle on that is moved",
}
"""Metrics that a healthy stack doesn't show, and why not."""


@pytest.fixture(scope="module")
def scraped(local_stack):
    return own(local_stack.spec)


def test_every_pod_is_read(scraped):
    targets = scraped.get("targets", state="active")["activeTargets"]

    assert {each["labels"]["component"] for each in targets} >= {"bookie", "broker", "etcd", "proxy"}
    assert {each["labels"]["pod"]: each["lastError"] for each in targets if each["health"] != "up"} == {}


def test_all_of_the_stack_is_read_within_a_second(scraped):
    # The median of a pod: a machine that is busy with other tests for a moment says nothing of the pages.
    (whole,) = scraped.query("sum(quantile_over_time(0.5, scrape_duration_seconds[2m]))")

    print(f"all pages take {float(whole['value'][1]):.3f} s")
    assert float(whole["value"][1]) < SECONDS


def test_a_stateful_pod_is_called_by_its_name_so_that_an_alert_says_which(scraped, local_stack):
    name = local_stack.spec.pulsar.name
    pods = {each["metric"]["component"]: each["metric"]["pod"] for each in scraped.query("up")}

    assert {role: pods[role] for role in ("broker", "bookie", "etcd")} == {
        role: f"{name}-{role}-0" for role in ("broker", "bookie", "etcd")
    }


def test_the_address_that_make_up_prints_shows_a_page_with_an_answer(scraped, local_stack, tmp_path):
    with browser(tmp_path) as page:
        page.open(f"{local_stack.spec.monitoring.service.address}graph?g0.expr=up&g0.tab=1")
        page.until("document.body.innerText.includes('component=\"broker\"')", 60)

        assert page.complaints == []


def test_every_alert_is_loaded_and_none_fires_on_a_healthy_stack(scraped, local_stack):
    rules = scraped.get("rules")["groups"][0]["rules"]

    assert [each["name"] for each in rules] == [each.name for each in alerts(local_stack.spec.pulsar)]
    assert {each["name"]: each["lastError"] for each in rules if each["health"] != "ok"} == {}
    assert {each["name"]: each["alerts"] for each in rules if each["state"] == "firing"} == {}


def test_every_metric_of_an_alert_is_one_that_the_stack_shows(scraped, local_stack):
    shown = set(scraped.get("label/__name__/values"))
    words = "|".join(("pulsar", "bookie", "bookkeeper", "replication", "etcd", "jvm", "brk"))
    asked = {
        metric
        for alert in alerts(local_stack.spec.pulsar)
        for metric in re.findall(rf"\b(?:{words})_\w+", alert.expression)
    }

    assert len(asked) > 15
    assert asked - shown - set(ONLY_WHEN_IT_HAPPENS) == set()
