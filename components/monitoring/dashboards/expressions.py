"""What the dashboards ask Prometheus for.

Gauges whose names say `rate` or `throughput` are reckoned by the broker itself, per second over its last minute.
Latencies with a `quantile` are reckoned by each process, so no quantile of several is to be had: the worst is shown.
"""

from .. import metrics
from .panel import Query

RATE = "$__rate_interval"
"""Grafana's own variable: long enough for a rate, however far apart the samples are."""
CLUSTER = 'cluster="$cluster"'
TOPIC = 'namespace=~"$namespace",topic=~"$topic"'


def _of(metric: str, *labels: str) -> str:
    return f"{metric}{{{','.join((CLUSTER, *labels))}}}"


def _increase(metric: str, *labels: str, window: str = RATE) -> str:
    return f"increase({_of(metric, *labels)}[{window}])"


def _rate(metric: str, *labels: str) -> str:
    return f"rate({_of(metric, *labels)}[{RATE}])"


def _total(expression: str, legend: str, how: str = "sum") -> Query:
    return Query(expression=f"{how}({expression})", legend=legend)


def _by(label: str, expression: str, legend: str = "", how: str = "sum") -> Query:
    return Query(expression=f"{how} by ({label}) ({expression})", legend=legend or f"{{{{{label}}}}}")


def _most(label: str, expression: str, legend: str) -> Query:
    return Query(expression=f"topk(10, sum by ({label}) ({expression}))", legend=legend)


def _share(label: str, part: str, whole: str) -> Query:
    return Query(expression=f"sum by ({label}) ({part}) / sum by ({label}) ({whole})", legend=f"{{{{{label}}}}}")


def _mean(label: str, metric: str, *labels: str) -> Query:
    return _share(label, _rate(f"{metric}_sum", *labels), _rate(f"{metric}_count", *labels))


# Pods
ANSWERING = _by("component", _of("up"))
SILENT = _total(f"1 - {_of('up')}", "silent")
_FIRING = _of("ALERTS", 'alertstate="firing"')
FIRING = Query(expression=f"count({_FIRING}) or vector(0)", legend="firing")
LAST_START = _total(f"time() - {_of('process_start_time_seconds')}", "ago", how="min")
VERSIONS = _by("version", _of("pulsar_version_info"), how="count")
ERRORS = _total(_increase("log4j2_appender_total", 'level=~"error|fatal"', window="1h"), "errors")

# Brokers, each of which adds up its topics
MESSAGES_IN = _total(_of("pulsar_broker_rate_in"), "in")
MESSAGES_OUT = _total(_of("pulsar_broker_rate_out"), "out")
BYTES_IN = _total(_of("pulsar_broker_throughput_in"), "in")
BYTES_OUT = _total(_of("pulsar_broker_throughput_out"), "out")
BACKLOG = _total(_of("pulsar_broker_msg_backlog"), "backlog")
STORED = _total(_of("pulsar_broker_storage_size"), "stored")
TOPICS = _total(_of("pulsar_broker_topics_count"), "topics")
SUBSCRIPTIONS = _total(_of("pulsar_broker_subscriptions_count"), "subscriptions")
PRODUCERS = _total(_of("pulsar_broker_producers_count"), "producers")
CONSUMERS = _total(_of("pulsar_broker_consumers_count"), "consumers")
PUBLISH_LATENCY = tuple(
    _by("quantile", _of("pulsar_broker_publish_latency", f'quantile="{each}"'), how="max")
    for each in ("0.5", "0.99", "0.999")
)
PUBLISH_LATENCY_P99 = _by("pod", _of("pulsar_broker_publish_latency", 'quantile="0.99"'), how="max")
SLOW_WRITES = Query(expression=metrics.slow_writes("5m", f"{{{CLUSTER}}}"), legend="longer than 200 ms")
BROKER_MESSAGES_IN = _by("pod", _of("pulsar_broker_rate_in"))
BROKER_MESSAGES_OUT = _by("pod", _of("pulsar_broker_rate_out"))
BROKER_BYTES_IN = _by("pod", _of("pulsar_broker_throughput_in"))
BROKER_BYTES_OUT = _by("pod", _of("pulsar_broker_throughput_out"))
BROKER_TOPICS = _by("pod", _of("pulsar_broker_topics_count"))
BROKER_CONNECTIONS = _by("pod", _of("pulsar_active_connections"))
BROKER_LOAD = _by("pod", _of("pulsar_lb_resource_usage", 'feature="max_ema"'), how="max")
MOST_LOADED = _total(_of("pulsar_lb_resource_usage", 'feature="max_ema"'), "most loaded", how="max")
BUNDLES_MOVED_LATELY = _total(_increase(metrics.UNLOADS, window="1h"), "bundles")
BUNDLES_MOVED = _by("pod", _increase(metrics.UNLOADS))
CACHE_HITS = _share(
    "pod",
    _of("pulsar_ml_cache_hits_rate"),
    " + ".join((_of("pulsar_ml_cache_hits_rate"), _of("pulsar_ml_cache_misses_rate"))),
)
LOOKUPS = _by("pod", _rate("pulsar_broker_lookup_answers_total"))
LOOKUP_FAILURES = _by("pod", _rate("pulsar_broker_lookup_failures_total"))
TOPIC_LOAD_FAILURES = _by("pod", _increase("topic_load_failed_total"))

