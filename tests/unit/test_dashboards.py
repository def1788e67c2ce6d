"""Dashboards are of what a stack has, can be read, and lead to each other."""

import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest

from components.monitoring.dashboards import uid
from components.monitoring.dashboards.layout import COLUMNS, placed
from components.monitoring.dashboards.panel import Panel, Section
from components.names import LONGEST_CLUSTER_NAME
from tests import rendered as objects
from tests.conftest import PROJECT
from tests.dashboards import STACKS, dashboards, each_dashboard, panels

SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
TOLD = {"monitoring": {"kind": "prometheus-operator", "labels": {"release": "stack"}}}
UNITS = {"short", "none", "mps", "ops", "cps", "Bps", "bytes", "ms", "s", "percent", "percentunit"}
CORE = {"timeseries", "stat", "bargauge"}
ALL = pytest.mark.parametrize(
    ("where", "dashboard"), list(each_dashboard()), ids=[name for name, _ in each_dashboard()]
)


@ALL
def test_variables_that_are_asked_for_are_there(where: str, dashboard: dict[str, Any]):
    names = [each["name"] for each in dashboard["templating"]["list"]]
    used = set(
        re.findall(
            r"\$\{?([a-z]+)", json.dumps([dashboard["panels"], dashboard["annotations"], dashboard["templating"]])
        )
    )

    assert names[:2] == ["datasource", "cluster"]
    assert used == set(names), where


@ALL
def test_panels_fill_their_lines_and_none_covers_another(where: str, dashboard: dict[str, Any]):
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        columns, lines = range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])
        cells = set(itertools.product(columns, lines))
        assert not cells & taken, f"{where}: {panel['title']} covers another"
        taken |= cells

    last = max(y for _, y in taken) + 1
    assert taken == set(itertools.product(range(COLUMNS), range(last))), f"{where} has holes"


def test_a_line_that_can_t_be_filled_is_refused():
    five = tuple(Panel(title="A", description="A.", unit="none", queries=()) for _ in range(5))

    with pytest.raises(ValueError, match="5 panels can't share 24 columns"):
        list(placed([Section(title="Five", lines=(five,))]))


@ALL
def test_every_panel_says_what_it_shows_in_which_unit_and_where_it_comes_from(where: str, dashboard: dict[str, Any]):
    source = {"type": "prometheus", "uid": "${datasource}"}
    titles = [each["title"] for each in dashboard["panels"]]
    numbers = [each["id"] for each in dashboard["panels"]]

    assert len(set(titles)) == len(titles), where
    assert numbers == list(range(1, len(numbers) + 1))
    for panel in panels(dashboard):
        assert panel["type"] in CORE, panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        assert panel["datasource"] == source, panel["title"]
        assert [each["refId"] for each in panel["targets"]] == list("ABCD")[: len(panel["targets"])]
        assert panel["targets"], panel["title"]
        assert all(each["datasource"] == source and each["legendFormat"] for each in panel["targets"])
    assert all(each["datasource"] == source and each["expr"] for each in dashboard["annotations"]["list"])
    variables = [each for each in dashboard["templating"]["list"] if each["type"] == "query"]
    assert all(each["datasource"] == source for each in variables)


@ALL
def test_grafana_gets_what_its_sdk_leaves_out(where: str, dashboard: dict[str, Any]):
    assert dashboard["schemaVersion"] == 41, where
    assert [each["name"] for each in dashboard["annotations"]["list"]] == ["Starts", "Alerts"]
    assert dashboard["timezone"] == "", "Each reader's own."
    assert dashboard["editable"] is False, "What somebody changes there is lost: the next deployment writes it anew."
    assert "id" not in dashboard, "Grafana gives it."


def test_topics_without_metrics_of_their_own_are_among_all_and_etcd_is_not_among_the_jvms():
    def all_of(page: str) -> dict[str, str | None]:
        variables = dashboards("etcd")[f"pulsar-{page}.json"]["templating"]["list"]
        return {each["name"]: each.get("allValue") for each in variables if each.get("includeAll")}

    # A broker that doesn't show topics one by one leaves out the label, and `.*` is also true of none.
    assert all_of("topics") == {"namespace": ".*", "topic": ".*"}
    # Without a value of its own Grafana puts in what the variable's query found: who has a JVM.
    assert all_of("jvm") == {"component": None}


@pytest.mark.parametrize("stack", STACKS)
def test_every_dashboard_leads_to_the_others_with_what_was_chosen(stack: str):
    found = dashboards(stack)
    every = {f"/d/{each['uid']}" for each in found.values()}

    assert len(every) == len(found) >= 7
    for each in found.values():
        links = {link["url"]: link for link in each["links"]}
        assert set(links) == every - {f"/d/{each['uid']}"}
        assert all(link["includeVars"] and link["keepTime"] for link in links.values())


