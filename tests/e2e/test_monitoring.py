"""A real Prometheus reads every pod of the real local stack, and the alerts are about metrics that are there."""

import re

import pytest
import yaml

from components.monitoring.alerts import alerts
from local.paths import KUBECONFIG
from tests.e2e.scraping import scraping

ONLY_WHEN_IT_HAPPENS = {
    "brk_lb_unload_latency_ms_count": "shown from the first bundle on that is moved",
}
"""Metrics that a healthy stack doesn't show, and why not."""


@pytest.fixture(scope="module")
def scraped(tmp_path_factory, local_stack):
    kubeconfig = yaml.safe_load(KUBECONFIG.read_text())
    with scraping(tmp_path_factory.mktemp("prometheus"), local_stack.spec, kubeconfig) as found:
        yield found


def test_every_pod_is_read(scraped):
    targets = scraped.get("targets", state="active")["activeTargets"]

    assert {each["labels"]["component"] for each in targets} >= {"bookie", "broker", "etcd", "proxy"}
    assert {each["labels"]["pod"]: each["lastError"] for each in targets if each["health"] != "up"} == {}
    print(f"the slowest page takes {max(each['lastScrapeDuration'] for each in targets):.3f} s")


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