# Bookies
LEDGER_DISK = _by("pod", _of(metrics.LEDGER_DISK_USAGE), how="max")
FULLEST_DISK = _total(_of(metrics.LEDGER_DISK_USAGE), "fullest", how="max")
TIME_TO_FULL = Query(
    expression=(
        f"clamp_min({metrics.READ_ONLY_USAGE} - {_of(metrics.LEDGER_DISK_USAGE)}, 0) / "
        f"(deriv({_of(metrics.LEDGER_DISK_USAGE)}[6h]) > 0)"
    ),
    legend="{{pod}}",
)
FIRST_FULL = _total(TIME_TO_FULL.expression, "first", how="min")
WRITABLE = _total(_of(metrics.BOOKIE_STATUS), "writable")
BOOKIE_WRITES = _by("pod", _rate("bookie_WRITE_BYTES"))
BOOKIE_READS = _by("pod", _rate("bookie_READ_BYTES"))
ADD_LATENCY = _by("pod", _of("bookkeeper_server_ADD_ENTRY", 'success="true"', 'quantile="0.99"'), how="max")
READ_LATENCY = _by("pod", _of("bookkeeper_server_READ_ENTRY_REQUEST", 'success="true"', 'quantile="0.99"'), how="max")
JOURNAL_SYNC = _by("pod", _of(metrics.JOURNAL_SYNC, 'success="true"', 'quantile="0.99"'), how="max")
JOURNAL_QUEUE = _mean("pod", "bookie_journal_JOURNAL_QUEUE_LATENCY", 'success="true"')
WRITE_CACHE = _share("pod", _of("bookie_write_cache_size"), _of("bookie_write_cache_max_size"))
READ_CACHE_HITS = _share(
    "pod",
    _rate("bookie_read_cache_hits"),
    " + ".join((_rate("bookie_read_cache_hits"), _rate("bookie_read_cache_misses"))),
)
LEDGERS = _by("pod", _of("bookie_ledgers_count"))
ENTRIES = _by("pod", _of("bookie_entries_count"))
UNDER_REPLICATED = _total(_increase(metrics.UNDER_REPLICATED, 'success="true"', window="1h"), "under-replicated")
NEARLY_LOST = tuple(
    _total(_of(metric), legend, how="max")
    for metric, legend in zip(metrics.NEARLY_LOST, ("too few copies", "no copy"), strict=True)
)
COPIED_AGAIN = _by("pod", _rate("replication_replication_worker_NUM_BYTES_WRITTEN_sum", 'success="true"'))

