"""An alert fires when somebody should look, and is silent otherwise; its runbook is there."""

import dataclasses
import pathlib
import re
import subprocess
from typing import Any

import pytest
import yaml

from components.monitoring.alert import RUNBOOKS, Alert, rules
from components.monitoring.alerts import alerts
from tests import stack_file
from tests.conftest import PROJECT
from tests.promtool import promtool

WHOLE = stack_file.spec(
    {
        "pulsar.metadata": {"store": "etcd", "tls": {"issuer": {"name": "authority"}}},
        "pulsar.tiered_storage": {"kind": "filesystem", "size": "1Ti"},
        "pulsar.peers": {"far": {"service_url": "pulsar://far.example:6650", "admin_url": "http://far.example:8080"}},
        "pulsar.functions": {
            "run_in": "pods",
            "replicas": 1,
            "runtime": "process",
            "packages": {"storage_class": "nfs"},
        },
    }
)
"""A stack with all that has alerts of its own."""


@dataclasses.dataclass(frozen=True)
class Case:
    """What is measured each minute, in promtool's notation, when an alert must fire and when not."""

    fires: dict[str, str]
    silent: dict[str, str]
    hours: int = 2


def up(component: str, *values: str, cluster: str = "pulsar") -> dict[str, str]:
    labels = f'cluster="{cluster}",component="{component}"'
    return {f'up{{{labels},pod="{component}-{i}"}}': value for i, value in enumerate(values)}


def certificate(name: str, cluster: str = "pulsar") -> str:
    return f'certmanager_certificate_expiration_timestamp_seconds{{cluster="{cluster}",name="{name}"}}'


