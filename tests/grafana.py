"""What Grafana documents of its release 11.6, to which the stack's own is held: its program runs nowhere here."""

DOCUMENTED = {
    "analytics": ("reporting_enabled", "check_for_updates", "check_for_plugin_updates", "feedback_links_enabled"),
    "auth": ("disable_login_form",),
    "auth.anonymous": ("enabled", "org_role"),
    "auth.basic": ("enabled",),
    "dashboards": ("default_home_dashboard_path",),
    "news": ("news_feed_enabled",),
    "plugins": ("plugin_admin_enabled", "preinstall_disabled", "public_key_retrieval_disabled"),
    "security": (
        *("admin_user", "admin_password", "cookie_secure", "disable_gravatar", "disable_initial_admin_creation"),
    ),
    "server": ("http_port", "root_url"),
    "snapshots": ("external_enabled",),
    "users": ("allow_sign_up",),
}
"""Sections and keys of Grafana's `conf/defaults.ini` (github.com/grafana/grafana) that this program sets."""
SOURCE_KEYS = {
    *("name", "type", "access", "orgId", "uid", "url", "user", "database", "basicAuth", "basicAuthUser"),
    *("withCredentials", "isDefault", "jsonData", "secureJsonData", "version", "editable"),
}
PROVIDER_KEYS = {
    *("name", "orgId", "folder", "folderUid", "type", "disableDeletion", "updateIntervalSeconds"),
    *("allowUiUpdates", "options"),
}
PROMETHEUS_KEYS = {
    *("timeInterval", "httpMethod", "manageAlerts", "prometheusType", "prometheusVersion", "cacheLevel"),
    *("customQueryParameters", "incrementalQuerying", "queryTimeout"),
}
"""What the files may say: "Provision Grafana" and "Configure the Prometheus data source" of Grafana's documentation."""
BUILT_IN = {
    *("alertlist", "annolist", "barchart", "bargauge", "candlestick", "canvas", "dashlist", "datagrid", "flamegraph"),
    *("gauge", "geomap", "heatmap", "histogram", "logs", "news", "nodeGraph", "piechart", "stat", "state-timeline"),
    *("status-history", "table", "text", "timeseries", "traces", "trend", "xychart", "row"),
}
"""Panels that are in Grafana itself (`public/app/plugins/panel` of its source), and rows."""


def variable(section: str, key: str) -> str:
    """The variable that overrides a key: everything in capitals, `.` and `-` replaced by `_` ("Configure Grafana")."""
    return f"GF_{section}_{key}".replace(".", "_").replace("-", "_").upper()