# Topics, in the namespaces and of the names that are chosen
NAMESPACE_IN = _by("namespace", _of("pulsar_rate_in", TOPIC))
NAMESPACE_OUT = _by("namespace", _of("pulsar_rate_out", TOPIC))
NAMESPACE_BYTES_IN = _by("namespace", _of("pulsar_throughput_in", TOPIC))
NAMESPACE_STORED = _by("namespace", _of("pulsar_storage_size", TOPIC))
NAMESPACE_OFFLOADED = _by("namespace", _of("pulsar_storage_offloaded_size", TOPIC))
NAMESPACE_BACKLOG = _by("namespace", _of(metrics.BACKLOG, TOPIC))
NAMESPACE_BACKLOG_BYTES = _by("namespace", _of("pulsar_storage_backlog_size", TOPIC))
OLDEST = _by("namespace", f"{_of('pulsar_storage_backlog_age_seconds', TOPIC)} >= 0", how="max")
BUSIEST_TOPICS = _most("topic", _of("pulsar_rate_in", TOPIC), "{{topic}}")
TOPICS_BEHIND = _most("topic", _of(metrics.BACKLOG, TOPIC), "{{topic}}")
LARGEST_TOPICS = _most("topic", _of("pulsar_storage_size", TOPIC), "{{topic}}")
SUBSCRIPTIONS_BEHIND = _most(
    "topic, subscription", _of("pulsar_subscription_back_log", TOPIC), "{{subscription}} of {{topic}}"
)
UNACKNOWLEDGED = _by("namespace", _of("pulsar_subscription_unacked_messages", TOPIC))
REDELIVERED = _by("namespace", _of("pulsar_subscription_msg_rate_redeliver", TOPIC))
DELAYED = _by("namespace", _of("pulsar_subscription_delayed", TOPIC))
BLOCKED = _by("namespace", _of("pulsar_subscription_blocked_on_unacked_messages", TOPIC))

# Proxies, and WebSocket where they serve it
_PROXY = 'component="proxy"'
_LOOKUPS = ("lookup", "partitions_metadata", "get_topics_of_namespace")
PROXY_CONNECTIONS = _by("pod", _of("pulsar_proxy_active_connections"))
PROXY_OPENED = _by("pod", _rate("pulsar_proxy_new_connections_total"))
PROXY_REJECTED = _by("pod", _rate("pulsar_proxy_rejected_connections_total"))
PROXY_QUESTIONS = tuple(
    _total(_rate(f"pulsar_proxy_{each}_requests_total"), each.replace("_", " ")) for each in (*_LOOKUPS, "get_schema")
)
PROXY_REFUSED = tuple(
    _total(_rate(f"pulsar_proxy_rejected_{each}_requests_total"), each.replace("_", " ")) for each in _LOOKUPS
)
HTTP_ANSWERS = _by("code", _rate("jetty_responses_total", _PROXY))
HTTP_FAILURES = _by("pod", _rate("jetty_responses_total", _PROXY, 'code="5xx"'))
HTTP_TIME = _share("pod", _rate("jetty_request_time_seconds_total", _PROXY), _rate("jetty_requests_total", _PROXY))
HTTP_ACTIVE = _by("pod", _of("jetty_requests_active", _PROXY))
# A connection over WebSocket begins as a request that is answered with 101, Switching Protocols.
WEBSOCKET_OPENED = _by("pod", _rate("jetty_responses_total", _PROXY, 'code="1xx"'))