WRITES = "pulsar_storage_write_latency_"
AUDITOR = "replication_auditor_NUM_"
ON, OFF = "1x600", "0x600"
CASES = {
    "BrokerDown": Case(up("broker", ON, ON, OFF), up("broker", ON, ON, ON)),
    "BookieDown": Case(up("bookie", ON, ON, ON[:1] + "x10"), up("bookie", ON, ON, ON, ON)),
    "ProxyDown": Case({}, up("proxy", ON, ON, ON)),
    "TooFewBookies": Case(up("bookie", ON, OFF, OFF), up("bookie", ON, ON, ON, ON)),
    "MetadataQuorumAtRisk": Case(up("etcd", ON, ON, OFF), up("etcd", ON, ON, ON)),
    "MetadataStoreDown": Case(up("etcd", ON, OFF, OFF), up("etcd", ON, ON, OFF)),
    "EtcdHasNoLeader": Case(
        {'etcd_server_has_leader{component="etcd",pod="a"}': OFF},
        {'etcd_server_has_leader{component="etcd",pod="a"}': ON},
    ),
    "EtcdDatabaseFillsUp": Case(
        {"etcd_mvcc_db_total_size_in_bytes": "85x600", "etcd_server_quota_backend_bytes": "100x600"},
        {"etcd_mvcc_db_total_size_in_bytes": "75x600", "etcd_server_quota_backend_bytes": "100x600"},
    ),
    "EtcdDiskIsSlow": Case(
        {
            'etcd_disk_wal_fsync_duration_seconds_bucket{pod="a",le="0.5"}': "0+1x600",
            'etcd_disk_wal_fsync_duration_seconds_bucket{pod="a",le="1"}': "0+2x600",
            'etcd_disk_wal_fsync_duration_seconds_bucket{pod="a",le="+Inf"}': "0+2x600",
        },
        {
            'etcd_disk_wal_fsync_duration_seconds_bucket{pod="a",le="0.5"}': "0+2x600",
            'etcd_disk_wal_fsync_duration_seconds_bucket{pod="a",le="+Inf"}': "0+2x600",
        },
    ),
    "CertificateExpires": Case(
        {certificate("pulsar-etcd-members-tls"): f"{50 * 86400}x600"},
        {
            certificate("pulsar-etcd-members-tls"): f"{95 * 86400}x600",
            certificate("pulsar-etcd-members-tls", cluster="another"): f"{5 * 86400}x600",
            certificate("a-page-of-somebody-s"): f"{5 * 86400}x600",
        },
    ),
    "MetadataIsSlow": Case(
        {
            'pulsar_metadata_store_ops_latency_ms_sum{component="broker",status="success",type="get"}': "0+6000x600",
            'pulsar_metadata_store_ops_latency_ms_count{component="broker",status="success",type="get"}': "0+10x600",
        },
        {
            'pulsar_metadata_store_ops_latency_ms_sum{component="broker",status="success",type="get"}': "0+60x600",
            'pulsar_metadata_store_ops_latency_ms_count{component="broker",status="success",type="get"}': "0+10x600",
        },
    ),
    "LedgersUnderReplicated": Case(
        {f'{AUDITOR}UNDER_REPLICATED_LEDGERS_sum{{success="true"}}': "0+3x600"},
        {f'{AUDITOR}UNDER_REPLICATED_LEDGERS_sum{{success="true"}}': "7x600"},
    ),
    "EntriesNearlyLost": Case(
        {f"{AUDITOR}LEDGERS_HAVING_LESS_THAN_AQ_REPLICAS_OF_AN_ENTRY": "2x600"},
        {f"{AUDITOR}LEDGERS_HAVING_LESS_THAN_AQ_REPLICAS_OF_AN_ENTRY": OFF},
    ),
    "BookieReadOnly": Case({'bookie_SERVER_STATUS{pod="a"}': OFF}, {'bookie_SERVER_STATUS{pod="a"}': ON}),
    "BookieDiskFillsUp": Case(
        {"bookie_ledger_dir__pulsar_data_bookkeeper_ledgers_current_usage": "61+0.01x600"},
        {"bookie_ledger_dir__pulsar_data_bookkeeper_ledgers_current_usage": "80x600"},
        hours=9,
    ),
    "JournalIsSlow": Case(
        {'bookie_journal_JOURNAL_SYNC{quantile="0.99",success="true",pod="a"}': "300x600"},
        {
            'bookie_journal_JOURNAL_SYNC{quantile="0.99",success="true",pod="a"}': "20x600",
            'bookie_journal_JOURNAL_SYNC{quantile="1.0",success="true",pod="a"}': "900x600",
        },
    ),
    "BacklogGrows": Case(
        {'pulsar_msg_backlog{namespace="a/b",topic="t"}': "20000+1200x600"},
        {'pulsar_msg_backlog{namespace="a/b",topic="t"}': "900000-1200x600"},
    ),
    "PublishIsSlow": Case(
        {f"{WRITES}le_1000": "2x600", f"{WRITES}overflow": OFF, f"{WRITES}count": "100x600"},
        {f"{WRITES}le_1000": ON, f"{WRITES}overflow": OFF, f"{WRITES}count": "100x600"},
    ),
    "BundlesMoveTooOften": Case(
        {"brk_lb_unload_latency_ms_count": "0+10x600"}, {"brk_lb_unload_latency_ms_count": "0+1x600"}
    ),
    "DirectMemoryRunsOut": Case(
        {"jvm_memory_direct_bytes_used": "95x600", "jvm_memory_direct_bytes_max": "100x600"},
        {"jvm_memory_direct_bytes_used": "85x600", "jvm_memory_direct_bytes_max": "100x600"},
    ),
    "OffloadFails": Case(
        {'brk_ledgeroffloader_offload_error_total{topic="t"}': "0+1x600"},
        {'brk_ledgeroffloader_offload_error_total{topic="t"}': "9x600"},
    ),
    "ReplicationLags": Case(
        {'pulsar_replication_delay_in_seconds{remote_cluster="far",namespace="a/b"}': "400x600"},
        {'pulsar_replication_delay_in_seconds{remote_cluster="far",namespace="a/b"}': "20x600"},
    ),
    "FunctionFails": Case(
        {'pulsar_function_user_exceptions_total{fqfn="a/b/c"}': "0+1x600"},
        {'pulsar_function_user_exceptions_total{fqfn="a/b/c"}': "3x600"},
    ),
}
"""Numbers of a stack with three brokers, bookies, members and proxies."""