def test_a_stack_has_panels_of_its_own_metadata_store_and_of_no_other():
    def rows(stack: str) -> list[str]:
        page = dashboards(stack)["pulsar-metadata.json"]
        return [each["title"] for each in page["panels"] if each["type"] == "row"]

    assert rows("etcd") == ["As brokers see it", "etcd"]
    assert rows("zookeeper") == ["As brokers see it", "ZooKeeper"]
    assert rows("oxia") == ["As brokers see it"]


def test_a_stack_has_pages_of_what_it_has_and_of_nothing_else():
    def own(stack: str) -> list[str]:
        return sorted(dashboards(stack).keys() - dashboards("etcd").keys())

    assert own("tiered storage") == ["pulsar-tiered-storage.json"]
    assert own("functions") == ["pulsar-functions.json"]
    assert own("replication") == ["pulsar-replication.json"]
    assert own("zookeeper") == []


def test_offloaded_data_is_shown_where_there_is_a_tiered_storage():
    def titles(stack: str) -> set[str]:
        return {each["title"] for each in panels(dashboards(stack)["pulsar-topics.json"])}

    assert titles("tiered storage") - titles("etcd") == {"In the tiered storage"}


def test_the_proxies_page_speaks_of_websocket_where_they_serve_it():
    def rows(stack: str) -> list[str]:
        page = dashboards(stack)["pulsar-proxy.json"]
        return [page["title"], *(each["title"] for each in page["panels"] if each["type"] == "row")]

    common = ["Clients over Pulsar's protocol", "Questions of clients"]
    assert rows("etcd") == ["Pulsar: pulsar / Proxy", *common, "HTTP"]
    assert rows("websocket in the proxies") == ["Pulsar: pulsar / Proxy and WebSocket", *common, "HTTP and WebSocket"]


def test_addresses_fit_grafana_and_two_clusters_never_share_one():
    long = ["a" * LONGEST_CLUSTER_NAME, "a" * (LONGEST_CLUSTER_NAME - 1) + "b"]
    found = [uid(name, slug) for name in (*long, "a") for slug in ("overview", "metadata")]

    assert len(set(found)) == len(found)
    assert max(len(each) for each in found) <= 40
    assert uid("pulsar", "overview") == "pulsar-overview"


def config_maps(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in objects.of(changes).items() if "-dashboard-" in name}


def test_a_grafana_finds_each_dashboard_by_its_label():
    found = config_maps(TOLD)

    assert sorted(found) == sorted(
        f"pulsar-dashboard-{each}" for each in ("bookies", "brokers", "jvm", "metadata", "overview", "proxy", "topics")
    )
    for each in found.values():
        assert each["kind"] == "ConfigMap"
        assert each["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert each["metadata"]["namespace"] == "pulsar"
        assert len(json.dumps(each)) < 1 << 20, "Kubernetes' limit is 1 MiB."
    texts = {file: json.loads(text) for each in found.values() for file, text in each["data"].items()}
    assert texts == dashboards("etcd")


def test_a_stack_that_wants_none_has_none():
    assert config_maps({"monitoring": {"kind": "prometheus-operator", "dashboards": False}}) == {}
    assert config_maps({"monitoring": {"kind": "own"}}) == {}


def test_a_stack_without_dashboards_never_loads_their_sdk():
    program = """
import sys
from tests import rendered
rendered.of({{"monitoring": {monitoring}}})
print([name for name in sys.modules if name.startswith("grafana_foundation_sdk")] != [])
"""

    def loaded(monitoring: object) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program.format(monitoring=monitoring)],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    without = {"kind": "prometheus-operator", "dashboards": False}
    assert [loaded(each) for each in (None, {"kind": "own"}, without)] == ["False"] * 3
    assert loaded({"kind": "prometheus-operator"}) == "True"


def test_a_dashboard_changes_only_where_somebody_means_it():
    """After a change that is meant, `UPDATE_SNAPSHOTS=1` writes the snapshot again."""
    path = SNAPSHOTS / "dashboards.json"
    now = {f"etcd: {name}": each for name, each in dashboards("etcd").items()}
    others = {
        "zookeeper": "metadata",
        "websocket in the proxies": "proxy",
        "tiered storage": "tiered-storage",
        "functions": "functions",
        "replication": "replication",
    }
    for stack, page in others.items():
        now[f"{stack}: pulsar-{page}.json"] = dashboards(stack)[f"pulsar-{page}.json"]
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")

    assert now == json.loads(path.read_text())