# The tiered storage, as brokers see it; latencies are in microseconds
_OFFLOADER = "brk_ledgeroffloader_"
OFFLOADED_SHARE = _share(
    "namespace", _of("pulsar_storage_offloaded_size", TOPIC), _of("pulsar_storage_logical_size", TOPIC)
)
TOPICS_OFFLOADED = _most("topic", _of("pulsar_storage_offloaded_size", TOPIC), "{{topic}}")
OFFLOADING = _by("namespace", _of(f"{_OFFLOADER}offload_rate", TOPIC))
OFFLOAD_FAILURES = (
    _by("namespace", _increase(metrics.OFFLOAD_FAILURES[0], TOPIC), "ledgers of {{namespace}}"),
    _by("namespace", _increase(metrics.OFFLOAD_FAILURES[1], TOPIC), "writes of {{namespace}}"),
)
READING_BACK = _by("namespace", _of(f"{_OFFLOADER}read_offload_rate", TOPIC))
READ_BACK_FAILURES = _by("namespace", _increase(f"{_OFFLOADER}read_offload_error_total", TOPIC))
READ_BACK_TIME = tuple(
    Query(
        expression=f"sum({_rate(f'{_OFFLOADER}read_offload_{each}_latency_sum', TOPIC)}) / "
        f"sum({_rate(f'{_OFFLOADER}read_offload_{each}_latency_count', TOPIC)}) / 1000",
        legend=each,
    )
    for each in ("data", "index")
)

# Functions and connectors, as their instances count
_IN_NAMESPACE = 'namespace=~"$namespace"'
FUNCTION_RECEIVED = _by("fqfn", _rate("pulsar_function_received_total", _IN_NAMESPACE))
FUNCTION_PROCESSED = _by("fqfn", _rate("pulsar_function_processed_successfully_total", _IN_NAMESPACE))
FUNCTION_EXCEPTIONS = tuple(
    _by("fqfn", _rate(metric, _IN_NAMESPACE), f"{kind}: {{{{fqfn}}}}")
    for metric, kind in zip(metrics.FUNCTION_EXCEPTIONS, ("user", "system"), strict=True)
)
FUNCTION_TIME = _mean("fqfn", "pulsar_function_process_latency_ms", _IN_NAMESPACE)
FUNCTION_IDLE = _by("fqfn", f"time() - {_of('pulsar_function_last_invocation', _IN_NAMESPACE)} / 1000", how="min")
SOURCE_WRITTEN = _by("fqfn", _rate("pulsar_source_written_total", _IN_NAMESPACE))
SINK_WRITTEN = _by("fqfn", _rate("pulsar_sink_written_total", _IN_NAMESPACE))
CONNECTOR_EXCEPTIONS = tuple(
    _by("fqfn", _rate(f"pulsar_{kind}_{where}_exceptions_total", _IN_NAMESPACE), f"{where}: {{{{fqfn}}}}")
    for kind in ("source", "sink")
    for where in (kind, "system")
)
WORKER_LEADERS = _total(_of("pulsar_function_worker_is_leader"), "leaders")
WORKER_INSTANCES = _by("pod", _of("pulsar_function_worker_instance_count"))
INSTANCES_MISSING = Query(
    expression=f"max({_of('pulsar_function_worker_total_expected_instance_count')}) - "
    f"sum({_of('pulsar_function_worker_instance_count')})",
    legend="missing",
)
INSTANCE_START = _mean("pod", "pulsar_function_worker_start_instance_process_time_ms")

# Geo-replication, as the sending side sees it
_TO = "remote_cluster"
REPLICATION_LAG = _by(_TO, _of(metrics.REPLICATION_LAG, TOPIC), how="max")
REPLICATION_BACKLOG = _by(_TO, _of("pulsar_replication_backlog", TOPIC))
TOPICS_TO_REPLICATE = _most(
    f"topic, {_TO}", _of("pulsar_replication_backlog", TOPIC), "{{topic}} to {{remote_cluster}}"
)
REPLICATORS = _by(_TO, _of("pulsar_replication_connected_count", TOPIC))
REPLICATORS_APART = _by(_TO, _of("pulsar_replication_disconnected_count", TOPIC))
REPLICATED = _by(_TO, _of("pulsar_replication_rate_out", TOPIC))
REPLICATED_HERE = _by(_TO, _of("pulsar_replication_rate_in", TOPIC))
REPLICATED_BYTES = _by(_TO, _of("pulsar_replication_throughput_out", TOPIC))
REPLICATION_EXPIRED = _by(_TO, _of("pulsar_replication_rate_expired", TOPIC))