def _promtool(
    alert: Alert, series: dict[str, str], hours: int, folder: pathlib.Path, fired: int
) -> subprocess.CompletedProcess[str]:
    firing = f'count(ALERTS{{alertname="{alert.name}",alertstate="firing"}}) > bool 0 or vector(0)'
    answer = [{"labels": "{}", "value": fired}]
    return _asked(
        alert, series, folder, promql_expr_test={"expr": firing, "eval_time": f"{hours}h", "exp_samples": answer}
    )


def _asked(
    alert: Alert, series: dict[str, str], folder: pathlib.Path, **question: Any
) -> subprocess.CompletedProcess[str]:
    (folder / "rules.yml").write_text(yaml.safe_dump(rules([alert])))
    given = [{"series": name, "values": values} for name, values in series.items()]
    asked = {name: [each] for name, each in question.items()}
    test: dict[str, Any] = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": given, **asked}],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(test))
    return subprocess.run(
        [promtool(), "test", "rules", "test.yml"], cwd=folder, check=False, capture_output=True, text=True
    )


ALERTS = {each.name: each for each in alerts(WHOLE.pulsar)}


def test_every_alert_is_tried():
    assert set(CASES) == set(ALERTS)


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_when_it_must(name: str, tmp_path: pathlib.Path):
    case = CASES[name]

    done = _promtool(ALERTS[name], case.fires, case.hours, tmp_path, 1)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", CASES)
def test_an_alert_is_silent_while_all_is_well(name: str, tmp_path: pathlib.Path):
    case = CASES[name]

    done = _promtool(ALERTS[name], case.silent, case.hours, tmp_path, 0)

    assert done.returncode == 0, done.stdout + done.stderr


def test_pods_of_another_cluster_in_the_same_prometheus_stand_in_for_none(tmp_path: pathlib.Path):
    both = up("broker", ON, ON, OFF) | up("broker", ON, ON, ON, cluster="other")

    done = _promtool(ALERTS["BrokerDown"], both, 2, tmp_path, 1)

    assert done.returncode == 0, done.stdout + done.stderr


def test_pods_of_which_none_is_left_are_counted_as_none(tmp_path: pathlib.Path):
    alert = ALERTS["BrokerDown"]
    told = {"summary": alert.summary, "runbook": alert.runbook}
    told["description"] = "0 of 3 answer. Its topics move to the others, which have more to do."
    labels = {"severity": alert.severity, "cluster": "pulsar", "component": "broker"}
    expected = {
        "alertname": alert.name,
        "eval_time": "1h",
        "exp_alerts": [{"exp_labels": labels, "exp_annotations": told}],
    }

    done = _asked(alert, {}, tmp_path, alert_rule_test=expected)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS.values(), ids=lambda alert: alert.name)
def test_whoever_is_woken_finds_what_to_do(alert: Alert):
    headings = re.findall(r"^## (\w+)$", (PROJECT / RUNBOOKS).read_text(), re.MULTILINE)

    assert alert.runbook == f"{RUNBOOKS}#{alert.name.lower()}"
    assert alert.name in headings


def test_the_page_tells_of_no_alert_that_is_gone():
    headings = re.findall(r"^## (\w+)$", (PROJECT / RUNBOOKS).read_text(), re.MULTILINE)

    assert headings == list(ALERTS)


def test_a_stack_has_no_alert_for_what_it_lacks():
    plain = {each.name for each in alerts(stack_file.spec().pulsar)}

    assert set(ALERTS) - plain == {"CertificateExpires", "OffloadFails", "ReplicationLags", "FunctionFails"}


def test_what_a_new_bookie_writes_first_is_no_trend(tmp_path: pathlib.Path):
    usage = {"bookie_ledger_dir__pulsar_data_bookkeeper_ledgers_current_usage": "70+0.1x10 71x600"}

    done = _promtool(ALERTS["BookieDiskFillsUp"], usage, 3, tmp_path, 0)

    assert done.returncode == 0, done.stdout + done.stderr


def test_one_lost_member_of_one_is_not_a_risk_but_the_end():
    alone = {
        each.name for each in alerts(stack_file.spec({"pulsar.metadata": {"store": "etcd", "replicas": 1}}).pulsar)
    }

    assert "MetadataQuorumAtRisk" not in alone
    assert "MetadataStoreDown" in alone
