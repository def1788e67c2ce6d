"""What dashboards ask Prometheus for is understood, is there, and is of one cluster."""

import pathlib
import re
import subprocess

import yaml

from components.monitoring.alerts import alerts
from tests.dashboards import STACKS, expressions, metrics, spec
from tests.promtool import promtool

SEEN = pathlib.Path(__file__).parent / "metrics_of_pulsar_4_0_8.txt"
ALERTED = re.compile(r"\b(?:pulsar|bookie|bookkeeper|replication|etcd|jvm|brk)_\w+")
"""Metrics in an alert, which doesn't choose a cluster and so has no braces everywhere."""
NOT_SEEN = {
    "ALERTS": "Prometheus' own, of the rules that it holds",
    **dict.fromkeys(
        (f"brk_ledgeroffloader_{each}_error_total" for each in ("offload", "write_storage", "read_offload")),
        "shown from the first failure on; its type was on the page",
    ),
}
"""Metrics that are asked for and were not on the pages that were read, and why not."""


def test_prometheus_understands_every_expression(tmp_path: pathlib.Path):
    asked = expressions()
    rules = [
        {"record": f"asked:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(asked)
    ]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))

    checked = subprocess.run(
        [promtool(), "check", "rules", "rules.yml"], cwd=tmp_path, check=False, capture_output=True, text=True
    )

    assert len(asked) > 80
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"SUCCESS: {len(asked)} rules found" in checked.stdout


def test_every_metric_is_one_that_was_seen_or_has_a_reason_why_not():
    seen = {line for line in SEEN.read_text().splitlines() if not line.startswith("#")}
    asked = set().union(*(metrics(each) for each in expressions()))
    alerted = set().union(*(ALERTED.findall(each.expression) for stack in STACKS for each in alerts(spec(stack))))

    assert len(asked) > 90
    assert len(alerted) > 20
    assert (asked | alerted) - seen - set(NOT_SEEN) == set()
    assert set(NOT_SEEN) - asked == set(), "The reason is for nothing."
    assert set(NOT_SEEN) & seen == set(), "It was seen, and needs no reason."


def test_every_series_is_of_the_cluster_that_is_chosen():
    def selectors(expression: str) -> list[str]:
        return re.findall(r"\{([^{}]*)\}", expression)

    assert {each: where for each, where in expressions().items() if not selectors(each)} == {}
    assert [each for each in expressions() for one in selectors(each) if 'cluster="$cluster"' not in one] == []