# The metadata store, as brokers see it
_BROKER = 'component="broker"'
METADATA_LATENCY = _mean("type", metrics.METADATA_LATENCY, _BROKER, 'status="success"')
METADATA_REQUESTS = _by("type", _rate(f"{metrics.METADATA_LATENCY}_count", _BROKER))
METADATA_FAILURES = _by("type", _rate(f"{metrics.METADATA_LATENCY}_count", _BROKER, 'status="fail"'))
METADATA_QUEUE = _mean("pod", "pulsar_batch_metadata_store_queue_wait_time_ms", _BROKER)

# etcd, as it sees itself
ETCD_LEADERS = _total(_of("etcd_server_is_leader"), "leaders")
ETCD_WITHOUT_LEADER = _total(f"1 - {_of(metrics.ETCD_LEADER)}", "without a leader")
ETCD_LEADER_CHANGES = _total(_increase("etcd_server_leader_changes_seen_total", window="1h"), "changes", how="max")
ETCD_QUOTA = _share("pod", _of(metrics.ETCD_SIZE), _of(metrics.ETCD_QUOTA))
ETCD_SIZE = _by("pod", _of(metrics.ETCD_SIZE))
ETCD_FSYNC = Query(
    expression=f"histogram_quantile(0.99, sum by (pod, le) ({_rate(metrics.ETCD_FSYNC)}))", legend="{{pod}}"
)
ETCD_PROPOSALS = _by("pod", _rate("etcd_server_proposals_committed_total"))
ETCD_PROPOSALS_PENDING = _by("pod", _of("etcd_server_proposals_pending"))
ETCD_PROPOSALS_FAILED = _by("pod", _rate("etcd_server_proposals_failed_total"))

# ZooKeeper, as it sees itself
ZOOKEEPER_OUTSTANDING = _by("pod", _of("outstanding_requests"))
ZOOKEEPER_READ_LATENCY = _by("pod", _of("readlatency", 'quantile="0.99"'), how="max")
ZOOKEEPER_UPDATE_LATENCY = _by("pod", _of("updatelatency", 'quantile="0.99"'), how="max")
ZOOKEEPER_FSYNC = _mean("pod", "fsynctime")
ZOOKEEPER_NODES = _by("pod", _of("znode_count"))
ZOOKEEPER_SIZE = _by("pod", _of("approximate_data_size"))

# Any process in a JVM
_ONE = 'component=~"$component"'
HEAP = _share(
    "pod", _of("jvm_memory_bytes_used", _ONE, 'area="heap"'), _of("jvm_memory_bytes_max", _ONE, 'area="heap"')
)
HEAP_BYTES = _by("pod", _of("jvm_memory_bytes_used", _ONE, 'area="heap"'))
DIRECT = _share("pod", _of(metrics.DIRECT_MEMORY, _ONE), _of(metrics.DIRECT_MEMORY_LIMIT, _ONE))
FULLEST_DIRECT = _total(f"{_of(metrics.DIRECT_MEMORY)} / {_of(metrics.DIRECT_MEMORY_LIMIT)}", "fullest", how="max")
RESIDENT = _by("pod", _of("process_resident_memory_bytes", _ONE))
COLLECTING = _by("pod", _rate("jvm_gc_collection_seconds_sum", _ONE))
COLLECTIONS = _by("pod", _rate("jvm_gc_collection_seconds_count", _ONE))
PROCESSORS = _by("pod", _rate("process_cpu_seconds_total", _ONE))
THREADS = _by("pod", _of("jvm_threads_current", _ONE))
FILES = _share("pod", _of("process_open_fds", _ONE), _of("process_max_fds", _ONE))
AGE = _by("pod", f"time() - {_of('process_start_time_seconds', _ONE)}", how="min")
