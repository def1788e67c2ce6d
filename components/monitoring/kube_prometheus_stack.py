"""What the chart kube-prometheus-stack is told, where it is installed with a stack.

Source of the values: the chart's `values.yaml` (prometheus-community/helm-charts, `charts/kube-prometheus-stack`), and
that of its `grafana` chart.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ..model import Bytes

DASHBOARD_LABEL = ("grafana_dashboard", "1")
"""The label by which the sidecar of Grafana's chart finds dashboards, and its value."""


def prometheus(
    *,
    interval: str,
    retention: str,
    kept: str,
    memory: Bytes,
    size: Bytes,
    storage_class: str | None,
    remote_write: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """The part of Prometheus itself.

    Args:
        interval: how often metrics are read and rules are looked at.
        retention: how long samples are kept.
        kept: how much of the volume may be filled.
        memory: its limit and request.
        size: how large its volume is.
        storage_class: of the volume. `None`: the cluster's own default.
        remote_write: who else gets the samples, as the operator's resource has it.
    """
    claim = {
        "accessModes": ["ReadWriteOnce"],
        **({"storageClassName": storage_class} if storage_class else {}),
        "resources": {"requests": {"storage": str(size)}},
    }
    return {
        "prometheusSpec": {
            "scrapeInterval": interval,
            "evaluationInterval": interval,
            "retention": retention,
            "retentionSize": kept,
            "resources": {"requests": {"cpu": "250m", "memory": str(memory)}, "limits": {"memory": str(memory)}},
            "storageSpec": {"volumeClaimTemplate": {"spec": claim}},
            # Its own defaults choose only what carries the label of the release.
            "podMonitorSelectorNilUsesHelmValues": False,
            "ruleSelectorNilUsesHelmValues": False,
            "remoteWrite": list(remote_write),
        }
    }


def grafana(*, wanted: bool) -> dict[str, Any]:
    """The part of Grafana: everybody who reaches it may look, and there is no user whose password everybody knows."""
    if not wanted:
        return {"enabled": False}
    label, value = DASHBOARD_LABEL
    return {
        "enabled": True,
        "sidecar": {
            # Without an administrator nobody may tell Grafana to look again: it does by itself.
            "dashboards": {
                "enabled": True,
                "label": label,
                "labelValue": value,
                "searchNamespace": "ALL",
                "skipReload": True,
                "provider": {"updateIntervalSeconds": 30},
            },
            "datasources": {"enabled": True, "skipReload": True, "initDatasources": True},
        },
        "grafana.ini": {
            "analytics": {"reporting_enabled": False, "check_for_updates": False, "check_for_plugin_updates": False},
            "auth": {"disable_login_form": True},
            "auth.anonymous": {"enabled": True, "org_role": "Viewer"},
            "auth.basic": {"enabled": False},
            "plugins": {"preinstall_disabled": True, "public_key_retrieval_disabled": True},
            "security": {"disable_initial_admin_creation": True, "disable_gravatar": True},
        },
    }


def outside() -> dict[str, Any]:
    """What a managed cluster lets nobody read, so that its alerts would fire for ever, and what needs a node's own
    network and processes, which a namespace at the level `baseline` doesn't give.
    """
    control_plane = ("kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")
    return {**{each: {"enabled": False} for each in control_plane}, "nodeExporter": {"enabled": False}}
