"""Names of metrics that both alerts and dashboards ask for, and what both reckon from them.

They are those of Pulsar 4.0 (docs, reference-metrics), BookKeeper 4.17 and etcd 3.6, read from their own pages.
"""

LEDGER_DISK_USAGE = "bookie_ledger_dir__pulsar_data_bookkeeper_ledgers_current_usage"
"""How full the disk of a bookie's ledgers is, in percent. Its name has the directory in it."""
READ_ONLY_USAGE = 95
"""At how many percent a bookie takes no writes (`diskUsageThreshold`)."""
BOOKIE_STATUS = "bookie_SERVER_STATUS"
"""1: takes writes; 0: reads alone."""
UNDER_REPLICATED = "replication_auditor_NUM_UNDER_REPLICATED_LEDGERS_sum"
"""How many ledgers with too few copies the auditor has found so far."""
NEARLY_LOST = (
    "replication_auditor_NUM_LEDGERS_HAVING_LESS_THAN_AQ_REPLICAS_OF_AN_ENTRY",
    "replication_auditor_NUM_LEDGERS_HAVING_NO_REPLICA_OF_AN_ENTRY",
)
"""Ledgers with entries that have fewer copies than were acknowledged, or none."""
JOURNAL_SYNC = "bookie_journal_JOURNAL_SYNC"
"""How long a journal's write to the disk takes, in milliseconds."""
METADATA_LATENCY = "pulsar_metadata_store_ops_latency_ms"
"""How long the metadata store takes for a request, in milliseconds, as the one who asks sees it."""
ETCD_LEADER = "etcd_server_has_leader"
ETCD_SIZE = "etcd_mvcc_db_total_size_in_bytes"
ETCD_QUOTA = "etcd_server_quota_backend_bytes"
ETCD_FSYNC = "etcd_disk_wal_fsync_duration_seconds_bucket"
BACKLOG = "pulsar_msg_backlog"
"""Entries that wait, of a topic."""
CERTIFICATE_EXPIRY = "certmanager_certificate_expiration_timestamp_seconds"
"""cert-manager's, of each certificate that it renews."""
UNLOADS = "brk_lb_unload_latency_ms_count"
"""Bundles that were moved between brokers."""
OFFLOAD_FAILURES = ("brk_ledgeroffloader_offload_error_total", "brk_ledgeroffloader_write_storage_error_total")
"""Ledgers that could not be moved to the tiered storage, and writes that it refused."""
REPLICATION_LAG = "pulsar_replication_delay_in_seconds"
"""How far another cluster is behind, of a topic."""
FUNCTION_EXCEPTIONS = ("pulsar_function_user_exceptions_total", "pulsar_function_system_exceptions_total")
"""Of a function's own code, and around it."""
DIRECT_MEMORY = "jvm_memory_direct_bytes_used"
DIRECT_MEMORY_LIMIT = "jvm_memory_direct_bytes_max"
_WRITES = "pulsar_storage_write_latency_"


def slow_writes(window: str, cluster: str = "") -> str:
    """The share of writes that took longer than 200 ms.

    The broker shows how many writes of the last minute fell between two bounds, not above one.
    """
    over = " + ".join(_writes(bound, window, cluster) for bound in ("le_1000", "overflow"))
    return f"({over}) / {_writes('count', window, cluster)}"


def _writes(bound: str, window: str, cluster: str) -> str:
    return f"sum by (cluster) (sum_over_time({_WRITES}{bound}{cluster}[{window}]))"
